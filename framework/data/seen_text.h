#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/corpus.h"

namespace folio::data {

/// Cuts a text that comes in pieces into all its stretches of kWords words in a row, each as a hash. Words are letters
/// and digits in a row, or an ideograph or a kana alone; case, blanks and punctuation do not count. A text of fewer
/// words, but kFewestWords at least, is one stretch, which is found in no longer text.
class Stretches {
 public:
  /// 13 as in GPT-3's search for overlap with its evaluations (Brown et al. 2020, appendix C).
  static constexpr std::size_t kWords = 13;
  static constexpr std::size_t kFewestWords = 8;  ///< headings and speakers' names have less

  /// The hashes of the stretches that end in this piece, appended to `hashes`.
  void add(std::string_view piece, std::vector<std::uint64_t>& hashes);
  /// Of those that end with the text; the next piece begins another.
  void end(std::vector<std::uint64_t>& hashes);

 private:
  void end_word(std::vector<std::uint64_t>& hashes);

  std::uint64_t word_ = 0;  ///< hash of the letters so far; 0 between words
  std::array<std::uint64_t, kWords> latest_{};
  std::uint64_t rolling_ = 0;  ///< over the latest words
  std::size_t words_ = 0;
};

/// How much of the text that is kept for evaluation stands in the training text too.
struct SeenText {
  double share = 0;  ///< of the evaluation's stretches
  /// The first document that is a copy: half of its stretches for evaluation or more were seen. Verses that a song
  /// repeats, or a form's words, are less than that.
  std::optional<std::int64_t> document;  ///< its number
  std::string name;                      ///< and name
};

/// Looks for the evaluation text in the training text. Memory is bounded: of more stretches than kMost a part is kept,
/// chosen by hash, for which all is counted.
class SeenTextSearch {
 public:
  static constexpr std::size_t kMost = 1 << 18;

  /// Reads the evaluation part once.
  SeenTextSearch(const Dataset& dataset, const Corpus& corpus, double validation);

  /// Every text of the training part, in order.
  void look_in(const Text& text);

  /// None where nothing is kept for evaluation, or only what has too few words.
  std::optional<SeenText> result() const;

 private:
  /// A stretch of a document, and how often it has it.
  struct Occurrence {
    std::uint64_t hash;
    std::int64_t document;
    std::int64_t count;
  };

  /// Calls visit(hash) for the stretches that end in a text.
  template <typename Visit>
  void for_each_stretch(const Text& text, const Visit& visit);

  void expect(const Text& text);
  void merge();
  bool is_kept(const Occurrence& occurrence) const;
  void index();

  std::vector<Occurrence> occurrences_;  ///< at last sorted by hash
  std::unordered_map<std::int64_t, std::string> names_;
  std::uint64_t left_out_ = 0;  ///< mask of bits of which none may be set in what is kept
  std::vector<bool> filter_;    ///< by the hash's upper bits: whether one so begins
  std::vector<bool> seen_;      ///< of the first occurrence with each hash
  Stretches stretches_;
  std::vector<std::uint64_t> hashes_;  ///< of a slice of the latest text
};

}  // namespace folio::data
