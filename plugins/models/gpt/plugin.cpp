#include "folio/plugin.h"

#include "gpt.h"

FOLIO_PLUGIN(
    "model", "gpt", .version = "1.0",
    .summary = "GPT-2: decoder with learned positions, norms before the blocks and a tied head",
    .options = &folio::Gpt::options, .objective = "causal", .usual_tokenizer = "bpe",
    .make_model = [](const folio::OptionValues& values) -> std::unique_ptr<folio::Model> {
      return std::make_unique<folio::Gpt>(values);
    })
