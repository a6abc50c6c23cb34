#include "folio/plugin.h"

#include "t5.h"

FOLIO_PLUGIN(
    "model", "t5", .version = "1.0",
    .summary = "T5: encoder and decoder with relative positions and RMS norms before the blocks",
    .options = &folio::T5::options, .objective = "span_corruption", .usual_tokenizer = "unigram",
    .hugging_face = &folio::T5::hugging_face,
    .make_model = [](const folio::OptionValues& values) -> std::unique_ptr<folio::Model> {
      return std::make_unique<folio::T5>(values);
    })
