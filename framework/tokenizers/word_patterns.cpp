#include "tokenizers/word_patterns.h"

#include <utility>

namespace folio {
namespace {

constexpr std::string_view kGpt2 = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr std::string_view kGpt2Short = R"('(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr std::string_view kLlama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kQwen2 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

}  // namespace

WordEnd word_end_of(std::string_view regex) {
  constexpr std::pair<std::string_view, WordEnd> kKnown[] = {
      {kGpt2, gpt2_word_end}, {kGpt2Short, gpt2_word_end}, {kLlama3, llama3_word_end}, {kQwen2, qwen2_word_end}};
  for (const auto& [known, word_end] : kKnown)
    if (known == regex) return word_end;
  return nullptr;
}

}  // namespace folio
