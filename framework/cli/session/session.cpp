#include "cli/session/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include "cli/session/model_of_run.h"
#include "cli/session/sweep.h"
#include "formats/description_json.h"
#include "plugin_host/place_trust.h"
#include "plugin_host/plugin_lock.h"
#include "support/error.h"
#include "support/files.h"
#include "support/sha256.h"
#include "support/utf8.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;

FrameworkOptions framework_options() {
  const fs::path file = plugin_host::program_folder() / "framework.json";
  const auto parsed = nlohmann::json::parse(read_file(file, ErrorKind::plugin), nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded()) throw Error(ErrorKind::plugin, file.string() + ": is not JSON; rebuild Folio");
  return framework_options_from_json(parsed);
}

/// Those overrides that may choose a plugin: "model=gpt", "dataset.type=jsonl", "model={type: gpt}".
std::vector<std::string> choosing(const std::vector<std::string>& overrides) {
  std::vector<std::string> result;
  for (const std::string& text : overrides) {
    const std::string key = text.substr(0, text.find('='));
    for (const std::string_view section : {"dataset", "tokenizer", "model"})
      if (key.find(section) != std::string::npos && (key.ends_with(section) || key.ends_with(".type")))
        result.push_back(text);
  }
  return result;
}

/// What the experiment names, over all values of its overrides.
std::vector<plugin_host::NamedPlugin> named_plugins(const fs::path& experiment,
                                                    const std::vector<std::string>& overrides) {
  std::error_code error;
  if (experiment.empty() || !fs::is_directory(plugin_host::folder_beside(experiment), error)) return {};
  std::vector<std::vector<std::string>> all{overrides};
  const std::vector<std::string> choices = choosing(overrides);
  try {
    const auto combined = combinations(choices);
    all.insert(all.end(), combined.begin(), combined.end());
  } catch (const Error&) {  // no list of values
  }
  std::vector<plugin_host::NamedPlugin> named;
  for (const std::vector<std::string>& combination : all)
    for (auto& [kind, id] : experiment::plugins_named(experiment, combination)) named.push_back({kind, std::move(id)});
  return named;
}

}  // namespace

Session open_session(const GlobalOptions& global, const fs::path& experiment,
                     const std::vector<std::string>& overrides) {
  plugin_host::Catalogue catalogue(
      plugin_host::usual_settings(global.plugin_path, experiment, named_plugins(experiment, overrides)));
  experiment::Declarations declarations{catalogue.plugins(), framework_options(), {}, {}, {}, {}};
  for (const plugin_host::PluginProblem& problem : catalogue.problems())
    if (problem.fatal && problem.kind) declarations.unusable.push_back({*problem.kind, problem.id, problem.message});
  declarations.problem_with = [problems = catalogue.problems()](PluginKind kind, const std::string& id) {
    const auto found = std::find_if(problems.begin(), problems.end(), [&](const plugin_host::PluginProblem& problem) {
      return problem.is_about(kind, id);
    });
    return found == problems.end() ? std::string() : found->message;
  };
  declarations.model_of_run = [global](const std::string& run) { return model_of_run(run, global); };
  for (const fs::path& folder : catalogue.folders()) declarations.searched.push_back(folder.string());
  return {std::move(catalogue), std::move(declarations)};
}

void require_trusted(const runs::PluginBuild& plugin, const GlobalOptions& global) {
  const fs::path library = plugin.library;
  const auto refuse = [&](const std::string& reason) {
    throw Error(ErrorKind::plugin,
                fmt::format("{} plugin '{}': {}: is not loaded: {}", plugin.kind, plugin.id, plugin.library, reason));
  };
  std::error_code error;
  if (!library.is_absolute() || !fs::exists(library, error)) return;  // the worker says so
  const plugin_host::PluginLock lock(plugin_host::plugin_lock_file());
  if (const auto locked = lock.hash_of(library)) {
    const std::string hash = sha256_file(library);
    if (*locked == hash) return;
    refuse(
        fmt::format("it has changed since it was trusted: expected SHA-256 {}, found {}; if the change is yours: "
                    "runner plugins trust '{}'",
                    *locked, hash, plugin.library));
  }
  const std::string advice = fmt::format("; to trust the file as it is: runner plugins trust '{}'", plugin.library);
  const fs::path real = fs::weakly_canonical(library, error), results = fs::weakly_canonical(global.results, error);
  if (!global.results.empty() &&
      std::mismatch(results.begin(), results.end(), real.begin(), real.end()).first == results.end())
    refuse("it lies in the results folder, which may hold runs of strangers" + advice);
  if (const auto problem = plugin_host::problem_with_place(library, library.parent_path())) refuse(*problem + advice);
}

std::vector<runs::PluginBuild> plugins_of(const nlohmann::json& resolved, const plugin_host::Catalogue& catalogue) {
  std::vector<runs::PluginBuild> builds;
  for (const PluginKind kind : {PluginKind::dataset, PluginKind::tokenizer, PluginKind::model}) {
    const std::string section(to_string(kind));
    if (!resolved.contains(section)) continue;
    const std::string id = resolved[section].at("type");
    const PluginDescription& plugin = catalogue.require(kind, id);
    if (first_invalid_utf8(plugin.library))
      throw Error(ErrorKind::plugin, plugin.library + ": its path is not UTF-8, which a run cannot record; move it");
    builds.push_back({section, id, plugin.version, plugin.library, plugin.library_hash});
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
  std::string own;  // what is not the user's: the worker records that
  if (std::getenv("GLIBC_TUNABLES") == nullptr) {
    own = "GLIBC_TUNABLES";
    environment["GLIBC_TUNABLES"] =
        "glibc.malloc.mmap_max=0:glibc.malloc.top_pad=268435456:glibc.malloc.trim_threshold=1099511627776:"
        "glibc.malloc.hugetlb=1";
  }
  // At the end of each parallel loop libgomp's threads spin until the last one is there. Left alone it spins so long
  // that two runs on one machine wait for each other (docs/architecture.md has the figures).
  if (std::getenv("GOMP_SPINCOUNT") == nullptr && std::getenv("OMP_WAIT_POLICY") == nullptr) {
    own += ":GOMP_SPINCOUNT";
    environment["GOMP_SPINCOUNT"] = "1000";
  }
  environment["FOLIO_OWN_VARIABLES"] = own;
  return environment;
}

}  // namespace folio::cli
