// Parts of a model that stay as they are, and adapters; the latter beside peft, see tests/reference/lora_reference.py.

#include "train/fine_tuning.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <set>

#include "folio/error.h"
#include "formats/adapter_merge.h"
#include "formats/safetensors.h"
#include "reference_file.h"
#include "train/saving/adapter_files.h"
#include "train/saving/model_files.h"
#include "train/trainer.h"
#include "unit/train/family.h"

using namespace folio;
using namespace folio::train;
using Catch::Matchers::Contains;

namespace {

using nlohmann::json;

std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::experiment);
    return error.what();
  }
  return "nothing was thrown";
}

TrainingArguments fine_tuning_arguments(const json& given) {
  json all{{"per_device_train_batch_size", 4}, {"logging_steps", 1}, {"save_strategy", "no"}};
  all.update(given);
  return training_arguments(option_values_from_json(training_option_table(), all));
}

Batch first_batch(const std::string& name) {
  const std::vector<std::int64_t> first{0, 1, 2, 3};
  return collator_of(name, "long")->collate(samples_of_kind("long"), first, 0);
}

std::int64_t items_of(const Batch& batch) { return batch.labels.ne(kIgnoredLabel).sum().item<std::int64_t>(); }

/// As of one loss; undefined where there is none.
std::map<std::string, at::Tensor> gradients_of(Model& model, const std::string& name) {
  const Batch batch = first_batch(name);
  model.loss(batch, items_of(batch)).backward();
  std::map<std::string, at::Tensor> gradients;
  for (const Parameter& parameter : model.parameters()) {
    gradients[parameter.name] = parameter.tensor.grad();
    parameter.tensor.mutable_grad() = at::Tensor();
  }
  return gradients;
}

std::map<std::string, at::Tensor> values_of(const Model& model) {
  std::map<std::string, at::Tensor> values;
  for (const Parameter& parameter : model.parameters()) values[parameter.name] = parameter.tensor.detach().clone();
  return values;
}

FakeRecorder trained_family(Model& model, const std::string& name, const TrainingArguments& arguments) {
  const data::Samples samples = samples_of_kind("long");
  const auto collator = collator_of(name, "long");
  const TrainingData data{samples, {}, *collator, true};
  FakeRecorder recorder;
  Trainer(model, data, arguments, Execution{}, {}, recorder).run();
  return recorder;
}

LoraRequest request_of(const json& lora) {
  LoraRequest request{.lora = {.rank = lora.at("rank"),
                               .alpha = lora.at("alpha"),
                               .rank_stabilized = lora.value("rank_stabilized", false)}};
  if (!lora.contains("target_modules")) return request;
  const json& targets = lora["target_modules"];
  request.targets = targets.is_string() ? std::vector<std::string>{targets} : targets.get<std::vector<std::string>>();
  return request;
}

void check_adapters(const Model& model, const json& wanted, const std::function<at::Tensor(const Parameter&)>& value) {
  std::size_t k = 0;
  for (const Parameter& parameter : model.parameters()) {
    CHECK(parameter.tensor.requires_grad() == parameter.of_adapter);
    if (!parameter.of_adapter) continue;
    INFO(parameter.name);
    REQUIRE(k < wanted.size());
    CHECK(parameter.name == wanted[k].at("name").get<std::string>());
    CHECK(parameter.tensor.sizes().vec() == wanted[k].at("shape").get<std::vector<std::int64_t>>());
    CHECK(testing::difference(value(parameter).detach(), wanted[k].at("values")) < testing::kTolerance);
    ++k;
  }
  CHECK(k == wanted.size());
}

void seed_generator(std::uint64_t seed) {
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  generator.set_current_seed(seed);
}

const std::vector<std::string> kModels{"gpt", "llama", "bert", "distilbert", "t5"};

}  // namespace

