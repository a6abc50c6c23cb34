// Holds the gpt plugin against transformers' GPT2LMHeadModel in float64; see tests/reference/gpt_reference.py.

#include "gpt.h"
#include "unit/plugins/models/reference.h"

TEST_CASE("gpt computes the logits, loss and gradients of GPT2LMHeadModel") {
  folio::testing::check_against_reference<folio::Gpt>("gpt_expected.json");
}
