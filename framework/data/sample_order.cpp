#include "data/sample_order.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/randperm.h>

#include <bit>

#include "data/split_mix.h"

namespace folio::data {
namespace {

std::vector<std::int64_t> listed_order(std::int64_t count, std::uint64_t seed) {
  const at::Generator generator = at::detail::createCPUGenerator(seed);
  const at::Tensor permutation = at::randperm(count, generator, at::TensorOptions().dtype(at::kLong));
  const auto* values = permutation.const_data_ptr<std::int64_t>();
  return {values, values + count};
}

}  // namespace

SampleOrder::SampleOrder(std::int64_t count, bool shuffle, std::uint64_t seed, std::int64_t epoch)
    : count_(count), shuffle_(shuffle) {
  if (!shuffle) return;
  if (count <= kMostListed) {
    listed_ = listed_order(count, seed + static_cast<std::uint64_t>(epoch));
    return;
  }
  half_bits_ = (static_cast<int>(std::bit_width(static_cast<std::uint64_t>(count - 1))) + 1) / 2;
  // Seed and epoch are mixed one after the other, so that (seed, epoch + 1) is not (seed + 1, epoch).
  std::uint64_t state = split_mix(seed + kSplitMixStep) + static_cast<std::uint64_t>(epoch);
  for (std::uint64_t& key : keys_) key = split_mix(state += kSplitMixStep);
}

std::uint64_t SampleOrder::permute(std::uint64_t value) const {
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  std::uint64_t left = value >> half_bits_, right = value & mask;
  for (const std::uint64_t key : keys_) {
    const std::uint64_t mixed = left ^ (split_mix(right + key) & mask);
    left = right;
    right = mixed;
  }
  return (left << half_bits_) | right;
}

std::int64_t SampleOrder::at(std::int64_t place) const {
  if (!shuffle_) return place;
  if (!listed_.empty()) return listed_[static_cast<std::size_t>(place)];
  auto value = static_cast<std::uint64_t>(place);
  do value = permute(value);
  while (value >= static_cast<std::uint64_t>(count_));
  return static_cast<std::int64_t>(value);
}

}  // namespace folio::data
