#include "nn/models/config_json.h"

#include <catch2/catch.hpp>

using namespace folio;

namespace {

OptionValues tiny_options() {
  return {{integer("hidden_size", 64), number("dropout", 0.1), boolean("bias", false), text("act", "gelu"),
           number("theta", 500), integer("inner").absent_means("4 * hidden_size")},
          {}};
}

}  // namespace

TEST_CASE("config.json has the options under the class's names, and its settings") {
  const auto config = nlohmann::json::parse(nn::config_json(
      tiny_options(), {.name = "TinyForCausalLM",
                       .model_type = "tiny",
                       .names = {{"hidden_size", "n_embd"}, {"theta", "rope/theta"}},
                       .settings = {{"n_inner", 256}, {"rope", {{"type", "default"}}}, {"eos_token_id", nullptr}}}));
  CHECK(config == nlohmann::json{{"architectures", {"TinyForCausalLM"}},
                                 {"model_type", "tiny"},
                                 {"dtype", "float32"},
                                 {"transformers_version", nn::kTransformersVersion},
                                 {"n_embd", 64},
                                 {"dropout", 0.1},
                                 {"bias", false},
                                 {"act", "gelu"},
                                 {"rope", {{"theta", 500.0}, {"type", "default"}}},
                                 {"n_inner", 256},
                                 {"eos_token_id", nullptr}});
}

TEST_CASE("config.json leaves out what was left open and is not settled") {
  const auto config = nlohmann::json::parse(
      nn::config_json(tiny_options(), {.name = "Tiny", .model_type = "tiny", .settings = {{"a", 1}}}));
  CHECK_FALSE(config.contains("inner"));
  CHECK(config.at("hidden_size") == 64);
}
