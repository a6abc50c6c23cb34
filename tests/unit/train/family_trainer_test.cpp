// Each model of the family beside Hugging Face's Trainer; see tests/reference/family_trainer_reference.py.

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <set>

#include "bert.h"
#include "data/causal.h"
#include "data/rows.h"
#include "distilbert.h"
#include "gpt.h"
#include "llama.h"
#include "reference_file.h"
#include "t5.h"
#include "train/trainer.h"
#include "unit/plugins/models/reference.h"
#include "unit/train/fakes.h"

using namespace folio;
using namespace folio::train;

namespace {

using nlohmann::json;

data::Samples samples_of_kind(const std::string& kind) {
  std::vector<std::vector<TokenId>> samples;
  for (std::int64_t s = 0; s < kReferenceSamples; ++s) {
    const std::int64_t length = kind == "equal" ? 8 : (kind == "short" ? 2 : 9) + 5 * s % 4;
    auto& sample = samples.emplace_back();
    for (std::int64_t t = 0; t < length; ++t) sample.push_back(static_cast<TokenId>(5 + (7 * s + 3 * t + s * t) % 56));
  }
  return data::Samples::of(samples);
}

/// Masks by the reference's formula in place of random ones.
class FormulaMasks : public data::Collator {
 public:
  Batch collate(const data::Samples& samples, std::span<const std::int64_t> indices, std::int64_t) const override {
    data::Rows inputs, labels;
    for (const std::int64_t s : indices) {
      const std::vector<TokenId> ids = samples[s];
      auto& input = inputs.emplace_back(ids.begin(), ids.end());
      auto& label = labels.emplace_back(ids.size(), kIgnoredLabel);
      for (std::size_t t = 0; t < ids.size(); ++t) {
        if ((static_cast<std::size_t>(s) + 2 * t) % 5 != 0) continue;
        label[t] = ids[t];
        input[t] = 4;
      }
    }
    return {.input_ids = data::padded(inputs, 0),
            .attention_mask = data::mask_of(inputs),
            .labels = data::padded(labels, kIgnoredLabel)};
  }
  BatchShape shape(std::int64_t batch, std::int64_t length) const override { return {batch, length, 0, 0}; }
};

/// Targets by the reference's formula in place of spans taken out.
class FormulaTargets : public data::Collator {
 public:
  explicit FormulaTargets(std::int64_t shortest) : shortest_(shortest) {}

  Batch collate(const data::Samples& samples, std::span<const std::int64_t> indices, std::int64_t) const override {
    data::Rows inputs, labels, shifted;
    for (const std::int64_t s : indices) {
      const std::vector<TokenId> ids = samples[s];
      inputs.emplace_back(ids.begin(), ids.end());
      auto& label = labels.emplace_back();
      for (std::int64_t t = 0; t < shortest_ + s % 3; ++t) label.push_back(5 + (3 * s + 5 * t) % 56);
      auto& before = shifted.emplace_back(label.begin(), label.end() - 1);
      before.insert(before.begin(), 0);
    }
    return {.input_ids = data::padded(inputs, 0),
            .attention_mask = data::mask_of(inputs),
            .decoder_input_ids = data::padded(shifted, 0),
            .labels = data::padded(labels, kIgnoredLabel)};
  }
  BatchShape shape(std::int64_t batch, std::int64_t length) const override { return {batch, length, 0, 0}; }

 private:
  std::int64_t shortest_;
};

template <typename Kind>
std::unique_ptr<Model> formula_model(json options) {
  options.update({{"vocab_size", 61}, {"hidden_size", 16}, {"num_hidden_layers", 2}});
  auto model = std::make_unique<Kind>(option_values_from_json(Kind::options(), options));
  testing::fill_by_formula(*model);
  return model;
}

std::unique_ptr<Model> model_called(const std::string& name) {
  json sizes{{"num_attention_heads", 2}, {"intermediate_size", 32}, {"max_position_embeddings", 16}};
  const auto with = [&](const json& more) {
    sizes.update(more);
    return sizes;
  };
  if (name == "gpt") {
    return formula_model<Gpt>(
        with({{"intermediate_size", 64}, {"resid_pdrop", 0.0}, {"embd_pdrop", 0.0}, {"attn_pdrop", 0.0}}));
  }
  if (name == "llama") return formula_model<Llama>(with({{"num_attention_heads", 4}, {"num_key_value_heads", 2}}));
  if (name == "bert")
    return formula_model<Bert>(with({{"hidden_dropout_prob", 0.0}, {"attention_probs_dropout_prob", 0.0}}));
  if (name == "distilbert") return formula_model<DistilBert>(with({{"dropout", 0.0}, {"attention_dropout", 0.0}}));
  REQUIRE(name == "t5");
  return formula_model<T5>({{"num_attention_heads", 2},
                            {"intermediate_size", 32},
                            {"head_dim", 8},
                            {"relative_attention_num_buckets", 8},
                            {"relative_attention_max_distance", 9},
                            {"dropout_rate", 0.0}});
}

std::unique_ptr<data::Collator> collator_of(const std::string& model, const std::string& kind) {
  if (model == "t5") return std::make_unique<FormulaTargets>(kind == "short" ? 1 : 3);
  if (model == "bert" || model == "distilbert") return std::make_unique<FormulaMasks>();
  return std::make_unique<data::CausalCollator>();
}

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
