// Holds the bert plugin against transformers' BertForMaskedLM in float64; see tests/reference/bert_reference.py.

#include "bert.h"

#include <ATen/ops/arange.h>

#include "unit/plugins/models/activations.h"
#include "unit/plugins/models/reference.h"

using namespace folio;
using Catch::Matchers::Contains;

namespace {

OptionValues options(std::map<std::string, OptionValue> given) { return {Bert::options(), given}; }

OptionValues tiny_options(std::int64_t positions = 16) {
  return options({{"vocab_size", std::int64_t{50}},
                  {"hidden_size", std::int64_t{32}},
                  {"num_hidden_layers", std::int64_t{2}},
                  {"num_attention_heads", std::int64_t{4}},
                  {"intermediate_size", std::int64_t{64}},
                  {"max_position_embeddings", positions}});
}

}  // namespace

TEST_CASE("bert computes the logits, loss and gradients of BertForMaskedLM") {
  testing::check_against_reference<Bert>("bert_expected.json");
}

TEST_CASE("bert at its defaults has BertForMaskedLM's 109,514,298 parameters") {
  const Bert model(options({{"vocab_size", std::int64_t{30522}}}));
  std::int64_t count = 0;
  for (const Parameter& parameter : model.parameters()) {
    count += parameter.tensor.numel();
    CHECK(parameter.decays == (parameter.tensor.dim() == 2));
  }
  CHECK(count == 109514298);
  CHECK(model.max_length() == 512);
}

TEST_CASE("bert begins with normal weights, plain norms, and zeros for the padding token") {
  Bert model(options({{"vocab_size", std::int64_t{300}}, {"num_hidden_layers", std::int64_t{1}}}));
  model.initialize();
  for (const Parameter& parameter : model.parameters()) {
    INFO(parameter.name);
    const at::Tensor tensor = parameter.tensor.detach();
    if (tensor.dim() == 1) {
      const bool norm_weight = parameter.part == Part::norms && parameter.name.ends_with("weight");
      CHECK(tensor.eq(norm_weight ? 1 : 0).all().item<bool>());
    } else if (tensor.size(0) > 2) {
      CHECK(tensor.slice(0, 1).std().item<double>() == Approx(0.02).epsilon(0.01));
    }
  }
  CHECK(model.parameters()[0].tensor.detach().select(0, 0).eq(0).all().item<bool>());
}

TEST_CASE("bert refuses heads that do not divide the width, and a sequence beyond its positions") {
  CHECK_THROWS_WITH(Bert(options({{"vocab_size", std::int64_t{50}}, {"hidden_size", std::int64_t{100}}})),
                    Contains("hidden_size 100") && Contains("num_attention_heads 12"));
  Bert model(tiny_options(8));
  model.initialize();
  const at::Tensor ids = at::tensor(std::vector<std::int64_t>(9, 1)).view({1, 9});
  CHECK_THROWS_WITH(model.logits({.input_ids = ids}), Contains("9 tokens") && Contains("max_position_embeddings 8"));
}

TEST_CASE("bert writes the config.json of BertForMaskedLM") {
  const auto config = nlohmann::json::parse(Bert(tiny_options()).config_json());
  CHECK(config.at("architectures") == nlohmann::json{"BertForMaskedLM"});
  CHECK(config.at("model_type") == "bert");
  CHECK(config.at("hidden_size") == 32);
  CHECK(config.at("intermediate_size") == 64);
  CHECK(config.at("layer_norm_eps") == 1e-12);
}

TEST_CASE("bert in bfloat16 stays close to float32, in loss and gradients") {
  Bert model(tiny_options());
  const at::Tensor ids = at::arange(32).view({2, 16});
  testing::check_bfloat16(model, {.input_ids = ids, .labels = ids.add(1).masked_fill(ids.remainder(3).ne(0), -100)});
}

TEST_CASE("bert tells what a training step keeps") {
  const BatchShape shape{.batch = 8, .length = 64, .target_length = 0, .scored = 76};
  SECTION("as it comes") { testing::check_activation_bytes<Bert>(shape); }
  SECTION("with attention_probs_dropout_prob 0") {
    testing::check_activation_bytes<Bert>(shape, {{"attention_probs_dropout_prob", 0.0}});
  }
}
