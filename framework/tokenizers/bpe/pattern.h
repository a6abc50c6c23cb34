#pragma once

#include "tokenizers/word_patterns.h"

namespace folio::bpe {

/// How a text is cut into words, which merges never cross.
enum class Pattern { gpt2, llama3 };

inline WordEnd word_end_of(Pattern pattern) { return pattern == Pattern::gpt2 ? gpt2_word_end : llama3_word_end; }

}  // namespace folio::bpe
