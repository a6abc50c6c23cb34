#include "folio/plugin.h"

#include "llama.h"

FOLIO_PLUGIN(
    "model", "llama", .version = "1.0",
    .summary = "Llama: decoder with rotary positions, grouped queries, RMS norms before the blocks and SwiGLU",
    .options = &folio::Llama::options, .objective = "causal", .usual_tokenizer = "bpe",
    .hugging_face = &folio::Llama::hugging_face,
    .make_model = [](const folio::OptionValues& values) -> std::unique_ptr<folio::Model> {
      return std::make_unique<folio::Llama>(values);
    })
