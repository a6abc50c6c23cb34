// Whole passes say best which precision is faster, but those of a large model take too long. Its products do nearly
// all the work, so their rates are measured alone, and what bfloat16 does besides: each batch it casts the weights, and
// their gradients back. What is left out, norms, activations and attention, was 7 % of a step of gpt at its defaults in
// float32 and 10 % in bfloat16; there the two differ by less than 2 % of the step.

#include "worker/precision_measurement.h"

#include <ATen/ops/ones.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>

#include "support/machine/work_time.h"
#include "train/matmul_rate.h"
#include "train/products.h"
#include "worker/estimates/step_timing.h"

namespace folio::worker {
namespace {

constexpr double kSecondsOfProducts = 0.2, kSecondsOfPasses = 0.4;
constexpr double kShortPass = 0.08;  // seconds of the slower precision's products: five such passes are waited for

/// Seconds in which a number is cast to bfloat16 and one is cast back, from memory and into it.
double seconds_of_casts() {
  constexpr std::int64_t kNumbers = 1 << 23;  // more than the caches hold
  constexpr int kRounds = 3;
  const at::Tensor weights = at::ones({kNumbers}, at::kFloat);
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    weights.to(at::kBFloat16).to(at::kFloat);
    best = std::min(best, seconds_since(start));
  }
  return best / kNumbers;
}

BatchShape first_samples(const BatchShape& shape, std::int64_t samples) {
  BatchShape part = shape;
  part.batch = samples;
  part.scored = std::max<std::int64_t>(1, shape.scored * samples / shape.batch);
  return part;
}

}  // namespace

train::PrecisionRates measure_precisions(Model& model, const BatchShape& shape, std::int64_t vocab_size) {
  const std::vector<train::Product> products = train::products_of(model, shape, vocab_size);
  double operations = 0, weights = 0;
  for (const train::Product& product : products) {
    const auto count = static_cast<double>(product.count);
    operations += count * product.operations();
    weights += count * static_cast<double>(product.in) * static_cast<double>(product.out);
  }
  const std::vector<double> rates =
      train::measure_matmul_rates(products, c10::kCPU, {at::kFloat, at::kBFloat16}, kSecondsOfProducts);
  const double casts = weights * seconds_of_casts();
  const double slower = operations / std::min(rates[0], rates[1]);
  const auto samples =
      std::min(shape.batch, static_cast<std::int64_t>(kShortPass / slower * static_cast<double>(shape.batch)));
  if (samples == 0)
    return {.float32 = rates[0], .bfloat16 = operations / (operations / rates[1] + casts), .of_passes = false};

  const std::array<double, 2> seconds =
      measured_pass_seconds(model, first_samples(shape, samples), vocab_size, kSecondsOfPasses);
  // The casts are the same for any number of samples.
  const double times = static_cast<double>(shape.batch) / static_cast<double>(samples);
  const double fixed = std::min(casts, seconds[1]);
  return {.float32 = operations / (times * seconds[0]),
          .bfloat16 = operations / (times * (seconds[1] - fixed) + fixed),
          .of_passes = true};
}

}  // namespace folio::worker
