#pragma once

#include <cstddef>
#include <string_view>

#include "text/gpt2_splitter.h"
#include "text/llama3_splitter.h"

namespace folio {

/// Gives the end of the word that begins at a place in a text; words cover the text.
using WordEnd = std::size_t (*)(std::string_view text, std::size_t begin);

/// The splitter written by hand for this regular expression, as tokenizer.json files have it; null where there is none.
WordEnd word_end_of(std::string_view regex);

}  // namespace folio
