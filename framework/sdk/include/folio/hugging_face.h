#pragma once

#include <string>
#include <utility>
#include <vector>

#include "folio/options.h"

namespace folio {

/// The class of Hugging Face's transformers that a model equals: how its config.json and its file of weights say what
/// the model's options and parameters say. One declaration for writing both and for reading them. An option whose name
/// there is another says so itself (Option::config_names).
struct HuggingFaceClass {
  /// A key of config.json that is no option, since the model knows but one way.
  struct Setting {
    std::string key;                  ///< a slash leads into an object: "rope_parameters/rope_type"
    std::vector<OptionValue> values;  ///< with which the class equals the model; where the key is left out it does too
    bool written = true;              ///< the first value, into config.json
  };

  std::string name;        ///< "GPT2LMHeadModel"; empty where the model is of no such class
  std::string model_type;  ///< "gpt2"
  std::vector<Setting> settings{};

  /// What the names of the base model's parameters begin with: "transformer". A file that was saved from the base model
  /// alone has the names without it.
  std::string base_prefix{};
  /// Tensors that a file may have beside the parameter that they are equal to: {"lm_head.weight",
  /// "transformer.wte.weight"}. A name that is a parameter's own, as where nothing is tied, is that parameter's.
  std::vector<std::pair<std::string, std::string>> tied{};
  /// Patterns of names, with * for any text, of what a file may have and no parameter is: computed from the
  /// configuration ...
  std::vector<std::string> buffers{};
  /// ... or learned, but used by other classes alone, as the pooler is: left out, and a note says so.
  std::vector<std::string> other_heads{};
};

}  // namespace folio
