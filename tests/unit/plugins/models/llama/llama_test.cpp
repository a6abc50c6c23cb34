// Holds the llama plugin against transformers' LlamaForCausalLM in float64; see tests/reference/llama_reference.py.

#include "llama.h"

#include <ATen/ops/arange.h>

#include "unit/plugins/models/activations.h"
#include "unit/plugins/models/decoding.h"
#include "unit/plugins/models/reference.h"

using namespace folio;
using Catch::Matchers::Contains;

namespace {

OptionValues options(std::map<std::string, OptionValue> given) { return {Llama::options(), given}; }

std::map<std::string, OptionValue> tiny() {
  return {{"vocab_size", std::int64_t{50}},
          {"hidden_size", std::int64_t{32}},
          {"intermediate_size", std::int64_t{64}},
          {"num_hidden_layers", std::int64_t{2}},
          {"num_attention_heads", std::int64_t{4}},
          {"num_key_value_heads", std::int64_t{2}},
          {"max_position_embeddings", std::int64_t{16}}};
}

OptionValues tiny_with(const std::string& name, OptionValue value) {
  auto given = tiny();
  given[name] = std::move(value);
  return options(given);
}

}  // namespace

TEST_CASE("llama computes the logits, loss and gradients of LlamaForCausalLM") {
  testing::check_against_reference<Llama>("llama_expected.json");
}

TEST_CASE("llama in TinyLlama's shape has LlamaForCausalLM's 1,100,048,384 parameters") {
  const Llama model(options({{"vocab_size", std::int64_t{32000}},
                             {"hidden_size", std::int64_t{2048}},
                             {"intermediate_size", std::int64_t{5632}},
                             {"num_hidden_layers", std::int64_t{22}},
                             {"num_key_value_heads", std::int64_t{4}}}));
  std::int64_t count = 0;
  for (const Parameter& parameter : model.parameters()) {
    count += parameter.tensor.numel();
    CHECK(parameter.decays == (parameter.part != Part::norms));
  }
  CHECK(count == 1100048384);
  CHECK(model.max_length() == 2048);
}

TEST_CASE("llama begins with normal weights and plain norms") {
  Llama model(options({{"vocab_size", std::int64_t{300}},
                       {"hidden_size", std::int64_t{256}},
                       {"intermediate_size", std::int64_t{512}},
                       {"num_hidden_layers", std::int64_t{1}},
                       {"num_attention_heads", std::int64_t{4}}}));
  model.initialize();
  for (const Parameter& parameter : model.parameters()) {
    INFO(parameter.name);
    const at::Tensor tensor = parameter.tensor.detach();
    if (parameter.part == Part::norms)
      CHECK(tensor.eq(1).all().item<bool>());
    else
      CHECK(tensor.std().item<double>() == Approx(0.02).epsilon(0.01));
  }
}

TEST_CASE("llama refuses heads that cannot be shared and widths without pairs, naming them") {
  CHECK_THROWS_WITH(Llama(tiny_with("hidden_size", std::int64_t{30})), Contains("hidden_size 30"));
  CHECK_THROWS_WITH(Llama(tiny_with("num_key_value_heads", std::int64_t{3})),
                    Contains("num_attention_heads 4") && Contains("num_key_value_heads 3"));
  CHECK_THROWS_WITH(Llama(tiny_with("head_dim", std::int64_t{5})), Contains("head_dim") && Contains("5"));
}

TEST_CASE("llama refuses a sequence beyond its positions, read at once or token by token") {
  Llama model(options(tiny()));
  model.initialize();
  const at::Tensor ids = at::tensor(std::vector<std::int64_t>(17, 1)).view({1, 17});
  CHECK_THROWS_WITH(model.logits({.input_ids = ids}), Contains("17") && Contains("max_position_embeddings 16"));
  const auto decoding = model.begin_decoding({});
  decoding->read(ids.slice(1, 1));
  CHECK_THROWS_WITH(decoding->read(ids.slice(1, 0, 1)), Contains("17") && Contains("max_position_embeddings 16"));
}

TEST_CASE("llama in bfloat16 stays close to float32, in loss and gradients") {
  Llama model(tiny_with("attention_dropout", 0.1));
  const at::Tensor ids = at::arange(33).view({1, 33});
  testing::check_bfloat16(model, {.input_ids = ids.slice(1, 0, 16), .labels = ids.slice(1, 1, 17)});
}

TEST_CASE("llama's cache changes nothing in what it says") {
  Llama model(options(tiny()));
  testing::fill_by_formula(model);
  testing::check_decoding(model, {}, at::tensor(std::vector<std::int64_t>{3, 1, 4, 1, 5}).view({1, 5}), 11);
}

TEST_CASE("llama writes the config.json of LlamaForCausalLM") {
  const auto config = nlohmann::json::parse(Llama(tiny_with("rope_theta", 500.0)).config_json());
  CHECK(config.at("architectures") == nlohmann::json{"LlamaForCausalLM"});
  CHECK(config.at("model_type") == "llama");
  CHECK(config.at("num_key_value_heads") == 2);
  CHECK(config.at("head_dim") == 8);
  CHECK(config.at("rope_parameters").at("rope_theta") == 500);
  CHECK(config.at("rope_theta") == 500);
  CHECK(config.at("tie_word_embeddings") == false);
}

TEST_CASE("llama tells what a training step keeps") {
  const std::map<std::string, OptionValue> sizes{{"intermediate_size", std::int64_t{352}},
                                                 {"num_key_value_heads", std::int64_t{2}}};
  const BatchShape shape{.batch = 8, .length = 64, .target_length = 0, .scored = 504};
  SECTION("as it comes") { testing::check_activation_bytes<Llama>(shape, sizes); }
  SECTION("with attention_dropout") {
    auto own = sizes;
    own.insert_or_assign("attention_dropout", 0.1);
    testing::check_activation_bytes<Llama>(shape, own);
  }
  SECTION("with tie_word_embeddings") {
    auto own = sizes;
    own.insert_or_assign("tie_word_embeddings", true);
    testing::check_activation_bytes<Llama>(shape, own);
  }
}
