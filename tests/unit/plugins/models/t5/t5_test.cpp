// Holds the t5 plugin against transformers' T5ForConditionalGeneration in float64; see tests/reference/t5_reference.py.

#include "t5.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/arange.h>

#include "nn/attention/relative_positions.h"
#include "unit/plugins/models/activations.h"
#include "unit/plugins/models/decoding.h"
#include "unit/plugins/models/reference.h"

using namespace folio;
using Catch::Matchers::Contains;

namespace {

OptionValues options(std::map<std::string, OptionValue> given) { return {T5::options(), given}; }

std::map<std::string, OptionValue> tiny() {
  return {{"vocab_size", std::int64_t{50}},
          {"hidden_size", std::int64_t{16}},
          {"head_dim", std::int64_t{6}},
          {"intermediate_size", std::int64_t{32}},
          {"num_hidden_layers", std::int64_t{2}},
          {"num_attention_heads", std::int64_t{2}},
          {"relative_attention_num_buckets", std::int64_t{8}},
          {"relative_attention_max_distance", std::int64_t{12}}};
}

at::Tensor row(std::int64_t first, std::int64_t length) { return at::arange(first, first + length).view({1, length}); }

}  // namespace

TEST_CASE("t5 computes the logits, loss and gradients of T5ForConditionalGeneration") {
  testing::check_against_reference<T5>("t5_expected.json");
}

TEST_CASE("relative positions fall into the buckets of transformers' T5") {
  const auto document =
      nlohmann::json::parse(read_file(FOLIO_SOURCE_DIR "/tests/reference/t5_expected.json")).at("buckets");
  const at::Tensor distances = at::arange(-300, 301);
  for (const bool bidirectional : {true, false}) {
    const nn::RelativeBuckets buckets{.count = 32, .max_distance = 128, .bidirectional = bidirectional};
    const auto wanted = document.at(bidirectional ? "bidirectional" : "backwards").get<std::vector<std::int64_t>>();
    CHECK(buckets(distances).equal(at::tensor(wanted)));
  }
}

TEST_CASE("t5 at its defaults has T5ForConditionalGeneration's 60,506,624 parameters") {
  const T5 model(options({{"vocab_size", std::int64_t{32128}}}));
  std::int64_t count = 0;
  for (const Parameter& parameter : model.parameters()) {
    count += parameter.tensor.numel();
    // Hugging Face's Trainer takes the relative positions for a bias, by their name.
    const bool positions = parameter.name.ends_with("relative_attention_bias.weight");
    CHECK(parameter.decays == (parameter.tensor.dim() == 2 && !positions));
  }
  CHECK(count == 60506624);
}

TEST_CASE("t5 begins with the weights of Mesh TensorFlow, times its factor") {
  T5 model(options({{"vocab_size", std::int64_t{400}},
                    {"hidden_size", std::int64_t{256}},
                    {"head_dim", std::int64_t{32}},
                    {"intermediate_size", std::int64_t{1024}},
                    {"num_hidden_layers", std::int64_t{1}},
                    {"num_attention_heads", std::int64_t{16}},
                    {"relative_attention_num_buckets", std::int64_t{128}},
                    {"tie_word_embeddings", false},
                    {"initializer_factor", 0.5}}));
  model.initialize();
  const std::vector<std::pair<std::string, double>> deviations{{"shared.weight", 1},
                                                               {"lm_head.weight", 1},
                                                               {".q.weight", 1 / std::sqrt(256.0 * 32)},
                                                               {".k.weight", 1 / std::sqrt(256.0)},
                                                               {".v.weight", 1 / std::sqrt(256.0)},
                                                               {".o.weight", 1 / std::sqrt(16.0 * 32)},
                                                               {".wi.weight", 1 / std::sqrt(256.0)},
                                                               {".wo.weight", 1 / std::sqrt(1024.0)},
                                                               {"attention_bias.weight", 1 / std::sqrt(256.0)}};
  for (const Parameter& parameter : model.parameters()) {
    INFO(parameter.name);
    const at::Tensor tensor = parameter.tensor.detach();
    if (parameter.part == Part::norms) {
      CHECK(tensor.eq(0.5).all().item<bool>());
      continue;
    }
    const auto found = std::find_if(deviations.begin(), deviations.end(),
                                    [&](const auto& pair) { return parameter.name.ends_with(pair.first); });
    REQUIRE(found != deviations.end());
    CHECK(tensor.std().item<double>() == Approx(0.5 * found->second).epsilon(0.05));
  }
}

