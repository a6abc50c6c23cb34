// A few steps of a tiny BERT beside Hugging Face's Trainer; see tests/reference/masked_trainer_reference.py.

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "bert.h"
#include "data/rows.h"
#include "formats/description_json.h"
#include "train/trainer.h"
#include "unit/plugins/models/reference.h"
#include "unit/train/fakes.h"

using namespace folio;
using namespace folio::train;

namespace {

data::Samples formula_samples() {
  std::vector<std::vector<TokenId>> samples;
  for (std::int64_t s = 0; s < kReferenceSamples; ++s) {
    auto& sample = samples.emplace_back();
    for (std::int64_t t = 0; t < 9 + 5 * s % 4; ++t)
      sample.push_back(static_cast<TokenId>(5 + (7 * s + 3 * t + s * t) % 56));
  }
  return data::Samples::of(samples);
}

/// Masks by the reference's formula in place of random ones.
class FormulaCollator : public data::Collator {
 public:
  Batch collate(const data::Samples& samples, std::span<const std::int64_t> indices, std::int64_t) const override {
    data::Rows inputs, labels;
    Batch batch;
    for (const std::int64_t s : indices) {
      const std::vector<TokenId> ids = samples[s];
      auto& input = inputs.emplace_back(ids.begin(), ids.end());
      auto& label = labels.emplace_back(ids.size(), kIgnoredLabel);
      for (std::size_t t = 0; t < ids.size(); ++t) {
        if ((static_cast<std::size_t>(s) + 2 * t) % 5 != 0) continue;
        label[t] = ids[t];
        input[t] = 4;
        ++batch.label_count;
      }
    }
    batch.input_ids = data::padded(inputs, 0);
    batch.attention_mask = data::mask_of(inputs);
    batch.labels = data::padded(labels, kIgnoredLabel);
    return batch;
  }
  BatchShape shape(std::int64_t batch, std::int64_t length) const override { return {batch, length, 0, 0}; }
};

std::unique_ptr<Model> formula_model() {
  const nlohmann::json options{{"vocab_size", 61},           {"hidden_size", 16},
                               {"num_hidden_layers", 2},     {"num_attention_heads", 2},
                               {"intermediate_size", 32},    {"max_position_embeddings", 16},
                               {"hidden_dropout_prob", 0.0}, {"attention_probs_dropout_prob", 0.0}};
  auto model = std::make_unique<Bert>(option_values_from_json(Bert::options(), options));
  testing::fill_by_formula(*model);
  return model;
}

}  // namespace

TEST_CASE("a masked model's losses are those of Hugging Face's Trainer, in training and evaluation") {
  std::ifstream file(FOLIO_SOURCE_DIR "/tests/reference/expected/masked_trainer.json");
  const auto reference = nlohmann::json::parse(file);
  REQUIRE(reference.at("runs").size() == 2);
  for (const auto& wanted : reference["runs"]) {
    nlohmann::json given = wanted.at("arguments");
    given.update({{"per_device_train_batch_size", 4}, {"logging_steps", 1}, {"save_strategy", "no"}});
    const TrainingArguments arguments = training_arguments(option_values_from_json(training_option_table(), given));
    const data::Samples samples = formula_samples();
    const FormulaCollator collator;
    const auto model = formula_model();
    FakeRecorder recorder;
    const TrainingData data{samples, samples, collator, true};
    const TrainingResult result = Trainer(*model, data, arguments, Execution{}, {}, recorder).run();

    const std::size_t steps = wanted.at("loss").size();
    REQUIRE(recorder.losses.size() == steps);
    for (std::size_t step = 0; step < steps; ++step) {
      CAPTURE(step);
      CHECK(recorder.losses[step] == Approx(wanted["loss"][step].get<double>()).epsilon(kReferenceTolerance));
      CHECK(recorder.grad_norms[step] == Approx(wanted["grad_norm"][step].get<double>()).epsilon(kReferenceTolerance));
    }
    CHECK(result.metrics.at("train_loss") == Approx(wanted["train_loss"].get<double>()).epsilon(kReferenceTolerance));
    CHECK(result.metrics.at("eval_loss") == Approx(wanted["eval_loss"].get<double>()).epsilon(kReferenceTolerance));
    CHECK_FALSE(result.metrics.contains("train_bits_per_byte"));
    CHECK_FALSE(result.metrics.contains("eval_bits_per_byte"));
  }
}
