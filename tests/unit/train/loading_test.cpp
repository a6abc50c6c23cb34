// Model folders that transformers saved, and what it computes from them; see tests/reference/model_folders.py.

#include "train/saving/loading.h"

#include <ATen/ops/ones.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "bert.h"
#include "distilbert.h"
#include "formats/model_config.h"
#include "gpt.h"
#include "llama.h"
#include "reference_file.h"
#include "support/error.h"
#include "t5.h"
#include "temporary_folder.h"
#include "train/saving/model_files.h"
#include "unit/plugins/models/reference.h"

using namespace folio;
using namespace folio::train;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using test::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

struct Plugin {
  OptionTable options;
  HuggingFaceClass hugging_face;
  std::function<std::unique_ptr<Model>(const OptionValues&)> make;
};

template <typename M>
Plugin plugin() {
  return {M::options(), M::hugging_face(), [](const OptionValues& values) { return std::make_unique<M>(values); }};
}

const Plugin& plugin_named(const std::string& name) {
  static const std::map<std::string, Plugin> kPlugins{{"bert", plugin<Bert>()},
                                                      {"distilbert", plugin<DistilBert>()},
                                                      {"gpt", plugin<Gpt>()},
                                                      {"llama", plugin<Llama>()},
                                                      {"t5", plugin<T5>()}};
  return kPlugins.at(name);
}

fs::path folder_of(const std::string& name) {
  return fs::path(FOLIO_SOURCE_DIR) / "tests" / "reference" / "model_folders" / name;
}

/// As the runner does it.
std::unique_ptr<Model> make_model(const Plugin& its, const fs::path& folder) {
  std::vector<std::string> problems;
  const auto read = ModelConfig(folder / "config.json").read(its.options, its.hugging_face, problems);
  CHECK(problems.empty());
  std::map<std::string, OptionValue> values;
  for (const auto& [name, value] : read) values[name] = value.value;
  return its.make(OptionValues(its.options, values));
}

using Renamed = std::function<std::string(const std::string&)>;

/// The tensors of a folder's file, to be changed and written anew.
class Tensors {
 public:
  explicit Tensors(const std::string& folder) : file_(folder_of(folder) / "model.safetensors"), list(file_.tensors()) {}

  void rename(const Renamed& to) {
    for (TensorView& tensor : list) tensor.name = to(tensor.name);
  }
  TensorView& at(const std::string& name) {
    return *std::find_if(list.begin(), list.end(), [&](const TensorView& t) { return t.name == name; });
  }
  void erase(const std::string& name) {
    std::erase_if(list, [&](const TensorView& t) { return t.name == name; });
  }
  void write(const TemporaryFolder& to) const { write_safetensors(to / "model.safetensors", list); }

 private:
  SafetensorsFile file_;

 public:
  std::vector<TensorView> list;
};

/// What the plugin's model says to the tensors, made as the folder's config.json has it: the message, or "".
std::string problem_with(const Tensors& tensors, const std::string& name, const std::string& folder,
                         std::vector<std::string>* notes = nullptr) {
  const TemporaryFolder written;
  tensors.write(written);
  const auto model = make_model(plugin_named(name), folder_of(folder));
  try {
    const ModelWeights weights(written.path());
    const WeightsMatch match = match_weights(model->parameters(), weights, plugin_named(name).hugging_face);
    load_weights(match, weights);
    if (notes != nullptr) *notes = match.notes;
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::experiment);
    return error.what();
  }
  // They are those of the folder as it was.
  const auto wanted = make_model(plugin_named(name), folder_of(folder));
  load_model(*wanted, folder_of(folder), plugin_named(name).hugging_face);
  for (std::size_t i = 0; i < model->parameters().size(); ++i) {
    INFO(model->parameters()[i].name);
    CHECK(model->parameters()[i].tensor.equal(wanted->parameters()[i].tensor));
  }
  return "";
}

}  // namespace

TEST_CASE("a model computes from a folder of transformers what transformers does") {
  const auto document = nlohmann::json::parse(test::read_reference("model_folders/expected.json"));
  REQUIRE(document.at("cases").size() == 17);
  for (const nlohmann::json& expected : document.at("cases")) {
    const std::string folder = expected.at("folder");
    DYNAMIC_SECTION(folder) {
      const Plugin& its = plugin_named(expected.at("plugin"));
      const auto model = make_model(its, folder_of(folder));
      load_model(*model, folder_of(folder), its.hugging_face);
      const Batch batch = testing::batch_of(expected);
      CHECK(testing::difference(model->logits(batch).detach(), expected.at("logits")) < 1e-5);
      const double loss = model->loss(batch, expected.at("num_items").get<std::int64_t>()).item<double>();
      CHECK(loss == Approx(expected.at("loss").get<double>()).epsilon(1e-5));
    }
  }
}

