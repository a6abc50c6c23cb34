#pragma once

#include <ATen/core/Generator.h>

#include <cstdint>
#include <vector>

#include "data/samples.h"

namespace folio::data {

/// The orders in which epoch after epoch takes samples so that those of a step have about the same length: those of
/// transformers' LengthGroupedSampler (5.24), which permutes all, sorts stretches of up to 50 steps by length, the
/// longest first, and puts the longest of all at the very beginning. It draws from torch's default generator, so its
/// Trainer has these orders as long as no dropout draws from that too; in the first epoch, always.
///
/// Keeps a list of all lengths, and gives a list of all places, 8 bytes a sample each.
class LengthGroupedOrder {
 public:
  /// `group` is how many samples a step takes; there is at least one sample.
  LengthGroupedOrder(const Samples& samples, std::int64_t group, std::uint64_t seed);

  /// Which sample comes at each place of the next epoch.
  std::vector<std::int64_t> next_epoch();

 private:
  std::vector<std::int64_t> lengths_;
  std::int64_t group_;
  at::Generator generator_;
};

}  // namespace folio::data
