#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "folio/hugging_face.h"
#include "folio/options.h"

namespace folio {

/// A model folder's config.json in the terms of the plugin that is to read it.
class ModelConfig {
 public:
  struct Value {
    std::string key;    ///< what config.json calls the option; empty where it leaves it out
    OptionValue value;  ///< the option's default where it is left out, which is the class's default too
  };

  /// Reads the file. Throws Error (experiment) naming it where it cannot be read, is no JSON object or is too large.
  explicit ModelConfig(const std::filesystem::path& file);
  /// `name` is what messages call the text.
  ModelConfig(std::string_view text, std::string name);

  /// Empty where there is none.
  const std::string& model_type() const { return model_type_; }
  /// Whether it says that the head's weight is the token embedding.
  bool ties_head() const;
  /// The classes that it was saved from; usually one.
  const std::vector<std::string>& architectures() const { return architectures_; }

  /// Every option's value, by its name, and what stands in the way of reading the folder as this class: values that no
  /// option takes, and settings that the class has and the model has not. Keys that the class does not know have no
  /// meaning in transformers either, and are passed over.
  std::map<std::string, Value> read(const OptionTable& options, const HuggingFaceClass& class_of_plugin,
                                    std::vector<std::string>& problems) const;

 private:
  std::string name_;
  nlohmann::json json_;
  std::string model_type_;
  std::vector<std::string> architectures_;
};

}  // namespace folio
