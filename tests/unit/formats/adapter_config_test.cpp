#include "formats/adapter_config.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/error.h"

using namespace folio;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

/// As peft 0.21.0 wrote it for a BERT, LoraConfig(r=4, lora_alpha=8, lora_dropout=0.1, target_modules=["query"]).
constexpr const char* kOfPeft = R"({
  "alora_invocation_tokens": null,
  "alpha_pattern": {},
  "arrow_config": null,
  "auto_mapping": {"base_model_class": "BertForMaskedLM", "parent_library": "transformers.models.bert.modeling_bert"},
  "base_model_name_or_path": "/models/bert",
  "bias": "none",
  "corda_config": null,
  "ensure_weight_tying": false,
  "eva_config": null,
  "exclude_modules": null,
  "fan_in_fan_out": false,
  "inference_mode": true,
  "init_lora_weights": true,
  "kasa_config": null,
  "layer_replication": null,
  "layers_pattern": null,
  "layers_to_transform": null,
  "loftq_config": {},
  "lora_alpha": 8,
  "lora_bias": false,
  "lora_dropout": 0.1,
  "lora_ga_config": null,
  "megatron_config": null,
  "megatron_core": "megatron.core",
  "modules_to_save": null,
  "peft_type": "LORA",
  "peft_version": "0.21.0",
  "qalora_group_size": 16,
  "r": 4,
  "rank_pattern": {},
  "revision": null,
  "target_modules": ["query"],
  "target_parameters": null,
  "task_type": null,
  "trainable_token_indices": null,
  "use_dora": false,
  "use_qalora": false,
  "use_rslora": false
})";

Json with(const Json& changes) {
  Json config = Json::parse(kOfPeft);
  config.update(changes);
  return config;
}

AdapterConfig parsed(const Json& config) { return parse_adapter_config(config.dump(), "adapter_config.json"); }

