#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bert.h"
#include "data/causal.h"
#include "data/rows.h"
#include "distilbert.h"
#include "gpt.h"
#include "llama.h"
#include "t5.h"
#include "unit/plugins/models/reference.h"
#include "unit/train/fakes.h"

/// The models and samples of tests/reference/family_trainer_reference.py.
namespace folio::train {

inline data::Samples samples_of_kind(const std::string& kind) {
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
std::unique_ptr<Model> formula_model(nlohmann::json options) {
  options.update({{"vocab_size", 61}, {"hidden_size", 16}, {"num_hidden_layers", 2}});
  auto model = std::make_unique<Kind>(option_values_from_json(Kind::options(), options));
  testing::fill_by_formula(*model);
  return model;
}

/// Filled by the formula.
inline std::unique_ptr<Model> model_called(const std::string& name) {
  nlohmann::json sizes{{"num_attention_heads", 2}, {"intermediate_size", 32}, {"max_position_embeddings", 16}};
  const auto with = [&](const nlohmann::json& more) {
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

inline std::unique_ptr<data::Collator> collator_of(const std::string& model, const std::string& kind) {
  if (model == "t5") return std::make_unique<FormulaTargets>(kind == "short" ? 1 : 3);
  if (model == "bert" || model == "distilbert") return std::make_unique<FormulaMasks>();
  return std::make_unique<data::CausalCollator>();
}

}  // namespace folio::train