TEST_CASE("what is saved can be read again, with its options") {
  for (const std::string folder : {"gpt-float32", "llama-float32", "llama_tied-float32", "bert-float32",
                                   "distilbert-float32", "t5-float32", "t5_gated-float32"}) {
    INFO(folder);
    const Plugin& its = plugin_named(folder.substr(0, folder.find_first_of("-_")));
    const auto model = make_model(its, folder_of(folder));
    load_model(*model, folder_of(folder), its.hugging_face);
    const TemporaryFolder saved;
    save_model(*model, saved.path());
    const auto again = make_model(its, saved.path());
    load_model(*again, saved.path(), its.hugging_face);
    CHECK(again->config_json() == model->config_json());
    for (std::size_t i = 0; i < model->parameters().size(); ++i)
      CHECK(again->parameters()[i].tensor.equal(model->parameters()[i].tensor));
  }
}

TEST_CASE("a base model's names are taken without their prefix") {
  const auto without = [](const std::string& prefix) {
    return [prefix](const std::string& name) { return name.starts_with(prefix) ? name.substr(prefix.size()) : name; };
  };
  Tensors gpt("gpt-float32");
  gpt.rename(without("transformer."));
  CHECK(problem_with(gpt, "gpt", "gpt-float32") == "");
  Tensors tied("llama_tied-float32");
  tied.rename(without("model."));
  CHECK(problem_with(tied, "llama", "llama_tied-float32") == "");

  // A head that is not tied has to be there.
  Tensors llama("llama-float32");
  llama.rename(without("model."));
  llama.erase("lm_head.weight");
  CHECK_THAT(problem_with(llama, "llama", "llama-float32"),
             Contains("missing: lm_head.weight") && EndsWith("expected a folder saved from LlamaForCausalLM"));
  Tensors bert("bert-float32");
  std::erase_if(bert.list, [](const TensorView& t) { return t.name.starts_with("cls."); });
  bert.rename(without("bert."));
  CHECK_THAT(problem_with(bert, "bert", "bert-float32"),
             Contains("missing: cls.predictions.transform.dense.weight") && Contains("The head is missing"));
}

TEST_CASE("old names of norms are taken") {
  Tensors bert("bert-float32");
  bert.rename([](std::string name) {
    if (const auto at = name.find("LayerNorm.weight"); at != std::string::npos) name.replace(at, 16, "LayerNorm.gamma");
    if (const auto at = name.find("LayerNorm.bias"); at != std::string::npos) name.replace(at, 14, "LayerNorm.beta");
    return name;
  });
  CHECK(problem_with(bert, "bert", "bert-float32") == "");
}

TEST_CASE("tensors that are no parameters are passed over, as transformers does") {
  const float zeros[64] = {};
  Tensors gpt("gpt-float32");
  gpt.list.push_back({"transformer.h.0.attn.bias", "F32", {1, 1, 4, 4}, zeros, 64});
  gpt.list.push_back({"transformer.h.1.attn.masked_bias", "F32", {}, zeros, 4});
  TensorView head = gpt.at("transformer.wte.weight");
  head.name = "lm_head.weight";
  gpt.list.push_back(head);
  CHECK(problem_with(gpt, "gpt", "gpt-float32") == "");

  Tensors llama("llama-float32");
  llama.list.push_back({"model.layers.0.self_attn.rotary_emb.inv_freq", "F32", {1}, zeros, 4});
  CHECK(problem_with(llama, "llama", "llama-float32") == "");

  Tensors t5("t5-float32");
  for (const std::string name : {"encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight"}) {
    TensorView alias = t5.at("shared.weight");
    alias.name = name;
    t5.list.push_back(alias);
  }
  t5.list.push_back(
      {"decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight", "F32", {4, 4}, zeros, 64});
  CHECK(problem_with(t5, "t5", "t5-float32") == "");
  t5.erase("shared.weight");  // one of the others has it
  CHECK(problem_with(t5, "t5", "t5-float32") == "");

  Tensors bert("bert-float32");
  bert.list.push_back({"bert.embeddings.position_ids", "I64", {1, 2}, zeros, 16});
  bert.list.push_back({"bert.pooler.dense.bias", "F32", {12}, zeros, 48});
  bert.list.push_back({"cls.seq_relationship.bias", "F32", {2}, zeros, 8});
  TensorView bias = bert.at("cls.predictions.bias");
  bias.name = "cls.predictions.decoder.bias";
  bert.list.push_back(bias);
  std::vector<std::string> notes;
  CHECK(problem_with(bert, "bert", "bert-float32", &notes) == "");
  CHECK(notes == std::vector<std::string>{"2 tensors belong to other heads than BertForMaskedLM's and are not used: "
                                          "bert.pooler.dense.bias, cls.seq_relationship.bias"});
}

