#include "train/optimization/schedule.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "formats/description_json.h"

using namespace folio;
using namespace folio::train;

TEST_CASE("learning rates are those of transformers' schedules") {
  std::ifstream file(FOLIO_SOURCE_DIR "/tests/reference/expected/trainer.json");
  const auto reference = nlohmann::json::parse(file);
  std::size_t compared = 0;
  for (const auto& run : reference.at("runs")) {
    auto given = run.at("arguments");
    given["per_device_train_batch_size"] = 4;
    const TrainingArguments arguments = training_arguments(option_values_from_json(training_option_table(), given));
    const Schedule schedule(arguments, plan_training(arguments, 21));
    const auto& expected = run.at("learning_rate");
    for (std::size_t step = 0; step < expected.size(); ++step, ++compared) {
      CHECK(schedule.learning_rate(static_cast<std::int64_t>(step)) ==
            Approx(expected[step].get<double>()).epsilon(1e-12).margin(1e-18));
    }
  }
  CHECK(compared == 44);
}

TEST_CASE("every schedule with every keyword gives transformers' learning rates") {
  std::ifstream file(FOLIO_SOURCE_DIR "/tests/reference/expected/schedules.json");
  const auto reference = nlohmann::json::parse(file);
  std::set<ScheduleType> seen;
  for (const auto& run : reference.at("runs")) {
    CAPTURE(run.at("arguments").dump());
    auto given = run["arguments"];
    const bool plateau = run.contains("metrics");
    if (plateau) given["eval_strategy"] = "steps";
    const TrainingArguments arguments = training_arguments(option_values_from_json(training_option_table(), given));
    seen.insert(arguments.schedule.type);
    Schedule schedule(arguments, plan_training(arguments, 21));
    const auto& expected = run.at("learning_rate");
    REQUIRE(expected.size() == given.at("max_steps").get<std::size_t>());
    for (std::size_t step = 0; step < expected.size(); ++step) {
      CAPTURE(step);
      CHECK(schedule.learning_rate(static_cast<std::int64_t>(step)) ==
            Approx(expected[step].get<double>()).epsilon(1e-12).margin(1e-18));
      if (plateau) schedule.evaluated(run["metrics"][step].get<double>());
    }
  }
  CHECK(seen.size() == 11);
}
