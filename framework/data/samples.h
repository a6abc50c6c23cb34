#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "folio/tokenizer.h"

namespace folio::data {

/// Samples as stretches of tokens that lie elsewhere: in a mapped file, as a rule. Copies share the tokens. Any number
/// of threads may read.
class Samples {
 public:
  /// Where a sample lies in an array of tokens; samples may overlap.
  struct Stretch {
    std::uint64_t begin;
    std::uint64_t length;
  };

  /// Consecutive samples in one array of tokens, which are unsigned and little-endian.
  struct Extent {
    const std::byte* tokens = nullptr;
    int bytes_per_token = 2;             ///< 2 or 4
    std::int64_t samples = 0;            ///< how many
    const Stretch* stretches = nullptr;  ///< one a sample; null where they are blocks of `block_size` in a row
    std::uint64_t block_size = 0;
  };

  Samples() = default;  ///< none

  /// `owner` keeps the tokens and stretches alive.
  Samples(const std::vector<Extent>& extents, std::shared_ptr<const void> owner);

  /// A few samples, held in memory.
  static Samples of(const std::vector<std::vector<TokenId>>& samples);

  std::int64_t size() const { return size_; }
  /// The first `count` of these, or all where they are fewer.
  Samples first(std::int64_t count) const;
  std::vector<TokenId> operator[](std::int64_t index) const;
  std::int64_t length(std::int64_t index) const { return static_cast<std::int64_t>(place(index).stretch.length); }

  std::int64_t token_count() const { return token_count_; }  ///< over all samples
  std::int64_t longest() const { return longest_; }          ///< tokens of the longest sample, 0 without samples

  /// Calls `visit` with every sample's tokens in turn.
  template <typename Visit>
  void for_each_token(Visit&& visit) const {
    for (std::int64_t i = 0; i < size_; ++i) {
      const Place sample = place(i);
      for (std::uint64_t t = 0; t < sample.stretch.length; ++t) visit(token(sample, t));
    }
  }

 private:
  struct Place {
    const Extent* extent;
    Stretch stretch;
  };
  Place place(std::int64_t index) const;
  static TokenId token(const Place& sample, std::uint64_t offset);

  std::vector<Extent> extents_;
  std::vector<std::int64_t> ends_;  ///< index after each extent's last sample
  std::shared_ptr<const void> owner_;
  std::int64_t size_ = 0;
  std::int64_t token_count_ = 0;
  std::int64_t longest_ = 0;
};

/// How often each token occurs in samples: a unigram model, which knows that and nothing of order.
class TokenCounts {
 public:
  /// Reads all samples once.
  TokenCounts(const Samples& samples, std::int64_t vocab_size);

  /// How many different tokens occur.
  std::int64_t distinct() const;

  /// The loss of the unigram model on the samples that it was made from, in nats per token: the entropy of the
  /// frequencies.
  double entropy() const;

  /// Its loss on other samples, in nats per token; 0 without any. A token that does not occur must have a chance too:
  /// as large a share as the tokens that occur once have is spread evenly over the whole vocabulary (Good 1953, "The
  /// Population Frequencies of Species": that share estimates the chance of all that has not been seen).
  double loss_on(const Samples& samples) const;

 private:
  std::vector<std::int64_t> counts_;
  double total_ = 0;
};

}  // namespace folio::data
