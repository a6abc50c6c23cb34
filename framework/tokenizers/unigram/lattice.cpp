#include "tokenizers/unigram/lattice.h"

#include <limits>

#include "support/utf8.h"

namespace folio::unigram {
namespace {

constexpr double kSmall = 0x1p-500;  ///< below this, probabilities of a word's beginning are scaled up
constexpr double kScale = 0x1p500;
constexpr double kNever = -std::numeric_limits<double>::infinity();

bool begins_character(std::string_view word, std::size_t at) {
  return at == word.size() || !is_continuation_byte(word[at]);
}

}  // namespace

// The lattice is not built: its nodes are the places between a word's characters, and the pieces that begin at a place
// are found by walking the trie from there. forward() lists them as edges in the order of their beginnings, so that a
// place's probability is complete before it is used; the same list read backwards gives the way back without a second
// walk. Both passes together say how probable it is that an edge is part of the cut, all ways considered, in time
// proportional to the edges, where the ways are exponentially many. Products of many probabilities would underflow in a
// long word; they are scaled by a power of two, which rounds nothing (Rabiner 1989, section V.A, scales each step).

template <typename Visit>
void Lattice::visit_pieces(std::string_view word, std::size_t begin, const Visit& visit) const {
  DoubleArray::Node node = DoubleArray::kRoot;
  for (std::size_t end = begin; end < word.size();) {
    node = pieces_.child(node, word[end++]);
    if (node == DoubleArray::kNone) return;
    const std::int32_t piece = pieces_.value(node);
    if (piece != DoubleArray::kNoValue) visit(end, piece);
  }
}

/// Fills edges_ and forward_: the probability of the word up to each place, over all ways.
void Lattice::forward(std::string_view word, const std::vector<double>& probabilities) {
  edges_.clear();
  forward_.assign(word.size() + 1, 0);
  forward_[0] = 1;
  for (std::size_t begin = 0; begin < word.size(); ++begin) {
    if (!begins_character(word, begin)) continue;
    if (forward_[begin] < kSmall) scale_up(begin);
    visit_pieces(word, begin, [&](std::size_t end, std::int32_t piece) {
      const double probability = probabilities[static_cast<std::size_t>(piece)];
      edges_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), piece, probability});
      forward_[end] += forward_[begin] * probability;
    });
  }
}

/// Multiplies the probabilities of all places from here on, by way of the pieces that lead across. The factor is in
/// every way through the word once and so cancels out; without it a long word's would vanish.
void Lattice::scale_up(std::size_t from) {
  for (std::size_t place = from; place < forward_.size(); ++place) forward_[place] *= kScale;
  for (auto edge = edges_.rbegin(); edge != edges_.rend(); ++edge)
    if (edge->end >= from) edge->weight *= kScale;
}

void Lattice::add_expected(std::string_view word, double count, const std::vector<double>& probabilities,
                           std::vector<double>& expected) {
  forward(word, probabilities);
  backward_.assign(word.size() + 1, 0);
  backward_[word.size()] = count / forward_[word.size()];
  for (auto edge = edges_.rbegin(); edge != edges_.rend(); ++edge) {
    const double rest = edge->weight * backward_[edge->end];
    backward_[edge->begin] += rest;
    expected[static_cast<std::size_t>(edge->piece)] += forward_[edge->begin] * rest;
  }
}

double Lattice::find_best(std::string_view word, const std::vector<double>& scores, std::int32_t without) {
  arrivals_.assign(word.size() + 1, {kNever, 0, DoubleArray::kNoValue});
  arrivals_[0].score = 0;
  for (std::size_t begin = 0; begin < word.size(); ++begin) {
    const double so_far = arrivals_[begin].score;
    if (so_far == kNever) continue;
    visit_pieces(word, begin, [&](std::size_t end, std::int32_t piece) {
      const double score = so_far + scores[static_cast<std::size_t>(piece)];
      if (piece == without || !(score > arrivals_[end].score)) return;
      arrivals_[end] = {score, static_cast<std::uint32_t>(begin), piece};
    });
  }
  best_.clear();
  const double score = arrivals_[word.size()].score;
  if (score == kNever) return kNever;
  for (std::size_t end = word.size(); end > 0; end = arrivals_[end].begin) best_.push_back(arrivals_[end].piece);
  return score;
}

}  // namespace folio::unigram