TEST_CASE("ten steps with adapters are those of peft and Hugging Face's Trainer") {
  const json runs = json::parse(test::read_reference("expected/lora.json")).at("runs");
  std::set<std::string> seen;
  for (const json& wanted : runs) {
    const std::string name = wanted.at("model");
    CAPTURE(name, wanted["lora"].dump());
    seen.insert(name);
    const auto model = model_called(name);
    add_lora(*model, request_of(wanted["lora"]), name);
    CHECK(model->lora()->layers == wanted.at("layers").get<std::vector<std::string>>());
    CHECK(trainable_count(*model) == wanted.at("trainable"));
    testing::fill_by_formula(*model);
    const auto before = values_of(*model);

    const Batch batch = first_batch(name);
    model->training(true);
    const auto gradients = gradients_of(*model, name);
    for (const auto& [parameter, gradient] : gradients)
      CHECK(gradient.defined() == Contains(".lora_").match(parameter));
    check_adapters(*model, wanted.at("gradients"),
                   [&](const Parameter& parameter) { return gradients.at(parameter.name); });

    const FakeRecorder recorder = trained_family(*model, name, fine_tuning_arguments(wanted.at("arguments")));
    REQUIRE(recorder.losses.size() == 10);
    for (std::size_t step = 0; step < 10; ++step) {
      CHECK(recorder.losses[step] == Approx(wanted.at("loss")[step].get<double>()).epsilon(1e-5));
      CHECK(recorder.grad_norms[step] == Approx(wanted.at("grad_norm")[step].get<double>()).epsilon(1e-5));
    }
    check_adapters(*model, wanted.at("adapters"), [](const Parameter& parameter) { return parameter.tensor; });
    for (const Parameter& parameter : model->parameters())
      if (!parameter.of_adapter) CHECK(parameter.tensor.equal(before.at(parameter.name)));
  }
  CHECK(seen.size() == kModels.size());
}

TEST_CASE("new adapters change nothing, follow their layers and begin as peft's do") {
  for (const std::string& name : kModels) {
    CAPTURE(name);
    const auto plain = model_called(name);
    const auto adapted = model_called(name);
    seed_generator(11);
    add_lora(*adapted, {.lora = {.rank = 3, .alpha = 7}, .targets = {"all-linear"}}, name);
    CHECK(adapted->lora()->layers == adapted->linear_layers());
    CHECK(adapted->logits(first_batch(name)).equal(plain->logits(first_batch(name))));

    std::string above;
    for (const Parameter& parameter : adapted->parameters()) {
      const std::string layer = parameter.name.substr(0, parameter.name.find(".lora_"));
      if (parameter.of_adapter) {
        INFO(parameter.name);
        CHECK(above.starts_with(layer + "."));
        CHECK(parameter.decays);
        const double largest = parameter.tensor.abs().max().item<double>();
        const double bound = 1 / std::sqrt(static_cast<double>(parameter.tensor.size(1)));
        if (parameter.name.ends_with(".lora_A.weight")) {
          CHECK(largest <= bound);
          CHECK(largest > 0.8 * bound);
        } else {
          CHECK(largest == 0);
        }
      }
      above = parameter.name;
    }
  }
}

TEST_CASE("an adapter's dropout is of its input, in training alone, and drawn anew for each pass") {
  const auto model = model_called("llama");
  add_lora(*model, {.lora = {.rank = 2, .alpha = 4, .dropout = 0.5}, .targets = {"all-linear"}}, "llama");
  testing::fill_by_formula(*model);
  const Batch batch = first_batch("llama");
  const auto loss_from = [&](std::uint64_t seed) {
    seed_generator(seed);
    return model->loss(batch, 30).item<double>();
  };
  const double evaluated = loss_from(1);
  CHECK(loss_from(2) == evaluated);
  model->training(true);
  const double dropped = loss_from(1);
  CHECK(dropped != evaluated);
  CHECK(loss_from(2) != dropped);
  CHECK(loss_from(1) == dropped);
  // The backward pass sees the forward pass's masks: a step along the gradient changes the loss as it says.
  seed_generator(1);
  model->loss(batch, 30).backward();
  double expected = 0;
  constexpr double kStep = 1e-3;
  for (const Parameter& parameter : model->parameters()) {
    const at::NoGradGuard no_grad;
    const at::Tensor gradient = parameter.tensor.grad();
    if (!gradient.defined()) continue;
    expected += kStep * gradient.square().sum().item<double>();
    parameter.tensor.add_(gradient, kStep / 2);
  }
  const double up = loss_from(1);
  for (const Parameter& parameter : model->parameters()) {
    const at::NoGradGuard no_grad;
    if (parameter.tensor.grad().defined()) parameter.tensor.sub_(parameter.tensor.grad(), kStep);
  }
  CHECK(up - loss_from(1) == Approx(expected).epsilon(0.02));
  model->training(false);
  CHECK(loss_from(1) != Approx(dropped));
}

