#include "data/sample_order.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/randperm.h>

#include <numeric>

namespace folio::data {

std::vector<std::int64_t> sample_order(std::int64_t count, bool shuffle, std::uint64_t seed, std::int64_t epoch) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  if (!shuffle) {
    std::iota(order.begin(), order.end(), 0);
    return order;
  }
  const at::Generator generator = at::detail::createCPUGenerator(seed + static_cast<std::uint64_t>(epoch));
  const at::Tensor permutation = at::randperm(count, generator, at::TensorOptions().dtype(at::kLong));
  const auto* values = permutation.const_data_ptr<std::int64_t>();
  std::copy(values, values + count, order.begin());
  return order;
}

}  // namespace folio::data
