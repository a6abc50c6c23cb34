#include "train/matmul_rate.h"

#include <ATen/Parallel.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "support/machine/work_time.h"

namespace folio::train {
namespace {

using Clock = std::chrono::steady_clock;

/// At most about so many operations of a layer are measured: some milliseconds on a processor, as long as it takes a
/// product to reach its rate, and enough for a GPU to be busy.
double most_operations(c10::Device device) {
  constexpr double kOfThread = 1e9, kOfGpu = 1e12;
  return device.is_cpu() ? kOfThread * at::get_num_threads() : kOfGpu;
}

Product made_smaller(Product product, double most) {
  while (product.operations() > most) {
    const std::int64_t largest = std::max({product.rows, product.in, product.out});
    for (std::int64_t* side : {&product.rows, &product.in, &product.out}) {
      if (*side != largest) continue;
      *side = (largest + 1) / 2;
      break;
    }
  }
  return product;
}

/// One layer in one type: its three products, each at its best so far.
class TimedLayer {
 public:
  TimedLayer(const Product& product, at::TensorOptions options)
      : operations_(product.operations()),
        input_(at::ones({product.rows, product.in}, options)),
        weight_(at::ones({product.out, product.in}, options)),
        gradient_(at::ones({product.rows, product.out}, options)) {}

  void time() {
    time(0, [&] { return at::mm(input_, weight_.t()); });
    time(1, [&] { return at::mm(gradient_, weight_); });
    time(2, [&] { return at::mm(gradient_.t(), input_); });
  }

  double seconds_per_operation(bool busy) const {
    double seconds = 0;
    for (const BestTime& time : best_) seconds += time.seconds(busy, at::get_num_threads());
    return seconds / operations_;
  }

 private:
  template <typename Multiply>
  void time(std::size_t place, const Multiply& multiply) {
    // One element brought to the host waits for a device that works on its own.
    best_[place].measure([&] { multiply().select(0, 0).select(0, 0).template item<float>(); });
  }

  double operations_;
  at::Tensor input_, weight_, gradient_;
  std::array<BestTime, 3> best_;
};

}  // namespace

std::vector<double> measure_matmul_rates(const std::vector<Product>& products, c10::Device device,
                                         const std::vector<at::ScalarType>& types, double seconds) {
  constexpr int kFewestRounds = 3;  // the first one makes the kernels
  const double most = most_operations(device);
  std::vector<std::vector<TimedLayer>> layers(types.size());
  for (std::size_t type = 0; type < types.size(); ++type)
    for (const Product& product : products)
      layers[type].emplace_back(made_smaller(product, most), at::TensorOptions().device(device).dtype(types[type]));
  const ProcessorTimes before = processor_times();
  const auto start = Clock::now();
  for (int round = 0; round < kFewestRounds || seconds_since(start) < seconds; ++round)
    for (std::vector<TimedLayer>& of_type : layers)
      for (TimedLayer& layer : of_type) layer.time();
  const bool busy = device.is_cpu() && was_busy_since(before);

  std::vector<double> rates;
  for (const std::vector<TimedLayer>& of_type : layers) {
    double operations = 0, passed = 0;
    for (std::size_t i = 0; i < products.size(); ++i) {
      const double each = products[i].operations() * static_cast<double>(products[i].count);
      operations += each;
      passed += each * of_type[i].seconds_per_operation(busy);
    }
    rates.push_back(operations / passed);
  }
  return rates;
}

double measure_matmul_rate(const std::vector<Product>& products, const Execution& execution) {
  constexpr double kSeconds = 0.15;
  return measure_matmul_rates(products, execution.device, {execution.bfloat16 ? at::kBFloat16 : at::kFloat}, kSeconds)
      .front();
}

}  // namespace folio::train
