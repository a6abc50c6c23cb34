#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "reference_file.h"
#include "tokenizers/unigram/tokenizer.h"

namespace folio::test {

/// A file that Hugging Face's tokenizers wrote, with byte fallback; see tests/reference/unigram_reference.py.
inline std::string unigram_file() { return read_reference("unigram_tokenizer.json"); }

inline unigram::UnigramTokenizer trained_unigram(const std::string& text, const unigram::TrainingOptions& options,
                                                 Objective objective = Objective::span_corruption) {
  unigram::UnigramTokenizer tokenizer(options);
  tokenizer.train([&](const auto& sink) { sink(text); }, special_tokens_of(objective), {});
  return tokenizer;
}

}  // namespace folio::test
