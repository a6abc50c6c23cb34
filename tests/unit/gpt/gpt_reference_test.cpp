// Holds the gpt plugin against transformers' GPT2LMHeadModel in float64; see tests/reference/gpt_reference.py.

#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "gpt.h"
#include "support/files.h"

using namespace folio;
using nlohmann::json;

namespace {

const json& expected() {
  static const json document = json::parse(read_file(FOLIO_SOURCE_DIR "/tests/reference/gpt_expected.json"));
  return document;
}

OptionValues options_of(const json& reference) {
  std::map<std::string, OptionValue> given;
  for (const auto& [name, value] : reference.at("options").items()) {
    given[name] = value.is_string() ? OptionValue(value.get<std::string>()) : OptionValue(value.get<std::int64_t>());
  }
  for (const char* dropout : {"resid_pdrop", "embd_pdrop", "attn_pdrop"}) {
    given[dropout] = 0.0;
  }
  return {Gpt::options(), given};
}

/// The formula of gpt_reference.py, in the layout of the file.
void fill(Gpt& model) {
  const at::NoGradGuard no_grad;
  for (std::size_t k = 0; k < model.parameters().size(); ++k) {
    const Parameter& parameter = model.parameters()[k];
    const bool norm_weight = parameter.name.find(".ln_") != std::string::npos && parameter.name.ends_with("weight");
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

at::Tensor matrix(const json& rows) {
  const auto flat = rows.get<std::vector<std::vector<std::int64_t>>>();
  std::vector<std::int64_t> values;
  for (const auto& row : flat) {
    values.insert(values.end(), row.begin(), row.end());
  }
  return at::tensor(values).view({static_cast<std::int64_t>(flat.size()), -1});
}

Batch batch_of(const json& reference) {
  const at::Tensor mask = matrix(reference.at("attention_mask")).to(at::kBool);
  return {.input_ids = matrix(reference.at("input_ids")),
          .attention_mask = mask.all().item<bool>() ? at::Tensor() : mask,
          .labels = matrix(reference.at("labels"))};
}

/// The largest difference, as a share of the largest magnitude in `wanted`.
double difference(const at::Tensor& tensor, const json& wanted) {
  const auto values = wanted.get<std::vector<double>>();
  REQUIRE(static_cast<std::size_t>(tensor.numel()) == values.size());
  const at::Tensor reference = at::tensor(values);
  const double largest = reference.abs().max().item<double>();
  // A gradient that is zero (a bias that softmax ignores) is noise of the size of 1e-17 in the reference.
  return tensor.to(at::kDouble).flatten().sub(reference).abs().max().item<double>() / std::max(largest, 1e-3);
}

constexpr double kTolerance = 1e-5;

void check_case(const json& reference) {
  Gpt model(options_of(reference));
  fill(model);
  const Batch batch = batch_of(reference);
  CHECK(difference(model.logits(batch).detach(), reference.at("logits")) < kTolerance);

  const at::Tensor loss = model.loss(batch, reference.at("num_items").get<std::int64_t>());
  CHECK(loss.item<double>() == Approx(reference.at("loss").get<double>()).epsilon(kTolerance));
  loss.backward();
  const json& gradients = reference.at("gradients");
  REQUIRE(gradients.size() == model.parameters().size());
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    const Parameter& parameter = model.parameters()[k];
    INFO(parameter.name);
    CHECK(parameter.name == gradients[k].at("name").get<std::string>());
    const at::Tensor gradient = parameter.tensor.grad();
    const at::Tensor in_file = parameter.transposed_in_file ? gradient.t() : gradient;
    CHECK(in_file.sizes().vec() == gradients[k].at("shape").get<std::vector<std::int64_t>>());
    CHECK(difference(in_file.contiguous(), gradients[k].at("values")) < kTolerance);
  }
}

}  // namespace

TEST_CASE("gpt computes the logits, loss and gradients of GPT2LMHeadModel") {
  REQUIRE(expected().at("cases").size() == 5);
  for (const json& reference : expected().at("cases")) {
    DYNAMIC_SECTION(reference.at("name").get<std::string>()) { check_case(reference); }
  }
}
