#include "worker/estimates/step_timing.h"

#include <ATen/Parallel.h>
#include <ATen/ops/full.h>
#include <ATen/ops/randint.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "support/machine/work_time.h"
#include "train/optimization/optimizer.h"
#include "worker/model_folder.h"

namespace folio::worker {
namespace {

/// Random tokens, of which the shape's number is scored, evenly spread.
Batch random_batch(const BatchShape& shape, std::int64_t vocab_size, const train::Execution& execution) {
  const auto options = at::TensorOptions().dtype(at::kLong).device(execution.device);
  const auto tokens = [&](std::int64_t length) { return at::randint(vocab_size, {shape.batch, length}, options); };
  Batch batch{.input_ids = tokens(shape.length)};
  if (shape.target_length > 0) batch.decoder_input_ids = tokens(shape.target_length);
  const std::int64_t length = shape.target_length > 0 ? shape.target_length : shape.length;
  const std::int64_t places = shape.batch * length;
  at::Tensor labels = at::full({places}, kIgnoredLabel, at::kLong);
  auto* label = labels.mutable_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < shape.scored; ++i) label[i * places / shape.scored] = i % vocab_size;
  batch.labels = labels.view({shape.batch, length}).to(execution.device);
  return batch;
}

using Clock = std::chrono::steady_clock;

/// Gives the loss, whose gradients are added to those of the parameters.
at::Tensor pass(Model& model, const Batch& batch, std::int64_t scored, const train::Execution& execution) {
  at::Tensor loss;
  {
    const train::PrecisionScope precision(execution);
    loss = model.loss(batch, scored);
  }
  loss.backward();
  return loss;
}

}  // namespace

double measured_step_seconds(Model& model, const BatchShape& shape, std::int64_t vocab_size,
                             const train::TrainingArguments& arguments, const train::Execution& execution) {
  model.initialize();
  move_to(model, execution.device);
  model.training(true);
  const auto optimizer = train::make_optimizer(model.parameters(), arguments);
  const Batch batch = random_batch(shape, vocab_size, execution);
  std::array<double, 4> seconds{};
  for (double& passed : seconds) {
    const auto start = Clock::now();
    const at::Tensor loss = pass(model, batch, shape.scored, execution);
    optimizer->step(arguments.learning_rate);
    loss.item<float>();  // waits for a device that works on its own
    passed = seconds_since(start);
  }
  std::sort(seconds.begin() + 1, seconds.end());  // the first one sets memory aside
  return seconds[2];
}

std::array<double, 2> measured_pass_seconds(Model& model, const BatchShape& shape, std::int64_t vocab_size,
                                            double seconds) {
  constexpr int kFewestRounds = 3;
  model.initialize();
  model.training(true);
  const Batch batch = random_batch(shape, vocab_size, {});
  std::array<BestTime, 2> best;
  const ProcessorTimes before = processor_times();
  const auto began = Clock::now();
  for (int round = 0; round < kFewestRounds || seconds_since(began) < seconds; ++round) {
    for (const bool bfloat16 : {false, true}) {
      BestTime warming_up;
      BestTime& time = round == 0 ? warming_up : best[bfloat16 ? 1 : 0];
      time.measure([&] { pass(model, batch, shape.scored, {.bfloat16 = bfloat16}); });
      for (const Parameter& parameter : model.parameters()) parameter.tensor.mutable_grad() = at::Tensor();
    }
  }
  const bool busy = was_busy_since(before);
  return {best[0].seconds(busy, at::get_num_threads()), best[1].seconds(busy, at::get_num_threads())};
}

}  // namespace folio::worker