TEST_CASE("adapters in bfloat16 learn what they learn in float32, nearly") {
  for (const std::string& name : kModels) {
    CAPTURE(name);
    const auto model = model_called(name);
    add_lora(*model, {.lora = {.rank = 4, .alpha = 8}}, name);
    testing::fill_by_formula(*model);
    const auto full = gradients_of(*model, name);
    std::map<std::string, at::Tensor> rounded;
    {
      const PrecisionScope precision({.bfloat16 = true});
      rounded = gradients_of(*model, name);
    }
    double difference = 0, whole = 0;
    for (const auto& [parameter, gradient] : full) {
      CHECK(gradient.defined() == rounded.at(parameter).defined());
      if (!gradient.defined()) continue;
      CHECK(rounded.at(parameter).scalar_type() == at::kFloat);
      difference += rounded.at(parameter).sub(gradient).square().sum().item<double>();
      whole += gradient.square().sum().item<double>();
    }
    CHECK(std::sqrt(difference / whole) < 0.1);
    CHECK(difference > 0);

    const json arguments{{"max_steps", 4}, {"learning_rate", 1e-3}};
    FakeRecorder recorder;
    const data::Samples samples = samples_of_kind("long");
    const auto collator = collator_of(name, "long");
    const TrainingData data{samples, {}, *collator, true};
    const auto twin = model_called(name);
    add_lora(*twin, {.lora = {.rank = 4, .alpha = 8}}, name);
    testing::fill_by_formula(*twin);
    Trainer(*twin, data, fine_tuning_arguments(arguments), {.bfloat16 = true}, {}, recorder).run();
    const FakeRecorder exact = trained_family(*model, name, fine_tuning_arguments(arguments));
    for (std::size_t step = 0; step < 4; ++step)
      CHECK(recorder.losses[step] == Approx(exact.losses[step]).epsilon(0.02));
  }
}

TEST_CASE("layers are meant by their names, ends of them, a regular expression or all-linear, as by peft") {
  const std::vector<std::string> layers{"h.0.attn.c_attn", "h.0.attn.c_proj", "h.0.mlp.c_fc", "h.0.mlp.c_proj",
                                        "h.1.attn.c_attn", "h.1.mlp.c_proj",  "xc_attn"};
  const auto meant = [&](const std::vector<std::string>& targets) { return lora_layers(layers, targets, "targets"); };
  using Names = std::vector<std::string>;
  CHECK(meant({"c_attn"}) == Names{"h.0.attn.c_attn", "h.1.attn.c_attn"});
  CHECK(meant({"mlp.c_proj", "h.0.attn.c_attn"}) == Names{"h.0.attn.c_attn", "h.0.mlp.c_proj", "h.1.mlp.c_proj"});
  CHECK(meant({"all-linear"}) == layers);
  CHECK(meant({R"(.*\.0\.(attn|mlp)\.c_proj)"}) == Names{"h.0.attn.c_proj", "h.0.mlp.c_proj"});
  CHECK(meant({R"(.*c_attn|xyz)"}) == Names{"h.0.attn.c_attn", "h.1.attn.c_attn", "xc_attn"});

  const auto refused = [&](const Names& targets) { return message_of([&] { meant(targets); }); };
  CHECK(refused({}) == "targets: is empty, expected names of linear layers");
  CHECK(refused({"c_atn"}) ==
        "targets: the model has no linear layer 'c_atn'; it has 'c_attn', 'c_proj', 'c_fc', 'xc_attn'; did you mean "
        "'c_attn'?");
  CHECK_THAT(refused({"attn"}), Contains("no linear layer 'attn'"));
  CHECK_THAT(refused({"h\\.0"}), Contains("the regular expression 'h\\.0' fits the whole name of no linear layer"));
  CHECK_THAT(refused({"c_attn", ".*proj"}), Contains("the regular expression '.*proj' must be alone"));
  CHECK_THAT(refused({"c_attn", "all-linear"}), Contains("'all-linear' must be alone in the list, which has 2"));
  CHECK_THAT(refused({"(c_attn"}), Contains("targets: '(c_attn': "));
}

