#include "folio/plugin.h"

#include "gpt.h"

FOLIO_PLUGIN(
    "model", "gpt", .version = "1.0",
    .summary = "GPT-2: decoder with learned positions, norms before the blocks and a tied head",
    .options = &folio::Gpt::options, .objective = "causal", .usual_tokenizer = "bpe",
    .hugging_face = &folio::Gpt::hugging_face,
    .make_model = [](const folio::OptionValues& values) -> std::unique_ptr<folio::Model> {
      return std::make_unique<folio::Gpt>(values);
    })
