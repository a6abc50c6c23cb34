#pragma once

#include <cstddef>
#include <string_view>

#include "text/gpt2_splitter.h"
#include "text/llama3_splitter.h"

namespace folio {

/// The patterns of GPT-2, Llama 3 and Qwen 2, as their files have them.
inline constexpr std::string_view kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
inline constexpr std::string_view kLlama3Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
inline constexpr std::string_view kQwen2Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

/// Gives the end of the word that begins at a place in a text; words cover the text.
using WordEnd = std::size_t (*)(std::string_view text, std::size_t begin);

/// The splitter written by hand for this regular expression, as tokenizer.json files have it; null where there is none.
WordEnd word_end_of(std::string_view regex);

}  // namespace folio
