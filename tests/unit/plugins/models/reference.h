#pragma once

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/ne.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "folio/model.h"
#include "folio/options.h"
#include "formats/description_json.h"
#include "reference_file.h"

/// Holds a model against transformers' class in float64, on weights that a formula gives. The expected values are made
/// by tests/reference/<model>_reference.py with model_reference.py: logits, loss and the gradient of every parameter.
namespace folio::testing {

/// The formula of model_reference.py, in the layout of the file: waves, about 1 for the weights of norms.
inline void fill_by_formula(const Model& model) {
  const at::NoGradGuard no_grad;
  for (std::size_t k = 0; k < model.parameters().size(); ++k) {
    const Parameter& parameter = model.parameters()[k];
    const bool norm_weight = parameter.tensor.dim() == 1 && parameter.name.ends_with("weight");
    std::vector<float> values(static_cast<std::size_t>(parameter.tensor.numel()));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto x = static_cast<double>(i);
      const double wave = 0.3 * std::sin(0.37 * x * x + 1.3 * static_cast<double>(k));
      values[i] = static_cast<float>(norm_weight ? wave + 1 : wave);
    }
    const at::Tensor flat = at::tensor(values);
    const auto sizes = parameter.tensor.sizes();
    parameter.tensor.copy_(parameter.transposed_in_file ? flat.view({sizes[1], sizes[0]}).t() : flat.view(sizes));
  }
}

/// Rows of integers as [rows, columns] int64.
inline at::Tensor matrix(const nlohmann::json& rows) {
  const auto flat = rows.get<std::vector<std::vector<std::int64_t>>>();
  std::vector<std::int64_t> values;
  for (const auto& row : flat) values.insert(values.end(), row.begin(), row.end());
  return at::tensor(values).view({static_cast<std::int64_t>(flat.size()), -1});
}

inline Batch batch_of(const nlohmann::json& reference) {
  Batch batch{.input_ids = matrix(reference.at("input_ids")), .labels = matrix(reference.at("labels"))};
  const at::Tensor mask = matrix(reference.at("attention_mask")).to(at::kBool);
  if (!mask.all().item<bool>()) batch.attention_mask = mask;
  if (reference.contains("decoder_input_ids")) batch.decoder_input_ids = matrix(reference.at("decoder_input_ids"));
  return batch;
}

/// The largest difference, as a share of the largest magnitude in `wanted`.
inline double difference(const at::Tensor& tensor, const nlohmann::json& wanted) {
  const auto values = wanted.get<std::vector<double>>();
  REQUIRE(static_cast<std::size_t>(tensor.numel()) == values.size());
  const at::Tensor reference = at::tensor(values);
  const double largest = reference.abs().max().item<double>();
  // The gradient of a bias that softmax ignores is zero, 1e-17 in the float64 of the reference. In float32 it is what
  // rounding leaves of a sum of larger terms, so that there is no magnitude of its own to measure it by.
  constexpr double kZero = 1e-12;
  const double scale = largest < kZero ? 1e-2 : std::max(largest, 1e-3);
  return tensor.to(at::kDouble).flatten().sub(reference).abs().max().item<double>() / scale;
}

constexpr double kTolerance = 1e-5;

inline void check_case(Model& model, const nlohmann::json& reference) {
  fill_by_formula(model);
  const Batch batch = batch_of(reference);
  CHECK(difference(model.logits(batch).detach(), reference.at("logits")) < kTolerance);

  const at::Tensor loss = model.loss(batch, reference.at("num_items").get<std::int64_t>());
  CHECK(loss.item<double>() == Approx(reference.at("loss").get<double>()).epsilon(kTolerance));
  loss.backward();
  const nlohmann::json& gradients = reference.at("gradients");
  REQUIRE(gradients.size() == model.parameters().size());
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    const Parameter& parameter = model.parameters()[k];
    INFO(parameter.name);
    CHECK(parameter.name == gradients[k].at("name").get<std::string>());
    const at::Tensor gradient = parameter.tensor.grad();
    REQUIRE(gradient.defined());
    const at::Tensor in_file = parameter.transposed_in_file ? gradient.t() : gradient;
    CHECK(in_file.sizes().vec() == gradients[k].at("shape").get<std::vector<std::int64_t>>());
    CHECK(difference(in_file.contiguous(), gradients[k].at("values")) < kTolerance);
  }
}

/// Trains the model for one step from its first weights, in float32 and in bfloat16 with the same dropout masks, and
/// holds the two losses and all gradients against each other: at most `tolerance` of a gradient's norm may lie between.
inline void check_bfloat16(Model& model, const Batch& batch, double tolerance = 0.03) {
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  generator.set_current_seed(5);
  model.initialize();
  const auto step = [&] {
    generator.set_current_seed(5);
    for (const Parameter& parameter : model.parameters()) parameter.tensor.mutable_grad() = at::Tensor();
    const at::Tensor loss = model.loss(batch, batch.labels.ne(kIgnoredLabel).sum().item<std::int64_t>());
    loss.backward();
    std::vector<at::Tensor> gradients;
    for (const Parameter& parameter : model.parameters()) gradients.push_back(parameter.tensor.grad().clone());
    return std::pair(loss.item<double>(), gradients);
  };
  model.training(true);
  const auto [loss, gradients] = step();
  at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  at::autocast::set_autocast_enabled(at::kCPU, true);
  const auto [rounded_loss, rounded_gradients] = step();
  at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(at::kCPU, false);
  CHECK(rounded_loss == Approx(loss).epsilon(2e-3));
  CHECK(rounded_loss != loss);
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    INFO(model.parameters()[k].name);
    CHECK(rounded_gradients[k].scalar_type() == at::kFloat);
    const double error = rounded_gradients[k].sub(gradients[k]).norm().item<double>();
    CHECK(error < tolerance * gradients[k].norm().item<double>() + 1e-6);
  }
}

/// Checks model type `M` against all cases of tests/reference/`file`; to be called from a TEST_CASE.
template <typename M>
void check_against_reference(const std::string& file) {
  const auto document = nlohmann::json::parse(test::read_reference(file));
  REQUIRE(!document.at("cases").empty());
  for (const nlohmann::json& reference : document.at("cases")) {
    DYNAMIC_SECTION(reference.at("name").get<std::string>()) {
      M model(option_values_from_json(M::options(), reference.at("options")));
      check_case(model, reference);
      CHECK(nlohmann::json::parse(model.config_json()).at("transformers_version") == document.at("transformers"));
    }
  }
}

}  // namespace folio::testing
