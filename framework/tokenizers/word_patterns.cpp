#include "tokenizers/word_patterns.h"

#include <utility>

namespace folio {
namespace {

/// GPT-2's in the words of tiktoken.
constexpr std::string_view kShortGpt2Pattern =
    R"('(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

}  // namespace

WordEnd word_end_of(std::string_view regex) {
  constexpr std::pair<std::string_view, WordEnd> kKnown[] = {{kGpt2Pattern, gpt2_word_end},
                                                             {kShortGpt2Pattern, gpt2_word_end},
                                                             {kLlama3Pattern, llama3_word_end},
                                                             {kQwen2Pattern, qwen2_word_end}};
  for (const auto& [known, word_end] : kKnown)
    if (known == regex) return word_end;
  return nullptr;
}

}  // namespace folio
