// Folders of adapters as peft has them; the package itself reads what the last case writes
// (tests/reference/adapters_in_peft.py).

#include "train/saving/adapter_files.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>

#include "formats/adapter_merge.h"
#include "formats/safetensors.h"
#include "train/saving/model_files.h"
#include "train/trainer.h"
#include "unit/train/fine_tuning.h"

using namespace folio;
using namespace folio::train;
using Catch::Matchers::Contains;

namespace {

using nlohmann::json;

/// The adapters that a model needs for those of the folder.
LoraRequest request_for(const AdapterConfig& config) {
  return {.lora = {.rank = config.rank,
                   .alpha = config.alpha,
                   .dropout = config.dropout,
                   .rank_stabilized = config.rank_stabilized,
                   .layers = {},
                   .base_model = config.base_model},
          .targets = config.target_modules};
}

}  // namespace

TEST_CASE("adapters are saved as peft has them and read back; the base's weights stay") {
  for (const std::string& name : kModels) {
    CAPTURE(name);
    const auto folder = scratch_folder("folio_adapters_test");
    const LoraRequest request{.lora = {.rank = 3, .alpha = 6, .dropout = 0.25, .base_model = "/models/" + name}};
    const auto model = model_called(name);
    add_lora(*model, request, name);
    testing::fill_by_formula(*model);
    const at::Tensor wanted = model->logits(first_batch(name)).detach();
    save_model(*model, folder);
    CHECK(!std::filesystem::exists(folder / "model.safetensors"));

    const SafetensorsFile file(folder / "adapter_model.safetensors");
    CHECK(file.metadata() == SafetensorsMetadata{{"format", "pt"}});
    CHECK(file.tensors().size() == 2 * model->lora()->layers.size());
    for (const TensorView& tensor : file.tensors())
      CHECK_THAT(tensor.name, Catch::Matchers::StartsWith("base_model.model."));
    CHECK(has_adapters(folder));
    const AdapterConfig config = read_adapter_config(folder);
    CHECK(config.target_modules == model->usual_lora_layers());
    CHECK(config.fan_in_fan_out == (name == "gpt"));
    CHECK(config.base_model == "/models/" + name);

    const auto again = model_called(name);
    testing::fill_by_formula(*again);
    add_lora(*again, request_for(config), name);
    const at::NoGradGuard no_grad;
    for (std::size_t k = 0; k < again->parameters().size(); ++k)
      if (!again->parameters()[k].of_adapter) again->parameters()[k].tensor.copy_(model->parameters()[k].tensor);
    CHECK(!again->logits(first_batch(name)).equal(wanted));
    load_model(*again, folder);
    CHECK(again->logits(first_batch(name)).equal(wanted));
    CHECK(again->lora()->dropout == 0.25);
    std::filesystem::remove_all(folder);
  }
}

