#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace folio::test {

using Words = std::vector<std::string>;

/// gpt2_word_end() or its like.
using WordEnd = std::size_t (*)(std::string_view, std::size_t);

/// Adds the words that a splitter cuts the text into.
inline void append_words(std::string_view text, WordEnd word_end, Words& words) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = word_end(text, begin);
    words.emplace_back(text.substr(begin, end - begin));
    begin = end;
  }
}

inline Words words_of(WordEnd word_end, std::string_view text) {
  Words words;
  append_words(text, word_end, words);
  return words;
}

}  // namespace folio::test
