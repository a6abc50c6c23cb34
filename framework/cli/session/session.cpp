#include "cli/session/session.h"

#include <cstdlib>

#include "formats/description_json.h"
#include "support/error.h"
#include "support/files.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;

FrameworkOptions framework_options() {
  const fs::path file = plugin_host::program_folder() / "framework.json";
  const auto parsed = nlohmann::json::parse(read_file(file, ErrorKind::plugin), nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded()) throw Error(ErrorKind::plugin, file.string() + ": is not JSON; rebuild Folio");
  return framework_options_from_json(parsed);
}

}  // namespace

Session open_session(const GlobalOptions& global, const fs::path& experiment) {
  plugin_host::Catalogue catalogue(plugin_host::usual_settings(global.plugin_path, experiment));
  experiment::Declarations declarations{catalogue.plugins(), framework_options(), {}, {}};
  for (const plugin_host::PluginProblem& problem : catalogue.problems())
    if (problem.fatal && problem.kind) declarations.unusable.push_back({*problem.kind, problem.id, problem.message});
  for (const fs::path& folder : catalogue.folders()) declarations.searched.push_back(folder.string());
  return {std::move(catalogue), std::move(declarations)};
}

std::vector<runs::PluginBuild> plugins_of(const nlohmann::json& resolved, const plugin_host::Catalogue& catalogue) {
  std::vector<runs::PluginBuild> builds;
  for (const PluginKind kind : {PluginKind::dataset, PluginKind::tokenizer, PluginKind::model}) {
    const std::string id = resolved.at(std::string(to_string(kind))).at("type");
    const PluginDescription& plugin = catalogue.require(kind, id);
    builds.push_back({std::string(to_string(kind)), id, plugin.version, plugin.library, plugin.library_hash});
  }
  return builds;
}

nlohmann::json job_request(const experiment::Experiment& experiment, const std::vector<runs::PluginBuild>& plugins) {
  return {{"resolved", experiment.resolved}, {"plugins", runs::to_json(plugins)}};
}

nlohmann::json job_request(const experiment::Experiment& experiment, const plugin_host::Catalogue& catalogue) {
  return job_request(experiment, plugins_of(experiment.resolved, catalogue));
}

fs::path worker_program() { return plugin_host::program_folder() / "folio-worker"; }

std::map<std::string, std::string> worker_environment(const fs::path& experiment) {
  std::map<std::string, std::string> environment;
  environment["FOLIO_EXPERIMENT_DIR"] =
      fs::absolute(experiment.empty() ? fs::path(".") : experiment).parent_path().string();
  // glibc hands large blocks back to the system when they are freed, and each step would have to fault them in anew.
  // Here everything comes from one heap of large pages that never shrinks.
  if (std::getenv("GLIBC_TUNABLES") == nullptr) {
    environment["GLIBC_TUNABLES"] =
        "glibc.malloc.mmap_max=0:glibc.malloc.top_pad=268435456:glibc.malloc.trim_threshold=1099511627776:"
        "glibc.malloc.hugetlb=1";
  }
  // At the end of each parallel loop libgomp's threads spin until the last one is there. Left alone it spins so long
  // that two runs on one machine wait for each other (docs/architecture.md has the figures).
  if (std::getenv("GOMP_SPINCOUNT") == nullptr && std::getenv("OMP_WAIT_POLICY") == nullptr)
    environment["GOMP_SPINCOUNT"] = "1000";
  return environment;
}

}  // namespace folio::cli
