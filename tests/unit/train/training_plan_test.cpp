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
