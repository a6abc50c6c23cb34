#include "unit/experiment/declarations.h"

namespace folio::experiment::test {
namespace {

PluginDescription plugin(PluginKind kind, std::string id, OptionTable options) {
  PluginDescription description;
  description.kind = kind;
  description.id = std::move(id);
  description.summary = "a " + std::string(to_string(kind)) + " for tests";
  description.options = std::move(options);
  return description;
}

}  // namespace

Declarations declarations() {
  Declarations known;
  known.plugins.push_back(
      plugin(PluginKind::dataset, "textbooks",
             {text_list("books").help("what to read"), text("data_dir").absent_means("the usual places"),
              text("newlines", "keep").choices({"keep", "lf"}).help("line ends"), boolean("stand_in", true)}));
  known.plugins.push_back(
      plugin(PluginKind::tokenizer, "bpe", {integer("vocab_size", 50257).at_least(1).unit("tokens").help("size")}));
  known.plugins.push_back(plugin(PluginKind::tokenizer, "words", {boolean("lowercase", false)}));
  known.plugins.push_back(
      plugin(PluginKind::model, "gpt",
             {integer("vocab_size").absent_means("the tokenizer's"),
              integer("hidden_size", 768).at_least(1).help("width of the residual stream"),
              integer("num_hidden_layers", 12).between(1, 1000), integer("n_inner").absent_means("4 * hidden_size"),
              number("resid_pdrop", 0.1).between(0, 1).help("dropout after each block"),
              text("hidden_act", "gelu_new").choices({"gelu_new", "relu"})}));
  known.plugins.back().objective = "causal";
  known.plugins.back().usual_tokenizer = "bpe";
  known.plugins.push_back(
      plugin(PluginKind::model, "bert", {integer("hidden_size", 256).at_least(1), integer("intermediate_size", 1024)}));
  known.framework.dataset = {text("split.by", "characters").choices({"characters", "tokens", "document"}),
                             integer("split.size", 512).at_least(1), number("validation", 0.0).between(0, 0.9),
                             boolean("shuffle", true)};
  known.framework.model = {text("from").absent_means("random weights").help("what the weights are taken from")};
  known.framework.training = {number("num_train_epochs", 3.0).at_least(0),
                              number("learning_rate", 5e-5),
                              integer("per_device_train_batch_size", 8).at_least(1),
                              integer("seed", 42),
                              text("run_name").absent_means("the experiment's name"),
                              text("eval_strategy", "no")};
  known.searched = {"/plugins/one", "/plugins/two"};
  return known;
}

const char* const kValid =
    "name: romeo\n"
    "description: GPT-2 small on Romeo and Juliet\n"
    "dataset:\n"
    "  type: textbooks\n"
    "  books: [romeo-and-juliet]   # a comment\n"
    "  split: {by: characters, size: 512}\n"
    "tokenizer:\n"
    "  type: bpe\n"
    "  vocab_size: 50257\n"
    "model:\n"
    "  type: gpt\n"
    "  hidden_size: 768\n"
    "  num_hidden_layers: 12\n"
    "training:\n"
    "  num_train_epochs: 3\n"
    "  learning_rate: 1e-4\n"
    "  seed: 42\n";

}  // namespace folio::experiment::test
