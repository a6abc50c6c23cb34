#include "nn/models/config_json.h"

#include <catch2/catch.hpp>

using namespace folio;

namespace {

const OptionTable kTable{integer("hidden_size", 64).config_name("n_embd"),
                         number("dropout", 0.1),
                         boolean("bias", false),
                         text("act", "gelu"),
                         number("theta", 500).config_name("rope/theta"),
                         integer("inner").absent_means("4 * hidden_size").config_name("n_inner")};

}  // namespace

TEST_CASE("config.json has the options under the class's names, and its settings") {
  const HuggingFaceClass tiny{.name = "TinyForCausalLM",
                              .model_type = "tiny",
                              .settings = {{"rope/type", {"default", "none"}}, {"is_decoder", {false}, false}},
                              .base_prefix = "",
                              .tied = {},
                              .buffers = {},
                              .other_heads = {}};
  const auto config = nlohmann::json::parse(
      nn::config_json(kTable, OptionValues(kTable, {}), tiny, {{"n_inner", 256}, {"eos_token_id", nullptr}}));
  CHECK(config == nlohmann::json{{"architectures", {"TinyForCausalLM"}},
                                 {"model_type", "tiny"},
                                 {"dtype", "float32"},
                                 {"torch_dtype", "float32"},
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
  const auto config = nlohmann::json::parse(nn::config_json(kTable, OptionValues(kTable, {}),
                                                            {.name = "Tiny",
                                                             .model_type = "tiny",
                                                             .settings = {},
                                                             .base_prefix = "",
                                                             .tied = {},
                                                             .buffers = {},
                                                             .other_heads = {}}));
  CHECK_FALSE(config.contains("n_inner"));
  CHECK(config.at("n_embd") == 64);
}
