#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/unicode_normalizer.h"
#include "text/word_counter.h"

namespace folio::unigram {

/// The words that a model is trained on: normalised, with their space marks, each with how often it stands.
class Words {
 public:
  /// Longer words are cut, so that what one word takes is bounded.
  static constexpr std::size_t kMaxBytes = 1024;

  /// `chunks` is what stands between spaces (see add_chunks).
  Words(const std::vector<WordCounter::Entry>& chunks, NormalizationForm form);

  std::size_t size() const { return words_.size(); }
  std::string_view text(std::size_t i) const { return {letters_.data() + words_[i].begin, words_[i].length}; }
  double count(std::size_t i) const { return words_[i].count; }

  /// Bytes of all words.
  std::size_t bytes() const { return letters_.size(); }

 private:
  struct Word {
    std::size_t begin;
    std::uint32_t length;
    double count;
  };

  void add(std::string_view word, double count);

  std::string letters_;
  std::vector<Word> words_;
};

/// Counts what stands between the spaces of a text.
void add_chunks(std::string_view text, WordCounter& chunks);

}  // namespace folio::unigram
