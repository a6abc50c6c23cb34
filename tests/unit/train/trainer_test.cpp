#include "train/trainer.h"

#include <ATen/core/grad_mode.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "data/causal.h"
#include "folio/error.h"
#include "formats/description_json.h"
#include "gpt.h"
#include "train/saving/model_files.h"
#include "unit/plugins/models/reference.h"
#include "unit/train/fakes.h"

using namespace folio;
using namespace folio::train;

namespace {

/// The samples of tests/reference/trainer_reference.py.
data::Samples reference_samples() {
  std::vector<std::vector<TokenId>> samples(kReferenceSamples);
  for (std::int64_t s = 0; s < kReferenceSamples; ++s) {
    auto& ids = samples[static_cast<std::size_t>(s)];
    for (std::int64_t t = 0; t < 9 + 5 * s % 4; ++t) ids.push_back(static_cast<TokenId>((7 * s + 3 * t + s * t) % 61));
  }
  return data::Samples::of(samples);
}

/// Its model.
std::unique_ptr<Model> reference_model() {
  const nlohmann::json options{{"vocab_size", 61},
                               {"hidden_size", 16},
                               {"num_hidden_layers", 2},
                               {"num_attention_heads", 2},
                               {"max_position_embeddings", 16},
                               {"resid_pdrop", 0.0},
                               {"embd_pdrop", 0.0},
                               {"attn_pdrop", 0.0}};
  auto model = std::make_unique<Gpt>(option_values_from_json(Gpt::options(), options));
  testing::fill_by_formula(*model);
  return model;
}

TrainingArguments arguments_of(nlohmann::json given) {
  given["per_device_train_batch_size"] = 4;
  given["logging_steps"] = 1;
  given["save_strategy"] = given.value("save_strategy", "no");
  return training_arguments(option_values_from_json(training_option_table(), given));
}

struct Outcome {
  FakeRecorder recorder;
  TrainingResult result;
};

Outcome train_reference(const nlohmann::json& given, const data::Samples& evaluation = {}, std::int64_t stop_after = -1,
                        const std::filesystem::path& checkpoints = scratch_folder("folio_test_checkpoints")) {
  const data::Samples samples = reference_samples();
  const TrainingArguments arguments = arguments_of(given);
  const auto model = reference_model();
  Outcome outcome{FakeRecorder(stop_after), {}};
  const data::CausalCollator collator;
  const TrainingData data{samples, evaluation, collator, true, 1.0, 1.0};
  outcome.result = Trainer(*model, data, arguments, Execution{}, checkpoints, outcome.recorder).run();
  return outcome;
}

}  // namespace

TEST_CASE("losses, gradient norms and epochs are those of Hugging Face's Trainer") {
  std::ifstream file(FOLIO_SOURCE_DIR "/tests/reference/expected/trainer.json");
  const auto reference = nlohmann::json::parse(file);
  REQUIRE(reference.at("runs").size() == 5);
  for (const auto& expected : reference["runs"]) {
    const Outcome outcome = train_reference(expected.at("arguments"));
    const std::size_t steps = expected.at("loss").size();
    REQUIRE(outcome.recorder.losses.size() == steps);
    for (std::size_t step = 0; step < steps; ++step) {
      CAPTURE(expected["arguments"].dump(), step);
      CHECK(outcome.recorder.losses[step] == Approx(expected["loss"][step].get<double>()).epsilon(kReferenceTolerance));
      CHECK(outcome.recorder.grad_norms[step] ==
            Approx(expected["grad_norm"][step].get<double>()).epsilon(kReferenceTolerance));
      CHECK(outcome.recorder.epochs[step] == Approx(expected["epoch"][step].get<double>()).epsilon(1e-12));
    }
    const Metrics& metrics = outcome.result.metrics;
    CHECK(metrics.at("train_loss") == Approx(expected["train_loss"].get<double>()).epsilon(kReferenceTolerance));
    CHECK(metrics.at("total_flos") == Approx(expected["total_flos"].get<double>()).epsilon(1e-12));
    CHECK(metrics.at("global_step") == static_cast<double>(steps));
  }
}

