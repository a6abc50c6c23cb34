#pragma once

#include <string>
#include <vector>

#include "folio/options.h"
#include "folio/plugin.h"

namespace folio {

/// What is known of a plugin without loading it: what it declares, and which library it is. Written as JSON beside the
/// library when it is built (formats/description_json.h).
struct PluginDescription {
  PluginKind kind = PluginKind::dataset;
  std::string id;
  std::string version;
  std::string summary;
  OptionTable options;
  std::string objective;        ///< of a model, else empty
  std::string usual_tokenizer;  ///< of a model, else empty

  std::string library;       ///< absolute path
  std::string library_hash;  ///< SHA-256 of the library's file
};

/// What the framework itself accepts in an experiment, beside the plugins' options. A dotted name is a key of a
/// mapping: "split.by" is `split: {by: ...}`.
struct FrameworkOptions {
  OptionTable dataset;   ///< accepted in every `dataset:` section besides the plugin's own: framework_dataset_options()
  OptionTable training;  ///< the `training:` section
};

/// A data set's plugin may not give an option of its own one of these names.
OptionTable framework_dataset_options();

}  // namespace folio