TEST_CASE("adapters that another program stored in half the bytes are read") {
  const auto folder = scratch_folder("folio_adapters_test");
  for (const char* dtype : {"BF16", "F16"}) {
    const auto model = model_called("bert");
    add_lora(*model, {.lora = {.rank = 2, .alpha = 2}}, "bert");
    testing::fill_by_formula(*model);
    save_model(*model, folder);
    std::vector<at::Tensor> halves;
    std::vector<TensorView> views;
    for (const Parameter& parameter : model->parameters()) {
      if (!parameter.of_adapter) continue;
      halves.push_back(parameter.tensor.detach().to(dtype == std::string("F16") ? at::kHalf : at::kBFloat16));
      views.push_back({"base_model.model." + parameter.name, dtype, halves.back().sizes().vec(),
                       halves.back().const_data_ptr(), halves.back().nbytes()});
    }
    write_safetensors(folder / "adapter_model.safetensors", views);
    load_model(*model, folder);
    std::size_t k = 0;
    for (const Parameter& parameter : model->parameters())
      if (parameter.of_adapter) CHECK(parameter.tensor.detach().equal(halves[k++].to(at::kFloat)));
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("target modules are the shortest names that mean the chosen layers alone") {
  using Names = std::vector<std::string>;
  const Names layers{"h.0.attn.c_attn", "h.0.attn.c_proj", "h.0.mlp.c_proj", "h.1.attn.c_attn"};
  CHECK(target_modules({"h.0.attn.c_attn", "h.1.attn.c_attn"}, layers) == Names{"c_attn"});
  CHECK(target_modules(layers, layers) == Names{"c_attn", "c_proj"});
  CHECK(target_modules({"h.0.mlp.c_proj"}, layers) == Names{"h.0.mlp.c_proj"});
  for (const Names& chosen : {Names{"h.0.attn.c_attn"}, Names{"h.0.attn.c_proj", "h.1.attn.c_attn"}, layers})
    CHECK(lora_layers(layers, target_modules(chosen, layers), "key") == chosen);
}

TEST_CASE("adapters for another base are refused with every tensor that does not fit") {
  const auto folder = scratch_folder("folio_adapters_test");
  const auto saved = model_called("llama");
  add_lora(*saved, {.lora = {.rank = 2, .alpha = 2}}, "llama");
  save_model(*saved, folder);
  const auto refused = [&](const std::string& name, const LoraRequest& request) {
    const auto model = model_called(name);
    add_lora(*model, request, name);
    return message_of([&] { load_model(*model, folder); });
  };
  const std::string layer = "base_model.model.model.layers.0.self_attn.";
  CHECK_THAT(
      refused("llama", {.lora = {.rank = 4, .alpha = 2}}),
      Contains("adapter_model.safetensors: its adapters are not for this model, a LlamaForCausalLM:\n  of another "
               "shape: " +
               layer + "q_proj.lora_A.weight is [2, 16], expected [4, 16]"));
  const std::string others = refused("llama", {.lora = {.rank = 2, .alpha = 2}, .targets = {"q_proj", "k_proj"}});
  CHECK_THAT(others, Contains("\n  missing: " + layer + "k_proj.lora_A.weight"));
  CHECK_THAT(others, Contains("\n  left over: " + layer + "v_proj.lora_B.weight"));
  CHECK_THAT(
      refused("bert", {.lora = {.rank = 2, .alpha = 2}}),
      Contains("not for this model, a BertForMaskedLM") && Contains("\n  missing: base_model.model.bert.encoder"));
  std::filesystem::remove_all(folder);
}

TEST_CASE("the best checkpoint of a run with adapters is put back at its end") {
  const auto folder = scratch_folder("folio_adapters_test");
  const auto model = model_called("llama");
  add_lora(*model, {.lora = {.rank = 2, .alpha = 2}}, "llama");
  testing::fill_by_formula(*model);
  const data::Samples samples = samples_of_kind("long");
  const auto collator = collator_of("llama", "long");
  const TrainingData data{samples, samples, *collator, true};
  FakeRecorder recorder;
  const TrainingArguments arguments = fine_tuning_arguments({{"max_steps", 6},
                                                             {"eval_strategy", "steps"},
                                                             {"eval_steps", 2},
                                                             {"save_strategy", "steps"},
                                                             {"save_steps", 2},
                                                             {"learning_rate", 0.3},
                                                             {"load_best_model_at_end", true}});
  const TrainingResult result = Trainer(*model, data, arguments, Execution{}, folder, recorder).run();
  const auto best = static_cast<std::int64_t>(result.metrics.at("best_step"));
  const auto checkpoint = folder / ("checkpoint-" + std::to_string(best));
  CHECK(has_adapters(checkpoint));
  const SafetensorsFile file(checkpoint / "adapter_model.safetensors");
  for (const Parameter& parameter : model->parameters()) {
    if (!parameter.of_adapter) continue;
    const TensorView& stored = *file.find("base_model.model." + parameter.name);
    CHECK(std::memcmp(stored.data, parameter.tensor.const_data_ptr(), stored.bytes) == 0);
  }
  CHECK(result.metrics.at("eval_loss") == Approx(result.metrics.at("best_metric")));
  std::filesystem::remove_all(folder);
}

TEST_CASE("merged adapters give the logits that they gave beside the weights") {
  for (const std::string& name : kModels) {
    CAPTURE(name);
    const auto folder = scratch_folder("folio_adapters_test");
    const auto model = model_called(name);
    add_lora(*model, {.lora = {.rank = 3, .alpha = 5, .rank_stabilized = name == "t5"}, .targets = {"all-linear"}},
             name);
    const at::NoGradGuard no_grad;
    for (const Parameter& parameter : model->parameters())
      if (parameter.of_adapter) parameter.tensor.normal_(0, 0.1);
    save_model(*model, folder);
    const at::Tensor wanted = model->logits(first_batch(name));

    const AdapterFolder adapters(folder);
    const std::vector<std::string> weights = adapters.weights();
    CHECK(weights.size() == model->linear_layers().size());
    const auto merged = model_called(name);
    for (const Parameter& parameter : merged->parameters()) {
      if (std::find(weights.begin(), weights.end(), parameter.name) == weights.end()) continue;
      const at::Tensor stored =
          (parameter.transposed_in_file ? parameter.tensor.t() : parameter.tensor).detach().contiguous().clone();
      adapters.merge_into(parameter.name, stored.sizes().vec(), stored.mutable_data_ptr<float>());
      parameter.tensor.copy_(parameter.transposed_in_file ? stored.t() : stored);
    }
    const double error = merged->logits(first_batch(name)).sub(wanted).abs().max().item<double>();
    CHECK(error < 1e-5 * wanted.abs().max().item<double>());
    const auto base = model_called(name);
    save_model(*base, folder / "base");
    write_merged_weights(folder / "base", adapters, folder / "merged.safetensors");
    const SafetensorsFile file(folder / "merged.safetensors");
    CHECK(file.tensors().size() == base->parameters().size());
    for (const Parameter& parameter : merged->parameters()) {
      INFO(parameter.name);
      const at::Tensor whole = (parameter.transposed_in_file ? parameter.tensor.t() : parameter.tensor).contiguous();
      const TensorView& stored = *file.find(parameter.name);
      REQUIRE(stored.bytes == whole.nbytes());
      CHECK(std::memcmp(stored.data, whole.const_data_ptr(), stored.bytes) == 0);
    }
    save_model(*model_called(name == "bert" ? "gpt" : "bert"), folder / "other");
    CHECK_THROWS_WITH(write_merged_weights(folder / "other", adapters, folder / "x"),
                      Contains("its weights are not those that the adapters are for:\n  missing: "));
    CHECK_THROWS_WITH(
        adapters.merge_into(weights[0], {5, 7}, nullptr),
        Contains("its adapter of '" + weights[0] + "' is for a weight of [") && Contains("base's is [5, 7]"));
    std::filesystem::remove_all(folder);
  }
}

// Of no use alone: tests/reference/adapters_in_peft.py runs it and opens what it writes into FOLIO_PEFT_FOLDER.
TEST_CASE("bases and adapters with their logits are written for peft to open", "[.peft]") {
  const char* out = std::getenv("FOLIO_PEFT_FOLDER");
  REQUIRE(out != nullptr);
  const std::filesystem::path folder(out);
  const auto write = [&](const std::string& name, const std::string& kind, LoraRequest request) {
    request.lora.base_model = (folder / name / "base").string();
    const auto model = model_called(name);
    save_model(*model, request.lora.base_model);
    add_lora(*model, request, name);
    for (const Parameter& parameter : model->parameters()) {
      const at::NoGradGuard no_grad;
      if (parameter.of_adapter) parameter.tensor.normal_(0, 0.3);
    }
    save_model(*model, folder / name / kind);
    const Batch batch = first_batch(name);
    const at::Tensor logits = model->logits(batch).detach().contiguous();
    std::vector<TensorView> views;
    const auto add = [&](const char* what, const char* dtype, const at::Tensor& tensor) {
      if (tensor.defined())
        views.push_back({what, dtype, tensor.sizes().vec(), tensor.const_data_ptr(), tensor.nbytes()});
    };
    add("logits", "F32", logits);
    add("input_ids", "I64", batch.input_ids);
    add("attention_mask", "BOOL", batch.attention_mask);
    add("decoder_input_ids", "I64", batch.decoder_input_ids);
    write_safetensors(folder / name / (kind + ".logits"), views);
  };
  for (const std::string& name : kModels) {
    write(name, "usual", {.lora = {.rank = 4, .alpha = 8}});
    write(name, "all",
          {.lora = {.rank = 2, .alpha = 3, .dropout = 0.1, .rank_stabilized = true}, .targets = {"all-linear"}});
    write(name, "some", {.lora = {.rank = 1, .alpha = 1}, .targets = {R"(.*\.1\.(?!.*EncDec).*[qckv].*)"}});
  }
}
