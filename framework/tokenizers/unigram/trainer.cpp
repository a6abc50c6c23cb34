#include "tokenizers/unigram/trainer.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>
#include <utility>

#include "support/utf8.h"
#include "tokenizers/unigram/double_array.h"
#include "tokenizers/unigram/lattice.h"
#include "tokenizers/unigram/seeds.h"
#include "tokenizers/unigram/shards.h"

namespace folio::unigram {
namespace {

/// A piece that is expected less often than this goes; a character that is, is taken for that frequent.
constexpr double kLeastExpected = 0.5;

/// What one shard of the words takes at least, and how many there are at most: each has counts of its own.
constexpr std::size_t kShardBytes = 64 << 10;
constexpr std::size_t kMaxShards = 16;

constexpr double kImpossible = -std::numeric_limits<double>::infinity();

/// The derivative of log(gamma(x)), by its asymptotic series (Bernardo 1976).
double digamma(double x) {
  double result = 0;
  for (; x < 7; ++x) result -= 1 / x;
  x -= 0.5;
  const double square = 1 / (x * x);
  return result + std::log(x) + square * (1.0 / 24 - square * (7.0 / 960 - square * (31.0 / 8064)));
}

bool is_character(std::string_view text) { return decode_code_point(text, 0).length == text.size(); }

/// The pieces and their probabilities while they are learned (Kudo 2018, section 3.2; SentencePiece's
/// unigram_model_trainer.cc). No piece reaches across a word, so the distinct words and their counts stand for the
/// text. estimate() is a step of expectation-maximisation: how often each piece is expected, over all ways to cut each
/// word, makes its next probability. prune() takes out the pieces that are missed least. To know exactly which, the
/// text would have to be cut anew without each of them; instead it is cut once, the best way, and wherever a piece
/// stands its own best cut into others is taken to replace it. Only a share of the pieces goes at a time, since each
/// that goes makes others worth more; before the next share the probabilities are estimated again.
class Trainer {
 public:
  Trainer(const Words& words, std::vector<Seed> seeds);

  std::size_t size() const { return texts_.size(); }
  void estimate(bool sparse);
  void prune(std::size_t target);
  std::vector<Piece> take_pieces();

 private:
  std::size_t shards() const;
  std::vector<double> sum_over_words(
      const std::function<void(Lattice& lattice, std::size_t word, std::vector<double>& sums)>& add) const;
  template <typename Kept>
  void keep(const Kept& kept);
  void make_trie();
  std::vector<double> losses(const std::vector<double>& counts) const;
  double loss_of(std::size_t piece, const std::vector<double>& counts, double total, Lattice& lattice) const;

