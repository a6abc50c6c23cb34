#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "reference_file.h"
#include "tokenizers/wordpiece/tokenizer.h"

namespace folio::test {

/// What Hugging Face's tokenizers made, written by tests/reference/wordpiece_reference.py.
inline const nlohmann::json& reference() {
  static const auto values = nlohmann::json::parse(read_reference("expected/wordpiece.json"));
  return values;
}

inline wordpiece::WordPieceTokenizer trained(const std::string& text, const wordpiece::TrainingOptions& options) {
  wordpiece::WordPieceTokenizer tokenizer(options);
  tokenizer.train([&](const auto& sink) { sink(text); }, special_tokens_of(Objective::masked), {});
  return tokenizer;
}

inline wordpiece::WordPieceTokenizer trained(const std::string& text, std::size_t vocab_size) {
  return trained(text, {.vocab_size = vocab_size});
}

}  // namespace folio::test
