#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizers/unigram/double_array.h"

namespace folio::unigram {

/// All ways to cut one word into pieces, for training. Every character of the word is a piece. Keeps its room from word
/// to word; used by one thread.
class Lattice {
 public:
  /// The pieces' values in the trie index what else is known of them.
  explicit Lattice(const DoubleArray& pieces) : pieces_(pieces) {}

  /// Adds to `expected` how often each piece stands in the word, over all ways to cut it, each as probable as it is
  /// under `probabilities`, times `count` (Rabiner 1989, forward and backward).
  void add_expected(std::string_view word, double count, const std::vector<double>& probabilities,
                    std::vector<double>& expected);

  /// Finds the most probable way and returns the sum of its scores, -infinity where there is none. The piece `without`
  /// is not used.
  double find_best(std::string_view word, const std::vector<double>& scores, std::int32_t without = -1);

  /// The pieces of the way found last, the last one first.
  const std::vector<std::int32_t>& best() const { return best_; }

 private:
  /// A piece within the word.
  struct Edge {
    std::uint32_t begin;
    std::uint32_t end;
    std::int32_t piece;
    double weight;
  };

  /// What leads to a place best.
  struct Arrival {
    double score;
    std::uint32_t begin;
    std::int32_t piece;
  };

  template <typename Visit>
  void visit_pieces(std::string_view word, std::size_t begin, const Visit& visit) const;
  void forward(std::string_view word, const std::vector<double>& probabilities);
  void scale_up(std::size_t from);

  const DoubleArray& pieces_;
  std::vector<Edge> edges_;
  std::vector<double> forward_;   ///< by place in the word
  std::vector<double> backward_;  ///< by place in the word
  std::vector<Arrival> arrivals_;
  std::vector<std::int32_t> best_;
};

}  // namespace folio::unigram
