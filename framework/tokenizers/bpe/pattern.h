#pragma once

#include <cstddef>
#include <string_view>

#include "text/gpt2_splitter.h"
#include "text/llama3_splitter.h"

namespace folio::bpe {

/// How a text is cut into words, which merges never cross.
enum class Pattern { gpt2, llama3 };

/// Gives the end of the word that begins at a place in a text.
using WordEnd = std::size_t (*)(std::string_view text, std::size_t begin);

inline WordEnd word_end_of(Pattern pattern) { return pattern == Pattern::gpt2 ? gpt2_word_end : llama3_word_end; }

}  // namespace folio::bpe
