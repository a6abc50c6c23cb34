#include "nn/model_options.h"

#include <string>

#include "folio/error.h"

namespace folio::nn {

Option vocab_size_option() {
  return integer("vocab_size")
      .at_least(1)
      .unit("tokens")
      .absent_means("the tokenizer's vocab_size")
      .help("number of rows in the token embedding");
}

std::int64_t vocab_size_of(const OptionValues& values) {
  if (values.has("vocab_size")) return values.integer("vocab_size");
  throw Error(ErrorKind::experiment, "vocab_size is not given, and there is no tokenizer to take it from");
}

void check_heads(std::int64_t hidden_size, std::int64_t heads) {
  if (hidden_size % heads == 0) return;
  throw Error(ErrorKind::experiment, "hidden_size " + std::to_string(hidden_size) +
                                         " is not a multiple of num_attention_heads " + std::to_string(heads));
}

void check_length(std::int64_t length, std::int64_t max_position_embeddings) {
  if (length <= max_position_embeddings) return;
  throw Error(ErrorKind::experiment, "a sequence of " + std::to_string(length) +
                                         " tokens is longer than max_position_embeddings " +
                                         std::to_string(max_position_embeddings));
}

}  // namespace folio::nn