TEST_CASE("a tensor that is tied has to be what it is tied to") {
  const std::vector<float> other(19 * 12, 1.0F);
  Tensors gpt("gpt-float32");
  gpt.list.push_back({"lm_head.weight", "F32", {19, 12}, other.data(), other.size() * sizeof(float)});
  CHECK_THAT(problem_with(gpt, "gpt", "gpt-float32"),
             Contains("tensor 'lm_head.weight' is not the same as transformer.wte.weight"));
}

TEST_CASE("every tensor that does not fit is named, twenty at most") {
  const float values[12] = {};
  Tensors gpt("gpt-float32");
  gpt.erase("transformer.ln_f.bias");
  gpt.at("transformer.h.0.ln_1.bias").shape = {3, 4};
  gpt.at("transformer.h.0.ln_1.weight").dtype = "I32";
  gpt.list.push_back({"score.weight", "F32", {1, 12}, values, sizeof values});
  const std::string problem = problem_with(gpt, "gpt", "gpt-float32");
  CHECK_THAT(problem, Contains("its tensors are not those of the model, a GPT2LMHeadModel:"));
  CHECK_THAT(problem, Contains("\n  missing: transformer.ln_f.bias"));
  CHECK_THAT(problem, Contains("\n  left over: score.weight"));
  CHECK_THAT(problem, Contains("\n  of another shape: transformer.h.0.ln_1.bias is [3, 4], expected [12]"));
  CHECK_THAT(problem, Contains("\n  of another type: transformer.h.0.ln_1.weight is I32, expected F32, F16 or BF16"));
  CHECK_THAT(problem, !Contains("The head is missing"));

  gpt.rename([](const std::string& name) { return "x." + name; });
  CHECK_THAT(problem_with(gpt, "gpt", "gpt-float32"), EndsWith(" more"));
  Tensors twice("gpt-float32");
  twice.list.push_back({"wpe.weight", "F32", {12}, values, sizeof values});
  CHECK_THAT(problem_with(twice, "gpt", "gpt-float32"), Contains("left over: wpe.weight"));
  twice.list.back().name = "transformer.ln_f.beta";
  CHECK_THAT(problem_with(twice, "gpt", "gpt-float32"),
             Contains("twice: transformer.ln_f.bias and transformer.ln_f.beta"));
}

TEST_CASE("a head that config.json ties to the embedding and the model does not begins as a copy of it") {
  const TemporaryFolder folder;  // as transformers 5 writes a T5 whose head's input is not scaled
  Tensors tensors("t5_gated-float32");
  tensors.erase("lm_head.weight");
  tensors.write(folder);
  const auto model = make_model(plugin_named("t5"), folder_of("t5_gated-float32"));
  const ModelWeights weights(folder.path());
  const HuggingFaceClass& its = plugin_named("t5").hugging_face;
  CHECK_THROWS_WITH(match_weights(model->parameters(), weights, its), Contains("missing: lm_head.weight"));
  const WeightsMatch match = match_weights(model->parameters(), weights, its, /*ties_head=*/true);
  REQUIRE(match.notes.size() == 1);
  CHECK(match.notes[0] ==
        "config.json ties lm_head.weight to shared.weight; here it begins as a copy of it, and training "
        "parts them");
  load_weights(match, weights);
  const auto weight = [&](const std::string& name) {
    const auto& all = model->parameters();
    return std::find_if(all.begin(), all.end(), [&](const Parameter& p) { return p.name == name; })->tensor;
  };
  CHECK(weight("lm_head.weight").equal(weight("shared.weight")));
  CHECK(weight("lm_head.weight").data_ptr() != weight("shared.weight").data_ptr());
  CHECK(ModelConfig(folder_of("t5_gated-float32") / "config.json").ties_head());
  CHECK_FALSE(ModelConfig(folder_of("llama-float32") / "config.json").ties_head());
}

TEST_CASE("a file that became shorter is named, and nothing crashes") {
  const TemporaryFolder folder;
  Tensors("gpt-float32").write(folder);
  const auto model = make_model(plugin_named("gpt"), folder_of("gpt-float32"));
  const ModelWeights weights(folder.path());
  const WeightsMatch match = match_weights(model->parameters(), weights, plugin_named("gpt").hugging_face);
  fs::resize_file(folder / "model.safetensors", fs::file_size(folder / "model.safetensors") / 2);
  CHECK_THROWS_WITH(load_weights(match, weights), Contains("model.safetensors: ends at byte"));
}
