#include "tokenizers/unigram/words.h"

#include <algorithm>

#include "support/utf8.h"
#include "tokenizers/unigram/vocabulary.h"

namespace folio::unigram {

void add_chunks(std::string_view text, WordCounter& chunks) {
  std::size_t begin = text.starts_with(' ') ? 1 : 0;
  while (begin <= text.size() && !text.empty()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    chunks.add(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

Words::Words(const std::vector<WordCounter::Entry>& chunks, NormalizationForm form) {
  const UnicodeNormalizer normalizer(form);
  std::string words;
  for (const auto& [chunk, count] : chunks) {
    words = kSpaceMark;
    normalizer.append(chunk, words);
    if (words.find(' ') != words.npos) words = with_space_marks(words);
    for (std::size_t begin = 0; begin < words.size();) {
      const std::size_t end = std::min(words.find(kSpaceMark, begin + 1), words.size());
      add(std::string_view(words).substr(begin, end - begin), static_cast<double>(count));
      begin = end;
    }
  }
}

void Words::add(std::string_view word, double count) {
  while (!word.empty()) {
    std::size_t length = std::min(word.size(), kMaxBytes);
    if (length < word.size())
      while (is_continuation_byte(word[length])) --length;  // to a character's beginning
    words_.push_back({letters_.size(), static_cast<std::uint32_t>(length), count});
    letters_ += word.substr(0, length);
    word.remove_prefix(length);
  }
}

}  // namespace folio::unigram
