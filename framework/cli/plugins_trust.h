#pragma once

#include <string>
#include <vector>

#include "cli/session/global_options.h"

namespace folio::cli {

struct TrustOptions {
  std::vector<std::string>
      paths;  ///< libraries, folders of them, experiment files; none: --plugin-path, else ./plugins
  bool forget = false;
  bool list = false;
};

/// Puts libraries on the user's list of what is trusted as it is (plugin_host/plugin_lock.h), takes them off it, or
/// prints it. No library is loaded. Throws Error (plugin) for what is no plugin of this build, (usage) where there is
/// nothing at a path.
void trust_plugins(const TrustOptions& options, const GlobalOptions& global);

}  // namespace folio::cli
