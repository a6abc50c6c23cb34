#include "train/training_plan.h"

#include <catch2/catch.hpp>

#include "folio/error.h"

using namespace folio;
using namespace folio::train;

namespace {

TrainingPlan plan_of(const std::map<std::string, OptionValue>& given, std::int64_t samples) {
  return plan_training(training_arguments(OptionValues(training_option_table(), given)), samples);
}

}  // namespace

TEST_CASE("steps are counted as Hugging Face's Trainer counts them") {
  // n = 21, b = 8, E = 3: M = 3, S = 9, N = 63.
  const TrainingPlan plain = plan_of({}, 21);
  CHECK(plain.batches_per_epoch == 3);
  CHECK(plain.max_steps == 9);
  CHECK(plain.train_samples == 63);
  const TrainingPlan accumulated = plan_of({{"gradient_accumulation_steps", std::int64_t{2}}}, 21);
  CHECK(accumulated.updates_per_epoch == 2);
  CHECK(accumulated.max_steps == 6);
}

TEST_CASE("the main job has 216 steps") {
  const TrainingPlan plan = plan_of({{"per_device_train_batch_size", std::int64_t{4}}}, 288);
  CHECK(plan.max_steps == 216);
  CHECK(plan.train_samples == 864);
}

TEST_CASE("max_steps stands in place of the epochs") {
  const TrainingPlan plan = plan_of({{"max_steps", std::int64_t{7}}}, 21);
  CHECK(plan.max_steps == 7);
  CHECK(plan.epochs == 3);
  CHECK(plan.train_samples == 56);
}

TEST_CASE("an interval below one is a share of all steps, rounded up") {
  const TrainingPlan plan = plan_of({}, 21);
  CHECK(plan.steps(0.25) == 3);
  CHECK(plan.steps(4) == 4);
  CHECK(plan.steps(1e-6) == 1);
}

TEST_CASE(
    "a batch larger than the data becomes one of all samples, also where batches that are not full are left out") {
  for (const bool drop_last : {false, true}) {
    const TrainingPlan plan =
        plan_of({{"per_device_train_batch_size", std::int64_t{400}}, {"dataloader_drop_last", drop_last}}, 288);
    CHECK(plan.batch_size == 288);
    CHECK(plan.batches_per_epoch == 1);
    CHECK(plan.max_steps == 3);
  }
  CHECK(plan_of({{"per_device_train_batch_size", std::int64_t{288}}}, 288).batch_size == 288);
}

TEST_CASE("no sample is an error") { CHECK_THROWS_AS(plan_of({}, 0), Error); }

TEST_CASE("nothing to train is an error") { CHECK_THROWS_AS(plan_of({{"num_train_epochs", 0.0}}, 21), Error); }

TEST_CASE("evaluations are counted as they will be made") {
  const auto evaluations = [](std::map<std::string, OptionValue> given) {
    const TrainingArguments arguments = training_arguments(OptionValues(training_option_table(), given));
    return planned_evaluations(plan_training(arguments, 21), arguments);  // 3 steps an epoch
  };
  const auto steps = [&](std::int64_t every, double delay, std::int64_t max_steps) {
    return evaluations({{"eval_strategy", std::string("steps")},
                        {"eval_steps", static_cast<double>(every)},
                        {"eval_delay", delay},
                        {"max_steps", max_steps}});
  };
  CHECK(evaluations({}) == 1);  // of the final model
  CHECK(evaluations({{"eval_on_start", true}}) == 2);
  CHECK(steps(7, 0, 17) == 3);  // after 7, 14 and 17
  CHECK(steps(7, 0, 14) == 2);
  CHECK(steps(7, 7, 17) == 3);
  CHECK(steps(7, 7.5, 17) == 2);
  CHECK(steps(7, 17, 17) == 1);
  CHECK(steps(7, 1e300, 17) == 1);  // none on the way, so the final one
  const auto epochs = [&](double count, double delay) {
    return evaluations({{"eval_strategy", std::string("epoch")}, {"num_train_epochs", count}, {"eval_delay", delay}});
  };
  CHECK(epochs(3, 0) == 3);
  CHECK(epochs(1.4, 0) == 2);  // at 1 and at 5/3
  CHECK(epochs(1.4, 1.5) == 1);
  CHECK(epochs(3, 2) == 2);
  CHECK(evaluations({{"eval_strategy", std::string("epoch")},
                     {"save_strategy", std::string("epoch")},
                     {"load_best_model_at_end", true}}) == 4);
}
