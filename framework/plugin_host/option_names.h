#pragma once

#include <optional>
#include <string>

#include "folio/options.h"
#include "folio/plugin.h"

namespace folio::plugin_host {

/// Why a plugin of the kind may not call its options so, as the end of a sentence that begins with the plugin: a name
/// that an experiment could not say, that stands twice, or that the framework has for something of its own. None where
/// all are right.
std::optional<std::string> problem_with_names(PluginKind kind, const OptionTable& options);

}  // namespace folio::plugin_host
