#include "cli/session/resumption.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>

#include "cli/session/session.h"
#include "formats/checkpoint_manifest.h"
#include "support/error.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;

/// As a run records the path of its experiment.
std::string recorded(const fs::path& path) { return fs::absolute(path).lexically_normal().string(); }

std::string checkpoint_from(const std::string& from, const runs::RunFolder& folder) {
  if (from == "auto" || from == "last") return "last";
  return from == "best" ? from : checkpoint_of(from, folder, {"last", "best"}).string();
}

/// Why the training of the run cannot be taken up; empty where it can.
std::string obstacle_to_training(const runs::Run& run) {
  const std::string& id = run.summary.id;
  if (!run.summary.other_folder.empty())
    return fmt::format("run {} is in {}: it can be trained there", id, run.summary.other_folder);
  if (runs::is_active(run.summary.state)) return fmt::format("run {} is at work: 'runner stop {}' ends it", id, id);
  if (runs::is_baseline(run.summary) || run.info.imported)
    return fmt::format("run {} is not one of Folio's own, and cannot be trained here", id);
  return "";
}

/// Why the run cannot go on; empty where it can.
std::string obstacle(const runs::Run& run) {
  const std::string& id = run.summary.id;
  if (std::string why = obstacle_to_training(run); !why.empty()) return why;
  if (checkpoints_in(run.folder.checkpoints()).empty())
    return fmt::format(
        "run {} has saved no checkpoint to resume from: it ended before one was saved "
        "(training.save_strategy, training.save_steps)",
        id);
  return "";
}

bool same_builds(const std::vector<runs::PluginBuild>& a, const std::vector<runs::PluginBuild>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const runs::PluginBuild& left, const runs::PluginBuild& right) {
                      return left.kind == right.kind && left.id == right.id && left.library_hash == right.library_hash;
                    });
}

}  // namespace

fs::path checkpoint_of(const std::string& from, const runs::RunFolder& folder, std::vector<std::string> also) {
  std::error_code error;
  if (fs::is_directory(from, error)) return recorded(from);
  if (fs::is_directory(folder.checkpoints() / from, error)) return recorded(folder.checkpoints() / from);
  for (const CheckpointFolder& saved : checkpoints_in(folder.checkpoints()))
    also.push_back(saved.path.filename().string());
  also.push_back("the folder of a checkpoint");
  throw Error(ErrorKind::usage,
              fmt::format("'{}' is no checkpoint to go on from: expected {}", from, fmt::join(also, ", ")));
}

void require_trainable(const runs::Run& run) {
  if (const std::string problem = obstacle_to_training(run); !problem.empty()) throw Error(ErrorKind::usage, problem);
}

Resumption to_go_on(const runs::Run& run, const ResumeChoice& choice) {
  std::error_code error;
  const std::uintmax_t events = fs::file_size(run.folder.events(), error);
  return {run.info, run.folder, checkpoint_from(choice.from, run.folder), choice.accept_differences,
          error ? 0 : static_cast<std::uint64_t>(events)};
}

std::optional<Resumption> resumption_of(const fs::path& experiment, const ResumeChoice& choice, runs::Store& store) {
  const std::string file = recorded(experiment);
  std::string why, finished;
  for (const runs::RunSummary& summary : store.list()) {
    if (summary.experiment_file != file) continue;
    if (summary.state == runs::RunState::finished) {
      if (finished.empty()) finished = summary.id;
      continue;
    }
    const runs::Run run = store.load(summary.id);
    const std::string problem = obstacle(run);
    if (runs::is_active(summary.state)) throw Error(ErrorKind::usage, problem);  // a second one would do the same again
    if (problem.empty()) return to_go_on(run, choice);
    if (why.empty()) why = problem;
  }
  if (choice.from == "auto") return std::nullopt;
  if (why.empty()) why = fmt::format("there is no run of {} that has not finished", file);
  if (!finished.empty())
    why += fmt::format("; to make the newest longer that has: runner resume {} training.max_steps=N", finished);
  throw Error(ErrorKind::usage, why);
}

std::optional<runs::Run> equal_run(const RunRequest& request, bool finished, runs::Store& store) {
  const std::string& name = request.name.empty() ? request.experiment.name : request.name;
  for (const runs::RunSummary& summary : store.list()) {
    const bool is_finished = summary.state == runs::RunState::finished;
    if (is_finished != finished || summary.name != name || runs::is_baseline(summary)) continue;
    runs::Run run = store.load(summary.id);
    if (run.settings == request.experiment.resolved && same_builds(run.info.plugins, request.plugins) &&
        (finished || obstacle(run).empty()))
      return run;
  }
  return std::nullopt;
}

RunRequest request_to_resume(const runs::Run& run, const std::vector<std::string>& overrides,
                             const ResumeChoice& choice, const GlobalOptions& global) {
  if (const std::string problem = obstacle(run); !problem.empty()) throw Error(ErrorKind::usage, problem);
  if (run.summary.state == runs::RunState::finished && overrides.empty())
    throw Error(ErrorKind::usage,
                fmt::format("run {0} has finished; to make it longer: runner resume {0} training.max_steps=N (or "
                            "training.num_train_epochs=N)",
                            run.summary.id));
  const fs::path original = run.info.experiment_file, recorded_settings = run.folder.resolved();
  std::error_code error;
  const Session session = open_session(global, fs::exists(original, error) ? original : recorded_settings, overrides);
  RunRequest request{.experiment = experiment::load_experiment(recorded_settings, overrides, session.declarations),
                     .overrides = overrides};
  request.experiment.file = original;  // beside which relative paths lie
  request.plugins = plugins_of(request.experiment.resolved, session.catalogue);
  request.resumption = to_go_on(run, choice);
  return request;
}

}  // namespace folio::cli
