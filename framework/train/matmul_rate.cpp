#include "train/matmul_rate.h"

#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>

#include <algorithm>
#include <chrono>

namespace folio::train {

double measure_matmul_rate(const Execution& execution) {
  constexpr std::int64_t kSize = 768;  // long enough to reach the hardware's rate, short enough not to be noticed
  constexpr int kRounds = 12;
  const auto options =
      at::TensorOptions().device(execution.device).dtype(execution.bfloat16 ? at::kBFloat16 : at::kFloat);
  const at::Tensor a = at::ones({kSize, kSize}, options);
  const at::Tensor b = at::ones({kSize, kSize}, options);
  double best_seconds = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    const at::Tensor product = at::mm(a, b);
    // One element brought to the host waits for a device that works on its own.
    product.select(0, 0).select(0, 0).item<float>();
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    best_seconds = std::min(best_seconds, passed.count());
  }
  return 2.0 * kSize * kSize * kSize / best_seconds;
}

}  // namespace folio::train
