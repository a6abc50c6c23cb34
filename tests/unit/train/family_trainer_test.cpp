// Each model of the family beside Hugging Face's Trainer; see tests/reference/family_trainer_reference.py.

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <set>

#include "reference_file.h"
#include "train/trainer.h"
#include "unit/train/family.h"

using namespace folio;
using namespace folio::train;

namespace {

using nlohmann::json;

struct FamilyOutcome {
  FakeRecorder recorder;
  Metrics metrics;
};

FamilyOutcome train_family(const std::string& name, const std::string& kind, const json& given,
                           const std::filesystem::path& checkpoints = {}) {
  json all{{"per_device_train_batch_size", 4}, {"logging_steps", 1}, {"save_strategy", "no"}};
  all.update(given);
  const TrainingArguments arguments = training_arguments(option_values_from_json(training_option_table(), all));
  const data::Samples samples = samples_of_kind(kind);
  const auto collator = collator_of(name, kind);
  const auto model = model_called(name);
  FamilyOutcome outcome;
  const TrainingData data{samples, samples, *collator, true};
  outcome.metrics = Trainer(*model, data, arguments, Execution{}, checkpoints, outcome.recorder).run().metrics;
  return outcome;
}

/// Largest relative differences from the Trainer.
struct Differences {
  double losses = 0, gradients = 0, evaluation = 0;
};

void widen(double& largest, double got, double wanted) {
  largest = std::max(largest, std::abs(got - wanted) / std::abs(wanted));
}

void hold_against(const json& wanted, Differences& differences) {
  const std::string name = wanted.at("model"), kind = wanted.at("samples");
  CAPTURE(name, kind, wanted["arguments"].dump());
  const FamilyOutcome outcome = train_family(name, kind, wanted.at("arguments"));
  const std::size_t steps = wanted.at("loss").size();
  REQUIRE(outcome.recorder.losses.size() == steps);
  for (std::size_t step = 0; step < steps; ++step) {
    widen(differences.losses, outcome.recorder.losses[step], wanted["loss"][step]);
    widen(differences.gradients, outcome.recorder.grad_norms[step], wanted["grad_norm"][step]);
    CHECK(outcome.recorder.epochs[step] == Approx(wanted["epoch"][step].get<double>()).epsilon(1e-12));
    CHECK(outcome.recorder.entries[step].metrics.at("learning_rate") ==
          Approx(wanted["learning_rate"][step].get<double>()).epsilon(1e-12));
  }
  widen(differences.losses, outcome.metrics.at("train_loss"), wanted["train_loss"]);
  widen(differences.evaluation, outcome.metrics.at("eval_loss"), wanted["eval_loss"]);
  CHECK(outcome.metrics.at("total_flos") == wanted["total_flos"].get<double>());
  CHECK(samples_per_step(outcome.metrics) == Approx(wanted["samples_per_step"].get<double>()).epsilon(2e-3));
  if (kind == "equal" && wanted.contains("scaled_eval_loss")) {
    // Samples of 8 tokens: the Trainer's own eval_loss is 7/8 of the mean.
    CHECK(outcome.metrics.at("eval_loss") * 7 / 8 ==
          Approx(wanted["scaled_eval_loss"].get<double>()).epsilon(kReferenceTolerance));
  }
}

json family_reference() { return json::parse(test::read_reference("expected/family_trainer.json")); }

}  // namespace

TEST_CASE("each model trains and is evaluated as by Hugging Face's Trainer: accumulated, partial, short and few") {
  std::map<std::string, Differences> by_model;
  const json runs = family_reference().at("runs");
  for (const json& wanted : runs) hold_against(wanted, by_model[wanted.at("model")]);
  REQUIRE(by_model.size() == 5);
  for (const auto& [name, differences] : by_model) {
    CAPTURE(name);
    CHECK(differences.losses < kReferenceTolerance);
    CHECK(differences.gradients < kReferenceTolerance);
    CHECK(differences.evaluation < kReferenceTolerance);
  }
}

TEST_CASE("a run logs, evaluates, saves and chooses its best model when Hugging Face's Trainer does") {
  const json schedules = family_reference().at("schedules");
  REQUIRE(schedules.size() == 6);
  for (const json& wanted : schedules) {
    CAPTURE(wanted["arguments"].dump());
    const auto folder = scratch_folder("folio_family_trainer_test");
    std::filesystem::remove_all(folder);
    const auto [recorder, metrics] = train_family("llama", "long", wanted["arguments"], folder);

    REQUIRE(recorder.entries.size() == wanted["entries"].size());
    for (std::size_t i = 0; i < recorder.entries.size(); ++i) {
      const json& entry = wanted["entries"][i];
      const char* name = entry.contains("loss") ? "loss" : "eval_loss";
      CHECK(recorder.entries[i].step == entry["step"]);
      CHECK(recorder.entries[i].epoch == Approx(entry["epoch"].get<double>()).epsilon(1e-12));
      REQUIRE(recorder.entries[i].metrics.contains(name));
      CHECK(recorder.entries[i].metrics.at(name) == Approx(entry[name].get<double>()).epsilon(kReferenceTolerance));
    }
    std::set<std::string> saved, kept;
    for (const json& step : wanted["checkpoints"]) saved.insert("checkpoint-" + step.dump());
    for (const auto& entry : std::filesystem::directory_iterator(folder)) kept.insert(entry.path().filename());
    CHECK(kept == saved);

    CHECK(metrics.at("global_step") == wanted["steps"]);
    CHECK(metrics.at("epoch") == Approx(wanted["epoch"].get<double>()).epsilon(1e-12));
    CHECK(metrics.at("train_loss") == Approx(wanted["train_loss"].get<double>()).epsilon(kReferenceTolerance));
    CHECK(metrics.at("eval_loss") == Approx(wanted["eval_loss"].get<double>()).epsilon(kReferenceTolerance));
    CHECK(samples_per_step(metrics) == Approx(wanted["samples_per_step"].get<double>()).epsilon(2e-3));
    CHECK(steps_done(metrics) ==
          Approx(wanted["steps_done"].get<double>()).epsilon(0.01).margin(2e-4 * metrics.at("train_steps_per_second")));
    std::int64_t evaluations = 0;
    for (const auto& entry : recorder.entries) evaluations += entry.metrics.contains("eval_loss") ? 1 : 0;
    if (!wanted["best_step"].is_null()) {
      CHECK(metrics.at("best_step") == wanted["best_step"]);
      CHECK(metrics.at("best_metric") == Approx(wanted["best_metric"].get<double>()).epsilon(kReferenceTolerance));
    }
    // Once more only where the model that is handed out is not the one that was evaluated last.
    const bool another = !wanted["best_step"].is_null() && wanted["best_step"] != wanted["steps"];
    CHECK(recorder.evaluations_begun == evaluations + (another ? 1 : 0));
    std::filesystem::remove_all(folder);
  }
}
