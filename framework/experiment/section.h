#pragma once

#include <map>
#include <string>
#include <vector>

#include "experiment/node.h"
#include "experiment/problems.h"
#include "folio/description.h"

namespace folio::experiment {

/// A section of the experiment while it is being resolved.
struct Section {
  struct Value {
    OptionValue value;
    std::string origin;
  };

  std::string name;                           ///< "model"
  const Node* node = nullptr;                 ///< its mapping or blank; none where the file leaves it out
  const Entry* type = nullptr;                ///< within the mapping; none where it is not given
  const PluginDescription* plugin = nullptr;  ///< none in `training`, and where none was found
  OptionTable options{};                      ///< what it accepts
  std::map<std::string, Value> values{};      ///< what is given, by the options' dotted names

  /// Whether it is known what the section accepts.
  bool declared() const { return plugin != nullptr || name == "training"; }

  /// The keys of the section itself for an empty prefix; for "split." those of the mapping `split`.
  std::vector<std::string> keys(const std::string& prefix) const;
};

/// The options that a plugin's section accepts: the plugin's own and, for a data set or a model, the framework's.
OptionTable section_options(const PluginDescription& plugin, const FrameworkOptions& framework);

/// Reads what the section's mapping gives into its `values`; keys that it does not have and values that do not fit go
/// to `problems`. The other sections are for naming the one that a misplaced key belongs to.
void read_options(Section& section, const std::vector<Section>& all, Problems& problems);

/// "; did you mean 'training.seed'?" where another section has the key, else the nearest of the `candidates` or
/// nothing: the end of a message.
std::string suggest_key(const std::string& key, const std::vector<Section>& all,
                        const std::vector<std::string>& candidates);

/// Where a value comes from, as Experiment::origins says it.
std::string origin_of(const Place& place);

}  // namespace folio::experiment
