#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cli/session/global_options.h"
#include "experiment/experiment.h"
#include "plugin_host/catalogue.h"
#include "plugin_host/search_path.h"
#include "runs/record/run_folder.h"

namespace folio::cli {

/// The plugins that there are and what an experiment may say with them. `experiment` is empty where there is none.
struct Session {
  plugin_host::Catalogue catalogue;
  experiment::Declarations declarations;
};

/// `overrides` are those that the experiment is to be loaded with, of which some may give several values (sweep.h):
/// only plugins that it names then are looked into in the folder beside it.
Session open_session(const GlobalOptions& global, const std::filesystem::path& experiment,
                     const std::vector<std::string>& overrides = {});

/// Throws Error (plugin) where the library that a recorded run names must not be loaded: somebody else could have put
/// it there, it is not what the user's lock has, or it lies among the results, where a run of a stranger's may be.
void require_trusted(const runs::PluginBuild& plugin, const GlobalOptions& global);

/// The builds of the plugins that a resolved experiment names, one for each of its sections.
std::vector<runs::PluginBuild> plugins_of(const nlohmann::json& resolved, const plugin_host::Catalogue& catalogue);

/// The experiment and its plugins as the worker takes them for work without a run (worker::Job::from_request()).
nlohmann::json job_request(const experiment::Experiment& experiment, const std::vector<runs::PluginBuild>& plugins);
nlohmann::json job_request(const experiment::Experiment& experiment, const plugin_host::Catalogue& catalogue);

/// folio-worker, which lies beside this program.
std::filesystem::path worker_program();

/// What the worker finds in its environment besides this process's own: where the experiment lies and where Folio is,
/// an allocator that keeps freed memory between steps instead of handing it back to the system, and threads that do not
/// spin for long.
std::map<std::string, std::string> worker_environment(const std::filesystem::path& experiment);

}  // namespace folio::cli