TEST_CASE("traced steps are equal in equal runs, and part in what differs") {
  const auto traced = [](nlohmann::json given) {
    given.update({{"max_steps", 6}, {"trace", true}});
    return train_reference(given).recorder.traces;
  };
  const auto first = traced({});
  const auto again = traced({});
  REQUIRE(first.size() == 6);
  for (std::size_t i = 0; i < first.size(); ++i) {
    CHECK(first[i].step == static_cast<std::int64_t>(i) + 1);
    CHECK(first[i].batch == again[i].batch);
    CHECK(first[i].loss == again[i].loss);
    CHECK(first[i].grad_norm == again[i].grad_norm);
    CHECK((i == 0 || first[i].batch != first[i - 1].batch));
  }
  const auto other_seed = traced({{"seed", 7}});
  CHECK(other_seed[0].batch != first[0].batch);
  const auto other_rate = traced({{"learning_rate", 1e-3}});
  CHECK(other_rate[0].batch == first[0].batch);
  CHECK(other_rate[0].loss == first[0].loss);
  CHECK(other_rate[0].grad_norm == first[0].grad_norm);
  CHECK(other_rate[1].batch == first[1].batch);
  CHECK(other_rate[1].loss != first[1].loss);
  CHECK(train_reference({{"max_steps", 2}}).recorder.traces.empty());
}

TEST_CASE("evaluations are of the labels as they are, though training smooths them") {
  const Outcome smoothed =
      train_reference({{"max_steps", 1}, {"learning_rate", 0.0}, {"label_smoothing_factor", 0.5}}, reference_samples());
  const Outcome plain = train_reference({{"max_steps", 1}, {"learning_rate", 0.0}}, reference_samples());
  CHECK(smoothed.result.metrics.at("eval_loss") == plain.result.metrics.at("eval_loss"));
  CHECK(smoothed.result.metrics.at("train_loss") != plain.result.metrics.at("train_loss"));
  CHECK_FALSE(smoothed.result.metrics.contains("train_bits_per_byte"));
  CHECK(plain.result.metrics.contains("train_bits_per_byte"));
}

TEST_CASE("evaluations begin before the first step and wait for eval_delay where that is asked for") {
  const auto evaluations = [](nlohmann::json given) {
    given.update({{"max_steps", 6}, {"eval_strategy", "steps"}, {"eval_steps", 2}});
    return train_reference(given, reference_samples()).recorder.evaluations.size();
  };
  CHECK(evaluations({}) == 3);
  CHECK(evaluations({{"eval_on_start", true}}) == 4);
  CHECK(evaluations({{"eval_delay", 3}}) == 2);
  CHECK(evaluations({{"eval_delay", 7}}) == 0);
}

TEST_CASE("samples are written every so often, but at the end, and change nothing") {
  const Outcome with = train_reference({{"max_steps", 9}, {"sample_every", 3}}),
                without = train_reference({{"max_steps", 9}});
  CHECK(with.recorder.sampled == std::vector<std::int64_t>{3, 6});
  CHECK(with.recorder.losses == without.recorder.losses);
}

TEST_CASE("a batch larger than the data trains on all samples at once") {
  const data::Samples samples = reference_samples();
  nlohmann::json given{{"max_steps", 2}, {"logging_steps", 1}, {"save_strategy", "no"}};
  const auto losses = [&](int batch) {
    given["per_device_train_batch_size"] = batch;
    const TrainingArguments arguments = training_arguments(option_values_from_json(training_option_table(), given));
    const auto model = reference_model();
    FakeRecorder recorder;
    const data::CausalCollator collator;
    const TrainingData data{samples, samples, collator, true, 1.0, 1.0};
    Trainer(*model, data, arguments, Execution{}, {}, recorder).run();
    return recorder.losses;
  };
  CHECK(losses(1000) == losses(static_cast<int>(kReferenceSamples)));
}

TEST_CASE("a run that is asked to stop ends after its step, whole") {
  const Outcome outcome = train_reference({{"max_steps", 10}}, {}, 3);
  CHECK(outcome.result.interrupted);
  CHECK(outcome.result.steps == 3);
  CHECK(outcome.recorder.losses.size() == 3);
}

TEST_CASE("a run that is to stop after a step is evaluated and saved there, as one that goes on") {
  const auto folder = scratch_folder("folio_trainer_test");
  const auto recorded = [&](std::optional<std::int64_t> steps) {
    const auto model = reference_model();
    const data::Samples samples = reference_samples();
    const data::CausalCollator collator;
    const TrainingData data{samples, samples, collator, true, 1.0, 1.0};
    FakeRecorder recorder;
    const TrainingArguments arguments =
        arguments_of({{"max_steps", 10}, {"eval_strategy", "steps"}, {"eval_steps", 2}});
    Trainer trainer(*model, data, arguments, Execution{}, folder, recorder);
    if (steps) trainer.stop_after(*steps);
    const TrainingResult result = trainer.run();
    CHECK(result.interrupted == steps.has_value());
    CHECK(result.steps == steps.value_or(10));
    return recorder;
  };
  const FakeRecorder whole = recorded({}), part = recorded(4);
  CHECK(part.losses == std::vector<double>(whole.losses.begin(), whole.losses.begin() + 4));
  CHECK(part.evaluations.size() == 2);
  CHECK(std::filesystem::exists(folder / "checkpoint-4" / "model.safetensors"));
  std::filesystem::remove_all(folder);
}

