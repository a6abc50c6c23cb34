#include "folio/plugin.h"

#include "distilbert.h"

FOLIO_PLUGIN(
    "model", "distilbert", .version = "1.0", .summary = "DistilBERT: BERT with half the layers, and no token types",
    .options = &folio::DistilBert::options, .objective = "masked", .usual_tokenizer = "wordpiece",
    .hugging_face = &folio::DistilBert::hugging_face,
    .make_model = [](const folio::OptionValues& values) -> std::unique_ptr<folio::Model> {
      return std::make_unique<folio::DistilBert>(values);
    })
