#include "gpt.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "folio/error.h"
#include "unit/plugins/models/activations.h"
#include "unit/plugins/models/decoding.h"
#include "unit/plugins/models/reference.h"

using namespace folio;
using Catch::Matchers::Contains;

namespace {

void seed(std::uint64_t number) {
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  generator.set_current_seed(number);
}

OptionValues options(std::map<std::string, OptionValue> given) { return {Gpt::options(), given}; }

OptionValues tiny_options(double dropout) {
  return options({{"vocab_size", std::int64_t{50}},
                  {"hidden_size", std::int64_t{32}},
                  {"num_hidden_layers", std::int64_t{2}},
                  {"num_attention_heads", std::int64_t{4}},
                  {"max_position_embeddings", std::int64_t{16}},
                  {"resid_pdrop", dropout},
                  {"embd_pdrop", dropout},
                  {"attn_pdrop", dropout}});
}

Batch batch_of_length(std::int64_t length) {
  const at::Tensor ids = at::arange(2 * length).remainder(50).view({2, length});
  return {.input_ids = ids, .attention_mask = {}, .labels = ids.add(1).remainder(50)};
}

}  // namespace

TEST_CASE("gpt at its defaults has GPT-2 small's 124,439,808 parameters") {
  const Gpt model(options({{"vocab_size", std::int64_t{50257}}}));
  std::int64_t count = 0;
  for (const Parameter& parameter : model.parameters()) {
    count += parameter.tensor.numel();
    CHECK(parameter.tensor.requires_grad());
    CHECK(parameter.decays == (parameter.tensor.dim() == 2));
  }
  CHECK(count == 124439808);
  CHECK(model.parameters().size() == 148);
  CHECK(model.max_length() == 1024);
}

TEST_CASE("gpt begins with normal weights, smaller where they write to the residual stream, and plain norms") {
  Gpt model(options({{"vocab_size", std::int64_t{300}}, {"num_hidden_layers", std::int64_t{2}}}));
  model.initialize();
  const at::NoGradGuard no_grad;
  for (const Parameter& parameter : model.parameters()) {
    INFO(parameter.name);
    if (parameter.part == Part::norms) {
      CHECK(parameter.tensor.eq(parameter.name.ends_with("weight") ? 1 : 0).all().item<bool>());
    } else if (parameter.name.ends_with("bias")) {
      CHECK(parameter.tensor.eq(0).all().item<bool>());
    } else {
      const double wanted = parameter.name.ends_with("c_proj.weight") ? 0.02 / std::sqrt(4.0) : 0.02;
      CHECK(parameter.tensor.std().item<double>() == Approx(wanted).epsilon(0.01));
      CHECK(std::abs(parameter.tensor.mean().item<double>()) < 0.02 * wanted);
    }
  }
}

TEST_CASE("gpt refuses heads that do not divide the width, naming both") {
  CHECK_THROWS_WITH(Gpt(options({{"vocab_size", std::int64_t{50}}, {"hidden_size", std::int64_t{100}}})),
                    Contains("hidden_size 100") && Contains("num_attention_heads 12"));
}

TEST_CASE("gpt refuses a sequence beyond its positions, naming both lengths") {
  Gpt model(tiny_options(0));
  model.initialize();
  CHECK_THROWS_WITH(model.logits(batch_of_length(17)), Contains("17") && Contains("max_position_embeddings 16"));
  CHECK_NOTHROW(model.logits(batch_of_length(16)));
}

TEST_CASE("gpt's loss is the sum over the labels divided by num_items") {
  Gpt model(tiny_options(0));
  model.initialize();
  const Batch batch = batch_of_length(8);
  const double once = model.loss(batch, 16).item<double>();
  CHECK(once == Approx(std::log(50.0)).epsilon(0.05));
  CHECK(model.loss(batch, 32).item<double>() == Approx(once / 2));
}

TEST_CASE("gpt drops nothing until training is turned on, and nothing after it is turned off") {
  seed(1);
  Gpt model(tiny_options(0.5));
  model.initialize();
  const Batch batch = batch_of_length(8);
  const at::Tensor first = model.logits(batch).detach();
  CHECK(model.logits(batch).detach().equal(first));
  model.training(true);
  const at::Tensor dropped = model.logits(batch).detach();
  CHECK_FALSE(dropped.equal(first));
  CHECK_FALSE(model.logits(batch).detach().equal(dropped));
  model.training(false);
  CHECK(model.logits(batch).detach().equal(first));
}

TEST_CASE("gpt repeats a training step exactly from the same random state") {
  Gpt model(tiny_options(0.2));
  model.initialize();
  model.training(true);
  const Batch batch = batch_of_length(12);
  seed(7);
  const float first = model.loss(batch, 24).item<float>();
  seed(7);
  CHECK(model.loss(batch, 24).item<float>() == first);
}

TEST_CASE("gpt gives for the last position what logits gives there") {
  Gpt model(tiny_options(0));
  model.initialize();
  const Batch batch = batch_of_length(9);
  const at::Tensor last = model.next_token_logits(batch);
  CHECK(last.sub(model.logits(batch).select(1, -1)).abs().max().item<double>() < 1e-6);
}

TEST_CASE("gpt in bfloat16 stays close to float32, in loss and gradients") {
  Gpt model(tiny_options(0.1));
  testing::check_bfloat16(model, batch_of_length(16));
}

TEST_CASE("gpt writes the config.json of GPT2LMHeadModel") {
  const auto config = nlohmann::json::parse(Gpt(tiny_options(0.25)).config_json());
  CHECK(config.at("architectures") == nlohmann::json{"GPT2LMHeadModel"});
  CHECK(config.at("model_type") == "gpt2");
  CHECK(config.at("n_embd") == 32);
  CHECK(config.at("n_inner") == 128);
  CHECK(config.at("n_positions") == 16);
  CHECK(config.at("attn_pdrop") == 0.25);
  CHECK(config.at("tie_word_embeddings") == true);
}

TEST_CASE("gpt's cache changes nothing in what it says") {
  Gpt model(tiny_options(0.1));
  testing::fill_by_formula(model);
  testing::check_decoding(model, {}, at::tensor(std::vector<std::int64_t>{3, 1, 4, 1, 5}).view({1, 5}), 11);
}

TEST_CASE("gpt tells what a training step keeps") {
  const BatchShape shape{.batch = 8, .length = 64, .target_length = 0, .scored = 504};
  SECTION("as it comes") { testing::check_activation_bytes<Gpt>(shape); }
  SECTION("with attn_pdrop 0") { testing::check_activation_bytes<Gpt>(shape, {{"attn_pdrop", 0.0}}); }
}