TEST_CASE("a loss that is no longer a number ends the run and names the step") {
  CHECK_THROWS_WITH(train_reference({{"max_steps", 10}, {"learning_rate", 1e30}, {"max_grad_norm", 0.0}}),
                    Catch::Contains("the loss became") && Catch::Contains("in step"));
}

TEST_CASE("weights that are no numbers before the first step are named, and not the learning rate") {
  const auto model = reference_model();
  const Parameter& broken = model->parameters().at(2);
  {
    const at::NoGradGuard no_grad;
    broken.tensor.view({-1})[0].fill_(std::nan(""));
  }
  const data::Samples samples = reference_samples();
  const data::CausalCollator collator;
  const TrainingData data{samples, samples, collator, true, 1.0, 1.0};
  FakeRecorder recorder;
  const TrainingArguments arguments = arguments_of({{"max_steps", 3}});
  CHECK_THROWS_WITH(Trainer(*model, data, arguments, Execution{}, {}, recorder).run(),
                    Catch::Contains("not all finite numbers, those of ") && Catch::Contains(broken.name));
}

TEST_CASE("early stopping ends a run that no longer gets better, and the best model is kept") {
  const auto folder = scratch_folder("folio_trainer_test");
  std::filesystem::remove_all(folder);
  // So high a learning rate makes it worse after its first steps.
  const Outcome outcome = train_reference({{"max_steps", 40},
                                           {"learning_rate", 0.3},
                                           {"lr_scheduler_type", "constant"},
                                           {"eval_strategy", "steps"},
                                           {"save_strategy", "steps"},
                                           {"save_steps", 1},
                                           {"save_total_limit", 2},
                                           {"load_best_model_at_end", true},
                                           {"early_stopping_patience", 4}},
                                          reference_samples(), -1, folder);
  const auto& evaluations = outcome.recorder.evaluations;
  REQUIRE(evaluations.size() < 40);
  const auto best = std::min_element(evaluations.begin(), evaluations.end(), [](const Metrics& a, const Metrics& b) {
    return a.at("eval_loss") < b.at("eval_loss");
  });
  CHECK(evaluations.end() - best == 5);  // the best one and four more
  CHECK(outcome.result.metrics.at("best_metric") == best->at("eval_loss"));
  // The model at the end is the best one again, so it evaluates to the same.
  CHECK(outcome.result.metrics.at("eval_loss") == Approx(best->at("eval_loss")).epsilon(1e-6));
  const auto kept = std::distance(std::filesystem::directory_iterator(folder), {});
  CHECK(kept == 2);
  std::filesystem::remove_all(folder);
}

TEST_CASE("an evaluation that is no number is never the best") {
  const TrainingArguments arguments =
      arguments_of(nlohmann::json{{"eval_strategy", "steps"}, {"early_stopping_patience", 3}});
  Checkpoints checkpoints({}, arguments);
  checkpoints.judge({{"eval_loss", std::nan("")}}, 1);
  CHECK(checkpoints.best().empty());
  checkpoints.judge({{"eval_loss", 5.0}}, 2);
  checkpoints.judge({{"eval_loss", std::nan("")}}, 3);
  CHECK(checkpoints.best() == Metrics{{"best_metric", 5.0}, {"best_step", 2.0}});
  CHECK_FALSE(checkpoints.out_of_patience());
}

TEST_CASE("speeds of a run that was stopped are of what it did") {
  const Outcome whole = train_reference({{"max_steps", 10}});
  const Outcome stopped = train_reference({{"max_steps", 10}}, {}, 3);
  for (const auto& [outcome, steps] : {std::pair{&whole, 10.0}, {&stopped, 3.0}}) {
    const Metrics& metrics = outcome->result.metrics;
    CHECK(steps_done(metrics) == Approx(steps).epsilon(0.01).margin(2e-4 * metrics.at("train_steps_per_second")));
    CHECK(samples_per_step(metrics) == Approx(4).epsilon(2e-3));
  }
}

TEST_CASE("a model saved and loaded is the same") {
  const auto folder = scratch_folder("folio_saving_test");
  std::filesystem::remove_all(folder);
  const auto saved = reference_model();
  save_model(*saved, folder);
  const auto loaded = reference_model();
  {
    const at::NoGradGuard no_grad;
    for (const Parameter& parameter : loaded->parameters()) parameter.tensor.zero_();
  }
  load_model(*loaded, folder);
  for (std::size_t i = 0; i < saved->parameters().size(); ++i)
    CHECK(saved->parameters()[i].tensor.equal(loaded->parameters()[i].tensor));
  std::filesystem::remove_all(folder);
}
