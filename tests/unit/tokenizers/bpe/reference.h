#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "reference_file.h"
#include "tokenizers/bpe/tokenizer.h"

namespace folio::test {

/// What Hugging Face's tokenizers made, written by tests/reference/tokenizers_reference.py.
inline const nlohmann::json& reference() {
  static const nlohmann::json values = nlohmann::json::parse(read_reference("tokenizers_reference.json"));
  return values;
}

/// Texts by name, in the file's order.
inline const nlohmann::ordered_json& nasty_texts() {
  static const auto texts = nlohmann::ordered_json::parse(read_reference("nasty_text.json"));
  return texts;
}

inline bpe::BpeTokenizer trained(const std::string& text, std::size_t vocab_size, Objective objective,
                                 bpe::Pattern pattern = bpe::Pattern::gpt2) {
  bpe::BpeTokenizer tokenizer({.vocab_size = vocab_size, .pattern = pattern});
  tokenizer.train([&](const auto& sink) { sink(text); }, special_tokens_of(objective), {});
  return tokenizer;
}

}  // namespace folio::test
