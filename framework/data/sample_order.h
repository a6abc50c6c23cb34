#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace folio::data {

/// The order in which an epoch takes `count` samples: a function of its arguments alone, whatever was asked before, so
/// that a run that goes on from a checkpoint needs no state of it. Without shuffling samples come as they stand. Up to
/// 2^20 samples it is Hugging Face Trainer's, torch.randperm from a CPU generator seeded with seed + epoch.
///
/// Of more samples no list is kept, which would take 8 bytes each: their order is a keyed permutation, calculated place
/// by place. A Feistel network (Luby and Rackoff 1988) permutes the numbers below a power of four, the first that is
/// not less than `count`: each round mixes one half of a number's bits into the other by a keyed hash, and could be
/// undone, so no two numbers become one. A number that comes out at `count` or above goes through again until it is
/// below (Black and Rogaway 2002, cycle walking), which leaves a permutation of the samples; the power of four being
/// less than four times `count`, that takes fewer than four passes on average.
class SampleOrder {
 public:
  SampleOrder(std::int64_t count, bool shuffle, std::uint64_t seed, std::int64_t epoch);

  /// Another order: which sample comes at each place.
  explicit SampleOrder(std::vector<std::int64_t> listed)
      : count_(static_cast<std::int64_t>(listed.size())), shuffle_(true), listed_(std::move(listed)) {}

  /// Which sample comes at this place; both in [0, count).
  std::int64_t at(std::int64_t place) const;

  static constexpr std::int64_t kMostListed = 1 << 20;

 private:
  static constexpr std::size_t kRounds = 6;

  std::uint64_t permute(std::uint64_t value) const;

  std::int64_t count_;
  bool shuffle_;
  std::vector<std::int64_t> listed_;  ///< empty where the order is calculated
  int half_bits_ = 0;                 ///< of the network's two halves
  std::array<std::uint64_t, kRounds> keys_{};
};

}  // namespace folio::data
