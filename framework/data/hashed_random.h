#pragma once

#include <cstdint>

#include "data/split_mix.h"

namespace folio::data {

/// Random numbers that are a pure function of a seed, an epoch, a sample and a counter, so that what is drawn for one
/// sample depends on no other, on no order and on no thread. Hashed with SplitMix64.
class HashedRandom {
 public:
  HashedRandom(std::uint64_t seed, std::int64_t epoch, std::int64_t sample)
      : key_(mix(mix(mix(seed) + static_cast<std::uint64_t>(epoch)) + static_cast<std::uint64_t>(sample))) {}

  /// In [0, 1).
  double uniform(std::uint64_t counter) const { return static_cast<double>(bits(counter) >> 11) * 0x1p-53; }

  /// In [0, bound), each equally likely to within bound / 2^64.
  std::uint64_t below(std::uint64_t counter, std::uint64_t bound) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>(static_cast<Wide>(bits(counter)) * bound >> 64);
  }

 private:
  static constexpr std::uint64_t mix(std::uint64_t z) { return split_mix(z + kSplitMixStep); }

  std::uint64_t bits(std::uint64_t counter) const { return mix(key_ + counter * kSplitMixStep); }

  std::uint64_t key_;
};

}  // namespace folio::data