TEST_CASE("t5 says what is wrong with its distances, and with a batch of another objective") {
  auto given = tiny();
  given["relative_attention_max_distance"] = std::int64_t{4};
  CHECK_THROWS_WITH(T5(options(given)), Contains("relative_attention_max_distance 4") && Contains("num_buckets 8"));
  T5 model(options(tiny()));
  model.initialize();
  CHECK_THROWS_WITH(model.logits({.input_ids = row(0, 5)}), Contains("span_corruption"));
}

TEST_CASE("t5 in bfloat16 stays close to float32, in loss and gradients") {
  // Where rounding moves a sum across ReLU's bend, its gradient jumps; so the model here has no bend.
  auto smooth = tiny();
  smooth["feed_forward_proj"] = std::string("gated-gelu");
  T5 model(options(smooth));
  testing::check_bfloat16(model, {.input_ids = row(5, 9), .decoder_input_ids = row(0, 7), .labels = row(1, 7)}, 0.1);
}

TEST_CASE("t5's cache changes nothing in what it says, with a padded source too") {
  T5 model(options(tiny()));
  testing::fill_by_formula(model);
  Batch source{.input_ids = row(5, 9)};
  testing::check_decoding(model, source, row(0, 1), 20);
  source.attention_mask = row(0, 9).lt(6);
  testing::check_decoding(model, source, row(0, 3), 5);
}

TEST_CASE("t5 repeats a training step exactly from the same random state, and another one differs") {
  T5 model(options(tiny()));
  model.initialize();
  model.training(true);
  const Batch batch{.input_ids = row(5, 9), .decoder_input_ids = row(0, 7), .labels = row(1, 7)};
  const auto loss = [&](std::uint64_t number) {
    at::Generator generator = at::detail::getDefaultCPUGenerator();
    generator.set_current_seed(number);
    return model.loss(batch, 7).item<float>();
  };
  const float first = loss(7);
  CHECK(loss(7) == first);
  CHECK(loss(8) != first);
}

TEST_CASE("t5 writes the config.json of T5ForConditionalGeneration") {
  auto given = tiny();
  given["feed_forward_proj"] = std::string("gated-gelu");
  given["tie_word_embeddings"] = false;
  const auto config = nlohmann::json::parse(T5(options(given)).config_json());
  CHECK(config.at("architectures") == nlohmann::json{"T5ForConditionalGeneration"});
  CHECK(config.at("model_type") == "t5");
  CHECK(config.at("d_model") == 16);
  CHECK(config.at("d_kv") == 6);
  CHECK(config.at("num_decoder_layers") == 2);
  CHECK(config.at("feed_forward_proj") == "gated-gelu");
  CHECK(config.at("tie_word_embeddings") == false);
  CHECK(config.at("decoder_start_token_id") == 0);
}

TEST_CASE("t5 tells what a training step keeps") {
  const std::map<std::string, OptionValue> sizes{{"head_dim", std::int64_t{32}}};
  const BatchShape shape{.batch = 8, .length = 64, .target_length = 20, .scored = 160};
  SECTION("as it comes") { testing::check_activation_bytes<T5>(shape, sizes); }
  SECTION("with feed_forward_proj") {
    auto own = sizes;
    own.insert_or_assign("feed_forward_proj", std::string("gated-gelu"));
    testing::check_activation_bytes<T5>(shape, own);
  }
  SECTION("with dropout_rate") {
    auto own = sizes;
    own.insert_or_assign("dropout_rate", 0.0);
    testing::check_activation_bytes<T5>(shape, own);
  }
}
