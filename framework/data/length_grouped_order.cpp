#include "data/length_grouped_order.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/randperm.h>

#include <algorithm>

namespace folio::data {

LengthGroupedOrder::LengthGroupedOrder(const Samples& samples, std::int64_t group, std::uint64_t seed)
    : group_(group), generator_(at::detail::createCPUGenerator(seed)) {
  for (std::int64_t i = 0; i < samples.size(); ++i) lengths_.push_back(samples.length(i));
}

std::vector<std::int64_t> LengthGroupedOrder::next_epoch() {
  constexpr std::int64_t kMostSteps = 50, kLeastStretches = 4;
  const auto count = static_cast<std::int64_t>(lengths_.size());
  at::empty({}, at::kLong).random_(generator_);  // a DataLoader's seed for its workers
  const at::Tensor permutation = at::randperm(count, generator_, at::TensorOptions().dtype(at::kLong));
  const auto* values = permutation.const_data_ptr<std::int64_t>();
  std::vector<std::int64_t> order(values, values + count);

  const auto length = [&](std::int64_t sample) { return lengths_[static_cast<std::size_t>(sample)]; };
  const std::int64_t steps = std::clamp<std::int64_t>(count / (group_ * kLeastStretches), 1, kMostSteps);
  auto longest = order.begin();
  for (std::int64_t begin = 0; begin < count; begin += steps * group_) {
    const auto first = order.begin() + begin, last = order.begin() + std::min(begin + steps * group_, count);
    std::stable_sort(first, last, [&](std::int64_t a, std::int64_t b) { return length(a) > length(b); });
    if (length(*first) > length(*longest)) longest = first;
  }
  std::iter_swap(order.begin(), longest);
  return order;
}

}  // namespace folio::data
