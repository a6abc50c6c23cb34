// Holds the distilbert plugin against transformers' DistilBertForMaskedLM in float64; see
// tests/reference/bert_reference.py.

#include "distilbert.h"

#include <ATen/ops/arange.h>

#include "unit/plugins/models/activations.h"
#include "unit/plugins/models/reference.h"

using namespace folio;
using Catch::Matchers::Contains;

namespace {

OptionValues options(std::map<std::string, OptionValue> given) { return {DistilBert::options(), given}; }

OptionValues tiny_options(std::int64_t positions = 16) {
  return options({{"vocab_size", std::int64_t{50}},
                  {"hidden_size", std::int64_t{32}},
                  {"num_hidden_layers", std::int64_t{2}},
                  {"num_attention_heads", std::int64_t{4}},
                  {"intermediate_size", std::int64_t{64}},
                  {"max_position_embeddings", positions}});
}

}  // namespace

TEST_CASE("distilbert computes the logits, loss and gradients of DistilBertForMaskedLM") {
  testing::check_against_reference<DistilBert>("distilbert_expected.json");
}

TEST_CASE("distilbert at its defaults has DistilBertForMaskedLM's 66,985,530 parameters") {
  const DistilBert model(options({{"vocab_size", std::int64_t{30522}}}));
  std::int64_t count = 0;
  for (const Parameter& parameter : model.parameters()) count += parameter.tensor.numel();
  CHECK(count == 66985530);
}

TEST_CASE("distilbert's positions begin as transformers' sines when asked") {
  DistilBert model(options(
      {{"vocab_size", std::int64_t{30}}, {"num_hidden_layers", std::int64_t{1}}, {"sinusoidal_pos_embds", true}}));
  model.initialize();
  const at::Tensor positions = model.parameters()[1].tensor.detach();
  CHECK(positions.select(0, 0).slice(0, 0, 768, 2).eq(0).all().item<bool>());
  // DistilBertForMaskedLM(DistilBertConfig(sinusoidal_pos_embds=True)) of transformers 5.24, position 1
  const std::vector<double> wanted{0.8415, 0.5403, 0.8284, 0.5601};
  for (std::int64_t i = 0; i < 4; ++i) {
    CHECK(positions.select(0, 1).select(0, i).item<double>() ==
          Approx(wanted[static_cast<std::size_t>(i)]).margin(5e-5));
  }
}

TEST_CASE("distilbert refuses heads that do not divide the width") {
  CHECK_THROWS_WITH(DistilBert(options({{"vocab_size", std::int64_t{50}}, {"hidden_size", std::int64_t{100}}})),
                    Contains("hidden_size 100") && Contains("num_attention_heads 12"));
}

TEST_CASE("distilbert writes the config.json of DistilBertForMaskedLM") {
  const auto config = nlohmann::json::parse(DistilBert(tiny_options()).config_json());
  CHECK(config.at("architectures") == nlohmann::json{"DistilBertForMaskedLM"});
  CHECK(config.at("model_type") == "distilbert");
  CHECK(config.at("dim") == 32);
  CHECK(config.at("hidden_dim") == 64);
}

TEST_CASE("distilbert in bfloat16 stays close to float32, in loss and gradients") {
  DistilBert model(tiny_options());
  const at::Tensor ids = at::arange(32).view({2, 16});
  testing::check_bfloat16(model, {.input_ids = ids, .labels = ids.add(1).masked_fill(ids.remainder(3).ne(0), -100)});
}

TEST_CASE("distilbert tells what a training step keeps") {
  const BatchShape shape{.batch = 8, .length = 64, .target_length = 0, .scored = 76};
  SECTION("as it comes") { testing::check_activation_bytes<DistilBert>(shape); }
  SECTION("with attention_dropout 0") {
    testing::check_activation_bytes<DistilBert>(shape, {{"attention_dropout", 0.0}});
  }
}
