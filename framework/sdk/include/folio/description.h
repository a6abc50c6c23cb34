#pragma once

#include <string>
#include <vector>

#include "folio/hugging_face.h"
#include "folio/options.h"
#include "folio/plugin.h"

namespace folio {

/// What is known about a plugin without loading it: what it declares, and which library it is. Written as JSON next to
/// the library when it is built (formats/description_json.h).
struct PluginDescription {
  PluginKind kind = PluginKind::dataset;
  std::string id;
  std::string version;
  std::string summary;
  OptionTable options;
  std::string objective;          ///< for a model; otherwise empty
  std::string usual_tokenizer;    ///< for a model; otherwise empty
  HuggingFaceClass hugging_face;  ///< for a model; its name is empty where it is of no such class

  std::string library;       ///< absolute path
  std::string library_hash;  ///< SHA-256 of the library's file
};

/// What the framework itself accepts in an experiment, in addition to the plugins' options. A dotted name is a key of a
/// mapping: "split.by" is `split: {by: ...}`.
struct FrameworkOptions {
  OptionTable dataset;   ///< accepted in every `dataset:` section with the plugin's own: framework_dataset_options()
  OptionTable model;     ///< accepted in every `model:` section with the plugin's own: framework_model_options()
  OptionTable training;  ///< the `training:` section

  /// What a section of this kind accepts with the plugin's own.
  OptionTable of(PluginKind kind) const;
};

/// A plugin must not use one of these names for its own options.
OptionTable framework_dataset_options();
OptionTable framework_model_options();
/// Those of a section of this kind.
OptionTable framework_options(PluginKind kind);

}  // namespace folio
