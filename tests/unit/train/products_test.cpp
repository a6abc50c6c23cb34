#include "train/products.h"

#include <ATen/ops/ones.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <numeric>

#include "bert.h"
#include "formats/description_json.h"
#include "gpt.h"
#include "train/matmul_rate.h"

using namespace folio;
using namespace folio::train;

namespace {

template <typename M>
M model_of(const nlohmann::json& options) {
  return M(option_values_from_json(M::options(), options));
}

constexpr BatchShape kShape{.batch = 2, .length = 24, .target_length = 0, .scored = 40};

bool has(const std::vector<Product>& products, const Product& product) {
  return std::find(products.begin(), products.end(), product) != products.end();
}

double operations(const std::vector<Product>& products) {
  return std::accumulate(products.begin(), products.end(), 0.0, [](double sum, const Product& product) {
    return sum + static_cast<double>(product.count) * product.operations();
  });
}

/// A model of one layer that takes what it is given.
class FakeModel : public Model {
 public:
  explicit FakeModel(std::vector<Parameter> parameters) : parameters_(std::move(parameters)) {}
  const std::vector<Parameter>& parameters() const override { return parameters_; }
  void initialize() override {}
  void training(bool) override {}
  at::Tensor loss(const Batch&, std::int64_t) override { return {}; }
  at::Tensor logits(const Batch&) override { return {}; }
  std::int64_t max_length() const override { return 64; }
  double activation_bytes(const BatchShape&, int) const override { return 0; }
  double training_flops(const BatchShape&) const override { return 0; }
  std::string config_json() const override { return "{}"; }

 private:
  std::vector<Parameter> parameters_;
};

Parameter matrix(const std::string& name, std::int64_t out, std::int64_t in, Part part) {
  return {.name = name, .tensor = at::ones({out, in}), .part = part};
}

}  // namespace

TEST_CASE("gpt's products are its layers' and its tied head's, not its positions'") {
  const Gpt model = model_of<Gpt>({{"vocab_size", 300},
                                   {"hidden_size", 32},
                                   {"num_hidden_layers", 3},
                                   {"num_attention_heads", 2},
                                   {"max_position_embeddings", 64}});
  const std::vector<Product> products = products_of(model, kShape, 300);
  CHECK(products.size() == 5);
  CHECK(has(products, {.rows = 48, .in = 32, .out = 96, .count = 3}));
  CHECK(has(products, {.rows = 48, .in = 32, .out = 32, .count = 3}));
  CHECK(has(products, {.rows = 48, .in = 32, .out = 128, .count = 3}));
  CHECK(has(products, {.rows = 48, .in = 128, .out = 32, .count = 3}));
  CHECK(has(products, {.rows = 40, .in = 32, .out = 300, .count = 1}));
  // What the model counts besides are attention's products.
  CHECK(operations(products) < model.training_flops(kShape));
  CHECK(operations(products) > 0.8 * model.training_flops(kShape));
}

TEST_CASE("a masked model's head has a row for each token that is scored") {
  const Bert model = model_of<Bert>({{"vocab_size", 300},
                                     {"hidden_size", 32},
                                     {"num_hidden_layers", 1},
                                     {"num_attention_heads", 2},
                                     {"intermediate_size", 64}});
  const std::vector<Product> products = products_of(model, {.batch = 2, .length = 24, .scored = 7}, 300);
  CHECK(has(products, {.rows = 7, .in = 32, .out = 32, .count = 1}));   // the head's transform
  CHECK(has(products, {.rows = 7, .in = 32, .out = 300, .count = 1}));  // the table
  CHECK(has(products, {.rows = 48, .in = 32, .out = 32, .count = 4}));
}

TEST_CASE("a head of its own leaves the table out, and a decoder's layers have the targets' rows") {
  const FakeModel model(
      {matrix("shared.weight", 300, 8, Part::embeddings), matrix("encoder.block.0.q.weight", 8, 8, Part::attention),
       matrix("decoder.block.0.q.weight", 8, 8, Part::attention), matrix("lm_head.weight", 300, 8, Part::head)});
  const std::vector<Product> products =
      products_of(model, {.batch = 2, .length = 24, .target_length = 5, .scored = 9}, 300);
  CHECK(products.size() == 3);
  CHECK(has(products, {.rows = 48, .in = 8, .out = 8}));
  CHECK(has(products, {.rows = 10, .in = 8, .out = 8}));
  CHECK(has(products, {.rows = 9, .in = 8, .out = 300}));
}

TEST_CASE("a model without matrices is held against a layer of 768 by 768") {
  const std::vector<Product> products = products_of(FakeModel({}), kShape, 300);
  CHECK(products.size() == 1);
  CHECK(has(products, {.rows = 768, .in = 768, .out = 768}));
}

TEST_CASE("the rates of products are measured in each type, however large they are") {
  const std::vector<Product> products{{.rows = 1, .in = 3, .out = 5}, {.rows = 4096, .in = 8192, .out = 100000}};
  const std::vector<double> rates = measure_matmul_rates(products, at::kCPU, {at::kFloat, at::kBFloat16}, 0);
  REQUIRE(rates.size() == 2);
  // No processor that Folio runs on is slower, or so fast.
  for (const double rate : rates) CHECK((rate > 1e8 && rate < 1e15));
}
