// Parts of a model that stay as they are, and adapters; the latter beside peft, see tests/reference/lora_reference.py.

#include "train/fine_tuning.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <set>

#include "reference_file.h"
#include "train/trainer.h"
#include "unit/train/fine_tuning.h"

using namespace folio;
using namespace folio::train;
using Catch::Matchers::Contains;

namespace {

using nlohmann::json;

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
  CHECK_THAT(
      refused({"transformer.wte.*", "*"}),
      Contains("training.freeze leaves nothing to learn: 'transformer.wte.*', '*' fit all 28 parameters that would"));
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
