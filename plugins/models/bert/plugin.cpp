#include "folio/plugin.h"

#include "bert.h"

FOLIO_PLUGIN(
    "model", "bert", .version = "1.0",
    .summary = "BERT: encoder with learned positions, norms after the blocks and a tied head",
    .options = &folio::Bert::options, .objective = "masked", .usual_tokenizer = "wordpiece",
    .hugging_face = &folio::Bert::hugging_face,
    .make_model = [](const folio::OptionValues& values) -> std::unique_ptr<folio::Model> {
      return std::make_unique<folio::Bert>(values);
    })
