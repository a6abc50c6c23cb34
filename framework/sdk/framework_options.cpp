#include "folio/description.h"

namespace folio {

OptionTable framework_dataset_options() {
  return {
      text("split.by", "tokens")
          .choices({"characters", "tokens", "document"})
          .help("what is cut into samples: the text, by characters; the tokens of all documents as one stream; or the "
                "tokens of each document separately"),
      integer("split.size", 128).at_least(2).unit("characters or tokens").help("length of a sample"),
      integer("split.stride")
          .at_least(1)
          .unit("tokens")
          .absent_means("split.size")
          .help("by document: distance from the start of one sample to the start of the next"),
      number("validation", 0)
          .between(0, 0.9)
          .help("share that is kept for evaluation and never trained on: with 20 or more documents, that share of the "
                "documents; with fewer, the end of each document's text"),
      text("objective.type")
          .choices({"causal", "masked", "span_corruption"})
          .absent_means("the model's")
          .help("the task that the model learns; each model has one objective"),
      number("objective.mlm_probability", 0.15)
          .between(0, 1)
          .help("masked: share of the tokens to predict; 80 % of them become the mask token, 10 % a random token"),
      boolean("objective.whole_word_mask", false)
          .help("masked: choose whole words; all tokens of a chosen word become the mask token"),
      number("objective.noise_density", 0.15)
          .between(0, 1)
          .help("span_corruption: share of the tokens that are removed"),
      number("objective.mean_noise_span_length", 3.0)
          .at_least(1)
          .unit("tokens")
          .help("span_corruption: mean length of a removed span"),
      boolean("shuffle", true).help("whether each epoch has a new order of samples"),
  };
}

OptionTable framework_model_options() {
  return {
      text("from")
          .absent_means("random weights")
          .help(
              "what the weights are taken from: a folder of Hugging Face's (config.json, model.safetensors), relative "
              "to the experiment's folder, or a run"),
      integer("lora.rank")
          .between(1, 1'000'000)
          .absent_means("no adapters: the weights themselves are trained")
          .help("trains low-rank adapters of linear layers in place of the weights: the width of each"),
      number("lora.alpha")
          .absent_means("8")
          .help("what an adapter adds is multiplied by alpha / rank, with lora.use_rslora by alpha / sqrt(rank)"),
      number("lora.dropout").between(0, 1).absent_means("0").help("dropout of an adapter's input"),
      boolean("lora.use_rslora").absent_means("false").help("divide lora.alpha by the root of the rank"),
      text_list("lora.target_modules")
          .absent_means("the usual ones of the model")
          .help("the linear layers that have adapters: ends of their names in Hugging Face's class, such as 'c_attn'; "
                "or alone a regular expression for the whole name, or 'all-linear'"),
      text("lora.from")
          .absent_means("new adapters, which change nothing at first")
          .help("a folder of peft's (adapter_config.json, adapter_model.safetensors) whose adapters are trained on"),
  };
}

OptionTable framework_options(PluginKind kind) {
  if (kind == PluginKind::dataset) return framework_dataset_options();
  return kind == PluginKind::model ? framework_model_options() : OptionTable();
}

OptionTable FrameworkOptions::of(PluginKind kind) const {
  if (kind == PluginKind::dataset) return dataset;
  return kind == PluginKind::model ? model : OptionTable();
}

}  // namespace folio
