#include "worker/estimates/time_estimate.h"

#include "train/matmul_rate.h"
#include "train/products.h"
#include "worker/estimates/step_timing.h"

namespace folio::worker {
namespace {

constexpr double kShortSeconds = 0.25;  // four such batches are not waited for

/// Shares of the rate of its products that training of the five models reached (matmul_share of romeo*.yaml: 0.65 to
/// 0.9 in either precision), with room on both sides.
constexpr double kLeastShare = 0.5, kMostShare = 0.95;

/// An evaluation has the forward pass alone, a third of the operations.
constexpr double kForwardShare = 1.0 / 3;

}  // namespace

TimeEstimate estimate_time(Model& model, const BatchShape& shape, std::int64_t vocab_size, std::int64_t eval_samples,
                           const train::TrainingPlan& plan, const train::TrainingArguments& arguments,
                           const train::Execution& execution) {
  const double rate = train::measure_matmul_rate(train::products_of(model, shape, vocab_size), execution);
  const double ideal = model.training_flops(shape) / rate;  // seconds of a batch
  TimeEstimate estimate;
  estimate.measured = ideal <= kShortSeconds;
  double low = ideal / kMostShare, high = ideal / kLeastShare;
  if (estimate.measured) low = high = measured_step_seconds(model, shape, vocab_size, arguments, execution);

  const double batches = static_cast<double>(plan.max_steps * arguments.gradient_accumulation_steps);
  estimate.evaluations = eval_samples == 0 ? 0 : train::planned_evaluations(plan, arguments);
  const double eval_batches =
      static_cast<double>(estimate.evaluations * eval_samples) / static_cast<double>(shape.batch);
  estimate.training_low = batches * low;
  estimate.training_high = batches * high;
  estimate.evaluation_low = eval_batches * kForwardShare * low;
  estimate.evaluation_high = eval_batches * kForwardShare * high;
  return estimate;
}

nlohmann::json to_json(const TimeEstimate& estimate) {
  return {{"training_seconds", {estimate.training_low, estimate.training_high}},
          {"evaluation_seconds", {estimate.evaluation_low, estimate.evaluation_high}},
          {"evaluations", estimate.evaluations},
          {"measured", estimate.measured}};
}

}  // namespace folio::worker
