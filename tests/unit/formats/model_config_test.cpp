#include "formats/model_config.h"

#include <catch2/catch.hpp>

#include "mutate.h"
#include "support/error.h"
#include "temporary_folder.h"

using namespace folio;
using Catch::Matchers::Contains;

namespace {

const OptionTable kTable{integer("vocab_size").at_least(1).absent_means("the tokenizer's"),
                         integer("hidden_size", 768).at_least(1).config_name("n_embd"),
                         integer("inner").absent_means("4 * hidden_size").config_name("n_inner"),
                         number("theta", 10000).config_name("rope/theta"),
                         text("act", "gelu").choices({"gelu", "relu"}),
                         boolean("tied", true).config_name("tied", {"scaled"})};

const HuggingFaceClass kClass{.name = "TinyModel",
                              .model_type = "tiny",
                              .settings = {{"is_decoder", {false}},
                                           {"positions", {"absolute", "relative"}},
                                           {"scaling/type", {"default"}},
                                           {"factor", {1.0}}},
                              .base_prefix = "",
                              .tied = {},
                              .buffers = {},
                              .other_heads = {}};

std::map<std::string, ModelConfig::Value> read(const std::string& text, std::vector<std::string>& problems) {
  return ModelConfig(text, "c").read(kTable, kClass, problems);
}

std::string problem(const std::string& text) {
  std::vector<std::string> problems;
  try {
    read(text, problems);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::experiment);
    return error.what();
  }
  std::string all;
  for (const std::string& one : problems) all += (all.empty() ? "" : "\n") + one;
  return all;
}

}  // namespace

TEST_CASE("config.json gives each option its value, under the class's names") {
  std::vector<std::string> problems;
  auto values = read(R"({"model_type": "tiny", "architectures": ["TinyModel"], "vocab_size": 10, "n_embd": 64,
                         "n_inner": null, "rope": {"theta": 500}, "tied": true, "scaled": false, "other": {"a": [1]}})",
                     problems);
  CHECK(problems.empty());
  CHECK(values.at("vocab_size").value == OptionValue(std::int64_t{10}));
  CHECK(values.at("hidden_size").value == OptionValue(std::int64_t{64}));
  CHECK(values.at("hidden_size").key == "n_embd");
  CHECK(values.at("inner").value == OptionValue());
  CHECK(values.at("theta").value == OptionValue(500.0));
  CHECK(values.at("act").value == OptionValue(std::string("gelu")));  // the default
  CHECK(values.at("act").key == "");
  CHECK(values.at("tied").value == OptionValue(false));  // what comes first counts
  CHECK(read(R"({"vocab_size": 10, "hidden_size": 5})", problems).at("hidden_size").value ==
        OptionValue(std::int64_t{5}));
  const ModelConfig config(R"({"model_type": "tiny", "architectures": ["A", "B"]})", "c");
  CHECK(config.model_type() == "tiny");
  CHECK(config.architectures() == std::vector<std::string>{"A", "B"});
}

TEST_CASE("a value of config.json that no option takes is named") {
  CHECK(problem(R"({})") == "c: has no 'vocab_size'");
  CHECK(problem(R"({"vocab_size": "10"})") == "c: vocab_size: expected an integer of at least 1, got \"10\"");
  CHECK(problem(R"({"vocab_size": 1.5})") == "c: vocab_size: expected an integer of at least 1, got 1.5");
  CHECK(problem(R"({"vocab_size": -3})") == "c: vocab_size: expected an integer of at least 1, got -3");
  CHECK(problem(R"({"vocab_size": 18446744073709551615})") ==
        "c: vocab_size: expected an integer of at least 1, got 18446744073709551615");
  CHECK(problem(R"({"vocab_size": [1]})") == "c: vocab_size: expected an integer of at least 1, got an array");
  CHECK(problem(R"({"vocab_size": 1, "n_embd": null})") == "c: n_embd: expected an integer of at least 1, got null");
  CHECK(problem(R"({"vocab_size": 1, "act": "quick_gelu"})") ==
        "c: act: expected one of 'gelu', 'relu', got \"quick_gelu\"");
  CHECK(problem(R"({"vocab_size": 1, "rope": 5})") == "c: rope: expected an object, got 5");
}

TEST_CASE("a feature that the model has not is named with what is expected, all at once") {
  CHECK(problem(R"({"vocab_size": 1, "is_decoder": false, "positions": "relative", "scaling": null, "factor": 1})") ==
        "");
  CHECK(problem(R"({"vocab_size": 1, "is_decoder": true, "positions": "rotary", "scaling": {"type": "yarn"},
                    "factor": 0.5})") ==
        "c: is_decoder: expected false, since Folio has no other, got true\n"
        "c: positions: expected 'absolute' or 'relative', since Folio has no other, got \"rotary\"\n"
        "c: scaling.type: expected 'default', since Folio has no other, got \"yarn\"\n"
        "c: factor: expected 1, since Folio has no other, got 0.5");
  CHECK(problem(R"({"vocab_size": 1, "quantization_config": null})") == "");
  CHECK(problem(R"({"vocab_size": 1, "quantization_config": {"bits": 4}})") ==
        "c: quantization_config: is there, and Folio reads no quantized weights; expected them in float32, float16 or "
        "bfloat16");
  CHECK(problem(R"({"vocab_size": 1, "scaling": "yarn"})") == "c: scaling: expected an object, got \"yarn\"");
}

TEST_CASE("config.json is a JSON object of a reasonable size") {
  CHECK_THAT(problem("{"), Contains("c: is not valid JSON: it ends in the middle of a value"));
  CHECK(problem("[]") == "c: expected an object, got an array");
  CHECK(problem(R"({"model_type": 5})") == "c: model_type: expected a text, got 5");
  CHECK(problem(R"({"architectures": [{}]})") == "c: architectures[0]: expected a text, got an object");
  CHECK_THAT(problem(R"({"a": 1, "a": 2})"), Contains("occurs twice"));
  CHECK_THAT(problem(R"({"a": )" + std::string(1000, '[')), Contains("is nested deeper than 32"));
  const test::TemporaryFolder folder;
  folder.write("config.json", std::string(5 << 20, ' '));
  CHECK_THROWS_WITH(ModelConfig(folder / "config.json"), Contains("config.json"));
  CHECK_THROWS_WITH(ModelConfig(folder / "none"), Contains("none"));
}

TEST_CASE("config.json survives any change") {
  const std::string good = R"({"model_type": "tiny", "architectures": ["TinyModel"], "vocab_size": 10, "n_embd": 64,
    "n_inner": null, "rope": {"theta": 500.0}, "act": "relu", "tied": true, "is_decoder": false})";
  REQUIRE(problem(good) == "");
  std::mt19937 random(7);
  int refused = 0;
  constexpr int kRounds = 5000;
  for (int round = 0; round < kRounds; ++round) refused += problem(test::mutate(good, random)).empty() ? 0 : 1;
  CHECK(refused > kRounds / 3);
}
