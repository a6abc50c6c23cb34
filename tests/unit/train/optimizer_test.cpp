#include "train/optimization/optimizer.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "formats/description_json.h"

using namespace folio;
using namespace folio::train;

namespace {

/// The weights of tests/reference/optimizers_reference.py before the first step.
std::vector<Parameter> made_parameters(const nlohmann::json& shapes) {
  std::vector<Parameter> parameters;
  for (const auto& [name, shape] : shapes.items()) {
    at::Tensor tensor = at::empty(shape.get<std::vector<std::int64_t>>(), at::kDouble);
    auto* value = tensor.mutable_data_ptr<double>();
    for (std::int64_t i = 0; i < tensor.numel(); ++i) value[i] = std::sin(static_cast<double>(i) + 1) / 2;
    tensor.requires_grad_();
    parameters.push_back({.name = name, .tensor = tensor, .decays = name != "bias"});
  }
  return parameters;
}

void set_gradients(const std::vector<Parameter>& parameters, int step) {
  for (const Parameter& parameter : parameters) {
    at::Tensor gradient = at::empty(parameter.tensor.sizes(), at::kDouble);
    auto* value = gradient.mutable_data_ptr<double>();
    for (std::int64_t i = 0; i < gradient.numel(); ++i)
      value[i] = std::cos((static_cast<double>(i) + 1) * (step + 1)) / (static_cast<double>(i) + 2);
    parameter.tensor.mutable_grad() = gradient;
  }
}

}  // namespace

TEST_CASE("ten steps of each optimizer are those of transformers' Trainer") {
  std::ifstream file(FOLIO_SOURCE_DIR "/tests/reference/expected/optimizers.json");
  const auto reference = nlohmann::json::parse(file);
  std::set<std::string> seen;
  for (const auto& run : reference.at("runs")) {
    CAPTURE(run.at("arguments").dump());
    seen.insert(run["arguments"].at("optim").get<std::string>());
    const TrainingArguments arguments =
        training_arguments(option_values_from_json(training_option_table(), run["arguments"]));
    const std::vector<Parameter> parameters = made_parameters(reference.at("shapes"));
    const auto optimizer = make_optimizer(parameters, arguments);
    for (int step = 0; step < 10; ++step) {
      set_gradients(parameters, step);
      CHECK(optimizer->step(arguments.learning_rate) ==
            Approx(run.at("grad_norm")[static_cast<std::size_t>(step)].get<double>()).epsilon(1e-12));
    }
    // The fused kernel of AdamW takes the divisor of the clipping in float32, whatever the weights are.
    const bool float32_divisor = arguments.optim == OptimizerType::adamw && arguments.max_grad_norm > 0;
    const double tolerance = float32_divisor ? 1e-8 : 1e-11;
    for (const Parameter& parameter : parameters) {
      CHECK_FALSE(parameter.tensor.grad().defined());
      const auto& expected = run.at("parameters").at(parameter.name);
      const at::Tensor values = parameter.tensor.detach().flatten();
      REQUIRE(expected.size() == static_cast<std::size_t>(values.numel()));
      for (std::size_t i = 0; i < expected.size(); ++i) {
        CAPTURE(parameter.name, i);
        CHECK(values.const_data_ptr<double>()[i] ==
              Approx(expected[i].get<double>()).epsilon(tolerance).margin(tolerance / 10));
      }
    }
  }
  const OptionTable table = training_option_table();
  const std::vector<std::string>& choices = table.find("optim")->choice_list;
  CHECK(seen == std::set<std::string>(choices.begin(), choices.end()));
}