  const Words& words_;
  std::vector<std::string> texts_;  ///< of the pieces, in the order of their bytes
  std::vector<double> scores_;      ///< logarithms of probabilities
  std::unique_ptr<const DoubleArray> trie_;
};

Trainer::Trainer(const Words& words, std::vector<Seed> seeds) : words_(words) {
  const double total =
      std::accumulate(seeds.begin(), seeds.end(), 0.0, [](double sum, const Seed& seed) { return sum + seed.weight; });
  for (Seed& seed : seeds) {
    texts_.push_back(std::move(seed.text));
    scores_.push_back(std::log(std::max(seed.weight, kLeastExpected) / total));
  }
  make_trie();
}

void Trainer::make_trie() {
  std::vector<DoubleArray::Key> keys;
  keys.reserve(texts_.size());
  for (const std::string& text : texts_) keys.push_back({text, static_cast<std::int32_t>(keys.size())});
  trie_ = std::make_unique<const DoubleArray>(keys);
}

std::size_t Trainer::shards() const { return std::clamp<std::size_t>(words_.bytes() / kShardBytes, 1, kMaxShards); }

/// Adds up over all words, on all processors, what `add` finds for each piece. The shards and the order in which their
/// sums are added do not depend on the threads.
std::vector<double> Trainer::sum_over_words(
    const std::function<void(Lattice& lattice, std::size_t word, std::vector<double>& sums)>& add) const {
  std::vector<std::vector<double>> sums(shards());
  for_each_shard(sums.size(), [&](std::size_t shard) {
    Lattice lattice(*trie_);
    sums[shard].assign(size(), 0);
    const std::size_t end = words_.size() * (shard + 1) / sums.size();
    for (std::size_t word = words_.size() * shard / sums.size(); word < end; ++word) add(lattice, word, sums[shard]);
  });
  std::vector<double> result = std::move(sums.front());
  for (std::size_t shard = 1; shard < sums.size(); ++shard)
    for (std::size_t i = 0; i < result.size(); ++i) result[i] += sums[shard][i];
  return result;
}

/// One iteration of EM. A sparse one favours pieces that stand often (the mean of a Dirichlet process' posterior, Liang
/// and Klein 2007) and takes out those that are hardly used.
void Trainer::estimate(bool sparse) {
  std::vector<double> probabilities(size());
  std::transform(scores_.begin(), scores_.end(), probabilities.begin(), [](double score) { return std::exp(score); });
  std::vector<double> expected = sum_over_words([&](Lattice& lattice, std::size_t word, std::vector<double>& sums) {
    lattice.add_expected(words_.text(word), words_.count(word), probabilities, sums);
  });
  for (std::size_t i = 0; i < size(); ++i) {
    if (expected[i] >= kLeastExpected) continue;
    expected[i] = sparse && !is_character(texts_[i]) ? 0 : kLeastExpected;
  }
  const double total = std::accumulate(expected.begin(), expected.end(), 0.0);
  const double log_total = sparse ? digamma(total) : std::log(total);
  for (std::size_t i = 0; i < size(); ++i)
    scores_[i] = expected[i] == 0 ? kImpossible : (sparse ? digamma(expected[i]) : std::log(expected[i])) - log_total;
  keep([&](std::size_t piece) { return scores_[piece] != kImpossible; });
}

/// How much less probable all words would be, in nats for each, without the piece, were every place where it stands in
/// a word's best cut filled with its own best cut into others. Infinity for a character; -infinity for a piece that is
/// not used.
double Trainer::loss_of(std::size_t piece, const std::vector<double>& counts, double total, Lattice& lattice) const {
  if (is_character(texts_[piece])) return -kImpossible;
  const double count = counts[piece];
  if (count == 0) return kImpossible;
  lattice.find_best(texts_[piece], scores_, static_cast<std::int32_t>(piece));
  const auto parts = static_cast<double>(lattice.best().size());
  const double log_total = std::log(total + count * (parts - 1));
  double alternative = 0;
  for (const std::int32_t part : lattice.best())
    alternative += std::log(counts[static_cast<std::size_t>(part)] + count) - log_total;
  return count * (std::log(count / total) - alternative);
}

std::vector<double> Trainer::losses(const std::vector<double>& counts) const {
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  std::vector<double> result(size());
  const std::size_t parts = shards();
  for_each_shard(parts, [&](std::size_t shard) {
    Lattice lattice(*trie_);
    const std::size_t end = size() * (shard + 1) / parts;
    for (std::size_t i = size() * shard / parts; i < end; ++i) result[i] = loss_of(i, counts, total, lattice);
  });
  return result;
}

/// Takes out pieces that are not used, and then those that are missed least, until so many are left.
void Trainer::prune(std::size_t target) {
  const std::vector<double> counts = sum_over_words([&](Lattice& lattice, std::size_t word, std::vector<double>& sums) {
    lattice.find_best(words_.text(word), scores_);
    for (const std::int32_t piece : lattice.best()) sums[static_cast<std::size_t>(piece)] += words_.count(word);
  });
  const std::vector<double> loss = losses(counts);
  std::vector<std::size_t> order(size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return loss[a] != loss[b] ? loss[a] > loss[b] : a < b; });
  std::vector<bool> kept(size());
  for (std::size_t i = 0; i < std::min(target, order.size()); ++i) kept[order[i]] = loss[order[i]] != kImpossible;
  keep([&](std::size_t piece) { return kept[piece]; });
}

template <typename Kept>
void Trainer::keep(const Kept& kept) {
  std::size_t left = 0;
  for (std::size_t i = 0; i < size(); ++i) {
    if (!kept(i)) continue;
    if (left != i) texts_[left] = std::move(texts_[i]);
    scores_[left++] = scores_[i];
  }
  if (left == size()) return;
  texts_.resize(left);
  scores_.resize(left);
  make_trie();
}

std::vector<Piece> Trainer::take_pieces() {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < size(); ++i) pieces.push_back({std::move(texts_[i]), std::round(scores_[i] * 1e9) / 1e9});
  std::stable_sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.score > b.score; });
  return pieces;
}

/// Puts the required characters among the seeds that do not have them.
void add_required(const std::vector<char32_t>& required, std::vector<Seed>& seeds) {
  const auto by_text = [](const Seed& a, const Seed& b) { return a.text < b.text; };
  const std::size_t found = seeds.size();
  for (const char32_t c : required) {
    Seed seed;
    append_utf8(seed.text, c);
    if (!std::binary_search(seeds.begin(), seeds.begin() + static_cast<std::ptrdiff_t>(found), seed, by_text))
      seeds.push_back(std::move(seed));
  }
  std::sort(seeds.begin(), seeds.end(), by_text);
}

}  // namespace

std::vector<char32_t> alphabet_of(const Words& words) {
  std::vector<bool> seen(kCodePoints);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words.text(i);
    for (std::size_t at = 0; at < word.size();) {
      const DecodedCodePoint c = decode_code_point(word, at);
      seen[c.value] = true;
      at += c.length;
    }
  }
  std::vector<char32_t> alphabet;
  for (std::size_t c = 0; c < seen.size(); ++c)
    if (seen[c]) alphabet.push_back(static_cast<char32_t>(c));
  return alphabet;
}

std::vector<Piece> train(const Words& words, const std::vector<char32_t>& required, std::size_t pieces,
                         const TrainingOptions& options, const Progress& progress) {
  std::vector<Seed> seeds = make_seeds(words, options.max_piece_length, options.seed_size);
  add_required(required, seeds);
  Trainer trainer(words, std::move(seeds));
  // Pieces go by a factor each round, so that rounds are counted by the logarithm of how many are left.
  const auto left = [&] { return std::log(static_cast<double>(trainer.size()) / static_cast<double>(pieces)); };
  const double first = left();
  const double total = std::max(first, 0.0) + 1;
  const auto report = [&](double done) {
    if (progress) progress(done, total);
  };
  const auto estimate = [&](bool sparse) {
    for (int i = 0; i < options.n_sub_iterations; ++i) trainer.estimate(sparse);
  };
  do {
    report(std::max(first, 0.0) - std::max(left(), 0.0));
    estimate(/*sparse=*/true);
    const auto shrunk = static_cast<std::size_t>(static_cast<double>(trainer.size()) * options.shrinking_factor);
    trainer.prune(std::max(pieces, shrunk));
  } while (trainer.size() > pieces);
  estimate(/*sparse=*/false);
  report(total);
  return trainer.take_pieces();
}

}  // namespace folio::unigram