std::string refused(const Json& config) {
  try {
    parsed(config);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::run);
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("an adapter's configuration is read as peft wrote it") {
  const AdapterConfig config = parse_adapter_config(kOfPeft, "adapter_config.json");
  CHECK(config.rank == 4);
  CHECK(config.alpha == 8);
  CHECK(config.dropout == 0.1);
  CHECK(!config.rank_stabilized);
  CHECK(config.target_modules == std::vector<std::string>{"query"});
  CHECK(!config.fan_in_fan_out);
  CHECK(config.base_model == "/models/bert");
  CHECK(config.architecture == "BertForMaskedLM");

  CHECK(parsed(with({{"use_rslora", true}})).rank_stabilized);
  CHECK(parsed(with({{"lora_alpha", 1.5}})).alpha == 1.5);
  CHECK(parsed(with({{"base_model_name_or_path", nullptr}})).base_model.empty());
  CHECK(parsed(with({{"auto_mapping", nullptr}})).architecture.empty());
  CHECK(parsed(with({{"init_lora_weights", "gaussian"}})).rank == 4);
  CHECK(parsed(with({{"a_later_feature", false}, {"another", Json::array()}})).rank == 4);

  // A text is a regular expression, also where it looks like a name.
  CHECK(parsed(with({{"target_modules", "all-linear"}})).target_modules == std::vector<std::string>{"all-linear"});
  CHECK(parsed(with({{"target_modules", "q|v"}})).target_modules == std::vector<std::string>{"(?:q|v)"});
  CHECK(parsed(with({{"target_modules", "query"}})).target_modules == std::vector<std::string>{"(?:query)"});

  // peft's defaults.
  const AdapterConfig least = parsed({{"peft_type", "LORA"}, {"target_modules", {"c_attn"}}});
  CHECK(least.rank == 8);
  CHECK(least.alpha == 8);
  CHECK(least.dropout == 0);
}

TEST_CASE("what is written is read back, and says the task as peft has it") {
  AdapterConfig config{.rank = 3,
                       .alpha = 7.5,
                       .dropout = 0.25,
                       .rank_stabilized = true,
                       .target_modules = {"c_attn", "mlp.c_proj"},
                       .fan_in_fan_out = true,
                       .base_model = "/a/gpt2",
                       .architecture = "GPT2LMHeadModel",
                       .architecture_type = "gpt2"};
  const std::string text = adapter_config_json(config);
  const AdapterConfig back = parse_adapter_config(text, "it");
  CHECK(back.rank == 3);
  CHECK(back.alpha == 7.5);
  CHECK(back.dropout == 0.25);
  CHECK(back.rank_stabilized);
  CHECK(back.target_modules == config.target_modules);
  CHECK(back.fan_in_fan_out);
  CHECK(back.base_model == "/a/gpt2");
  const Json written = Json::parse(text);
  CHECK(written["task_type"] == "CAUSAL_LM");
  CHECK(written["auto_mapping"].is_null());
  CHECK(written["bias"] == "none");
  CHECK(written["inference_mode"] == true);
  CHECK(written["init_lora_weights"] == true);
  CHECK(written["lora_alpha"].is_number_float());

  config.alpha = 16;
  const auto task = [&](const char* architecture, const char* type) {
    config.architecture = architecture;
    config.architecture_type = type;
    return Json::parse(adapter_config_json(config));
  };
  CHECK(task("LlamaForCausalLM", "llama")["task_type"] == "CAUSAL_LM");
  CHECK(task("T5ForConditionalGeneration", "t5")["task_type"].is_null());
  CHECK(task("T5ForConditionalGeneration", "t5")["auto_mapping"]["parent_library"] ==
        "transformers.models.t5.modeling_t5");
  CHECK(task("BertForMaskedLM", "bert")["task_type"].is_null());
  CHECK(task("BertForMaskedLM", "bert")["lora_alpha"].is_number_integer());
  CHECK(task("DistilBertForMaskedLM", "distilbert")["auto_mapping"] ==
        Json({{"base_model_class", "DistilBertForMaskedLM"},
              {"parent_library", "transformers.models.distilbert.modeling_distilbert"}}));
}

TEST_CASE("an adapter's configuration that Folio cannot follow is refused with the key and what is expected") {
  const std::vector<std::pair<Json, std::string>> cases{
      {{{"peft_type", "IA3"}},
       "adapter_config.json: peft_type: expected 'LORA', the only kind of adapters that Folio reads"},
      {{{"bias", "all"}}, "bias: expected 'none', since Folio's adapters have no biases"},
      {{{"use_dora", true}}, "use_dora: is a feature of peft's that Folio does not have"},
      {{{"lora_bias", true}}, "lora_bias: is a feature"},
      {{{"use_qalora", true}}, "use_qalora: is a feature"},
      {{{"rank_pattern", {{"h.0", 2}}}}, "rank_pattern: is a feature"},
      {{{"alpha_pattern", {{"h.0", 2}}}}, "alpha_pattern: is a feature"},
      {{{"modules_to_save", {"lm_head"}}}, "modules_to_save: is a feature"},
      {{{"exclude_modules", "x"}}, "exclude_modules: is a feature"},
      {{{"layers_to_transform", {0, 1}}}, "layers_to_transform: is a feature"},
      {{{"layer_replication", {{0, 1}}}}, "layer_replication: is a feature"},
      {{{"trainable_token_indices", {1}}}, "trainable_token_indices: is a feature"},
      {{{"target_parameters", {"w"}}}, "target_parameters: is a feature"},
      {{{"kasa_config", {{"k", 1}}}}, "kasa_config: is a feature"},
      {{{"of_tomorrow", 3}}, "of_tomorrow: is a feature"},
      {{{"init_lora_weights", "pissa"}}, "init_lora_weights: expected one that leaves the base's weights as they are"},
      {{{"r", 0}}, "r: expected"},
      {{{"r", "8"}}, "r: expected"},
      {{{"r", 1e99}}, "r: expected"},
      {{{"lora_alpha", "x"}}, "lora_alpha: expected a number"},
      {{{"lora_alpha", 1e300}}, "lora_alpha: expected a number"},
      {{{"lora_dropout", 1.5}}, "lora_dropout: expected a number from 0 to 1"},
      {{{"use_rslora", "yes"}}, "use_rslora: expected"},
      {{{"target_modules", nullptr}}, "target_modules: expected"},
      {{{"target_modules", Json::array()}}, "target_modules: is empty"},
      {{{"target_modules", {"a", 5}}}, "target_modules[1]: expected"},
      {{{"target_modules", {""}}}, "target_modules[0]: is empty"},
      {{{"base_model_name_or_path", 5}}, "base_model_name_or_path: expected"},
      {{{"auto_mapping", {1}}}, "auto_mapping: expected"},
  };
  for (const auto& [change, message] : cases) CHECK_THAT(refused(with(change)), Contains(message));
  CHECK_THAT(refused({{"target_modules", {"a"}}}), Contains("peft_type"));
  CHECK_THAT(refused({{"peft_type", "LORA"}}), Contains("target_modules"));
  CHECK_THAT(refused(Json::array()), Contains("adapter_config.json: expected"));
  CHECK_THROWS_AS(parse_adapter_config("{\"r\": 1, \"r\": 2}", "it"), Error);
  CHECK_THROWS_AS(parse_adapter_config(std::string(100'000, '['), "it"), Error);
  CHECK_THROWS_AS(parse_adapter_config("", "it"), Error);
}