TEST_CASE("frozen parameters have no gradient, no optimizer's state, and do not move") {
  for (const std::string& name : kModels) {
    CAPTURE(name);
    const auto whole = model_called(name);
    const auto model = model_called(name);
    const std::string table = model->parameters()[0].name;
    freeze(*model, {table, "*.1.*"});
    std::int64_t frozen = 0;
    for (const Parameter& parameter : model->parameters())
      if (!parameter.tensor.requires_grad()) frozen += parameter.tensor.numel();
    CHECK(frozen > model->parameters()[0].tensor.numel());
    CHECK(trainable_count(*model) == trainable_count(*whole) - frozen);

    const auto expected = gradients_of(*whole, name);
    for (const auto& [parameter, gradient] : gradients_of(*model, name)) {
      INFO(parameter);
      const bool learns = gradient.defined();
      if (parameter == table) CHECK(!learns);
      if (learns) CHECK(gradient.to_dense().allclose(expected.at(parameter).to_dense(), 1e-5, 1e-7));
    }
    const auto before = values_of(*model);
    trained_family(*model, name, fine_tuning_arguments({{"max_steps", 2}, {"weight_decay", 0.5}, {"optim", "sgd"}}));
    for (const Parameter& parameter : model->parameters()) {
      INFO(parameter.name);
      if (!parameter.tensor.requires_grad()) CHECK(parameter.tensor.equal(before.at(parameter.name)));
      if (parameter.tensor.requires_grad() && parameter.tensor.dim() > 1)
        CHECK(!parameter.tensor.equal(before.at(parameter.name)));
    }
  }
}

TEST_CASE("with every optimizer only what is not frozen moves, even where that is one kind of weight") {
  for (const char* optim : {"adamw_torch", "sgd", "rmsprop", "adagrad", "adafactor"}) {
    CAPTURE(optim);
    const auto model = model_called("gpt");
    freeze(*model, {"*weight"});  // leaves biases, which do not decay
    const auto before = values_of(*model);
    trained_family(*model, "gpt", fine_tuning_arguments({{"max_steps", 2}, {"optim", optim}, {"learning_rate", 0.1}}));
    for (const Parameter& parameter : model->parameters())
      CHECK(parameter.tensor.equal(before.at(parameter.name)) == parameter.name.ends_with("weight"));
  }
}

TEST_CASE("a pattern that fits nothing, and a model with nothing to learn, are refused") {
  const auto model = model_called("gpt");
  const auto refused = [&](const std::vector<std::string>& patterns) {
    return message_of([&] { freeze(*model, patterns); });
  };
  CHECK(refused({"transformer.wte.wieght"}) ==
        "training.freeze: no parameter of the model fits 'transformer.wte.wieght'; did you mean "
        "'transformer.wte.weight'?");
  CHECK_THAT(refused({"transformer.h.0"}), Contains("did you mean 'transformer.h.0.*'?"));
  CHECK_THAT(refused({"bert.encoder.layer.0.attention.*"}),
             Contains("fits 'bert.encoder.layer.0.attention.*': expected one such as 'transformer.wte.weight'"));
  CHECK_THAT(refused({"transformer.wte.*", "*"}),
             Contains("training.freeze leaves nothing to learn: 'transformer.wte.*', '*' fit all 28 parameters"));
}

TEST_CASE("a model that names no linear layers has no adapters") {
  struct Bare : Gpt {
    using Gpt::Gpt;
    std::vector<std::string> linear_layers() const override { return {}; }
  };
  Bare bare(option_values_from_json(Gpt::options(), {{"vocab_size", 7}, {"hidden_size", 12}}));
  CHECK(
      message_of([&] { add_lora(bare, {}, "model plugin 'bare'"); }) ==
      "model.lora: model plugin 'bare' does not support adapters: it names no linear layers (a model that is built of "
      "Folio's nn does)");

  struct Unusual : Gpt {
    using Gpt::Gpt;
    std::vector<std::string> usual_lora_layers() const override { return {}; }
  };
  Unusual unusual(option_values_from_json(Gpt::options(), {{"vocab_size", 7}, {"hidden_size", 12}}));
  CHECK_THAT(message_of([&] { add_lora(unusual, {}, "model plugin 'unusual'"); }),
             Contains("model.lora.target_modules: must be given, since model plugin 'unusual' has no usual ones; its "
                      "linear layers are 'c_attn', 'c_proj', 'c_fc'"));
}

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
    add_lora(*again, lora_request_of(config), name);
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
      if (parameter.of_adapter) parameter.tensor.normal_(0, 0.3);
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
