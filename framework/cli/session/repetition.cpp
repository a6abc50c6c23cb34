#include "cli/session/repetition.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <limits>
#include <map>
#include <set>
#include <system_error>
#include <vector>

#include "cli/session/resumption.h"
#include "cli/session/run_session.h"
#include "cli/session/session.h"
#include "formats/adapter_config.h"
#include "formats/checkpoint_manifest.h"
#include "formats/model_weights.h"
#include "runs/record/json_values.h"
#include "runs/store/store.h"
#include "support/atomic_folder.h"
#include "support/human.h"
#include "support/sha256.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The sessions that were resumed behind step `after` of the run as it counts, the earliest first.
std::vector<json> sessions_behind(const runs::Run& run, std::int64_t after) {
  std::vector<json> sessions(run.sessions.begin(), run.sessions.end());
  const auto earlier = std::find_if(sessions.rbegin(), sessions.rend(),
                                    [&](const json& session) { return session.at("step") <= after; });
  sessions.erase(sessions.begin(), earlier.base());
  return sessions;
}

/// The settings that the steps behind `after` had, with the precision that `auto` came to where no checkpoint says it.
json settings_behind(const runs::Run& run, std::int64_t after) {
  json settings = run.settings;
  const std::vector<json> later = sessions_behind(run, after);
  for (auto session = later.rbegin(); session != later.rend(); ++session) {
    for (const auto& [key, values] : session->at("changes").items()) {
      std::string pointer = "/" + key;
      std::replace(pointer.begin(), pointer.end(), '.', '/');
      settings[json::json_pointer(pointer)] = values.at(0);
    }
  }
  const json precision = runs::value_at(run.environment, "/precision");
  if (after == 0 && precision.is_string() && settings.contains("training"))
    settings["training"]["precision"] = precision;
  return settings;
}

/// The step that the run as it counts came to.
std::int64_t last_step(const runs::Run& run) {
  if (const auto steps = runs::metric_of(run, "global_step")) return std::llround(*steps);
  std::int64_t last = 0;
  for (const std::int64_t step : runs::logged_steps(run, 0)) last = std::max(last, step);
  for (const CheckpointFolder& saved : checkpoints_in(run.folder.checkpoints())) last = std::max(last, saved.step);
  return last;
}

/// The folder of a checkpoint of this run; empty where none is asked for.
fs::path own_checkpoint(const runs::Run& run, const std::string& from) {
  if (from.empty()) return {};
  const fs::path checkpoint = checkpoint_of(from, run.folder);
  std::error_code error;
  for (const CheckpointFolder& saved : checkpoints_in(run.folder.checkpoints()))
    if (fs::equivalent(saved.path, checkpoint, error)) return saved.path;
  throw Error(ErrorKind::usage, fmt::format("{} is no checkpoint of run {}, whose own are in {}", checkpoint.string(),
                                            run.summary.id, run.folder.checkpoints().string()));
}

/// Where the run's record has something to compare, the first such step behind `after`.
std::int64_t first_recorded(const runs::Run& run, std::int64_t after) {
  std::error_code error;
  if (fs::exists(run.folder.trace(), error)) return after + 1;
  const std::vector<std::int64_t> logged = runs::logged_steps(run, after);
  return logged.empty() ? std::numeric_limits<std::int64_t>::max() : logged.front();
}

/// To which step the run is repeated.
std::int64_t target_of(const runs::Run& run, std::int64_t after, const std::optional<std::int64_t>& steps) {
  constexpr std::int64_t kFew = 20;
  const std::string& id = run.summary.id;
  const std::int64_t end = last_step(run);
  if (end <= after)
    throw Error(ErrorKind::usage, after == 0 ? fmt::format("run {} has recorded no step that could be repeated", id)
                                             : fmt::format("run {} has done no step after step {}", id, after));
  std::int64_t limit = end;
  std::string why = fmt::format("run {} has done {} steps", id, with_commas(end));
  for (const json& session : sessions_behind(run, after)) {
    if (session.at("changes").empty() && session.at("differences").empty()) continue;
    if (session.at("step") >= limit) continue;
    limit = session.at("step");
    why = fmt::format("run {} went on otherwise after step {}: 'runner show {}' says how", id, with_commas(limit), id);
  }
  std::set<std::int64_t> saved;
  for (const CheckpointFolder& checkpoint : checkpoints_in(run.folder.checkpoints()))
    if (checkpoint.step > after) saved.insert(checkpoint.step);
  std::error_code error;
  if (fs::is_directory(run.folder.model(), error)) saved.insert(end);
  const std::int64_t logged = first_recorded(run, after);
  if (!steps) {
    const std::int64_t wanted =
        !saved.empty() && *saved.begin() < end ? *saved.begin() : std::max(after + kFew, logged);
    return std::min(limit, wanted);
  }
  if (*steps > limit - after)
    throw Error(ErrorKind::usage, fmt::format("--steps {}: {}, which leaves {} after step {}", *steps, why,
                                              with_commas(limit - after), with_commas(after)));
  const std::int64_t first = saved.empty() ? logged : std::min(logged, *saved.begin());
  if (after + *steps < logged && !saved.contains(after + *steps))
    throw Error(ErrorKind::usage,
                fmt::format("--steps {}: run {} has recorded nothing of steps {} to {} that could be compared; the "
                            "first that it has is of step {} (--steps {})",
                            *steps, id, with_commas(after + 1), with_commas(after + *steps), with_commas(first),
                            first - after));
  return after + *steps;
}

/// That of the weights, and of what training needs beside them. Throws Error (run) where the checkpoint is not whole.
std::map<std::string, std::string> hashes_of(const fs::path& checkpoint) {
  std::map<std::string, std::string> hashes;
  for (const auto& [name, file] : verify_checkpoint(checkpoint).files)
    if (name.ends_with(".safetensors")) hashes[name] = file.sha256;
  return hashes;
}

/// What both runs have on the disk of step `last`.
std::vector<runs::RecordedPair> files_of(const runs::Run& run, const runs::Run& again, std::int64_t last) {
  std::vector<runs::RecordedPair> files;
  std::error_code error;
  const fs::path saved = checkpoint_path(run.folder.checkpoints(), last);
  if (fs::is_directory(saved, error)) {
    const auto then = hashes_of(saved), now = hashes_of(checkpoint_path(again.folder.checkpoints(), last));
    for (const auto& [name, hash] : then)
      files.push_back({saved.filename().string() + "/" + name, hash, now.contains(name) ? now.at(name) : "nothing"});
  }
  // The model of a run's end, unless that is the best of an earlier step.
  const auto best = runs::metric_of(run, "best_step");
  const bool of_last_step = runs::metric_of(run, "global_step") == static_cast<double>(last) &&
                            (!best || runs::value_at(run.settings, "/training/load_best_model_at_end") != json(true) ||
                             *best == static_cast<double>(last));
  if (!of_last_step) return files;
  for (const char* name : {kWeightsFile, kAdapterWeightsFile}) {
    const fs::path then = run.folder.model() / name, now = again.folder.model() / name;
    if (fs::is_regular_file(then, error) && fs::is_regular_file(now, error))
      files.push_back({std::string("model/") + name, sha256_file(then), sha256_file(now)});
  }
  return files;
}

/// Throws Error where the repetition did not come to its last step.
void require_done(const runs::Run& run, const runs::Run& again, std::int64_t last) {
  if (last_step(again) >= last) return;
  if (again.summary.state == runs::RunState::interrupted)
    throw Error(ErrorKind::interrupted, fmt::format("the repetition was stopped before step {}, and nothing is said of "
                                                    "the run",
                                                    with_commas(last)));
  const auto error = again.summary.error.value_or(runs::RunError{});
  throw Error(error.kind, fmt::format("run {} was not repeated to step {}: {}", run.summary.id, with_commas(last),
                                      error.message.empty() ? "it ended before" : error.message));
}

}  // namespace

runs::Repetition repeat_run(const runs::Run& run, const RepetitionRequest& request, const GlobalOptions& global) {
  require_trainable(run);
  const fs::path checkpoint = own_checkpoint(run, request.from);
  const std::int64_t after = checkpoint.empty() ? 0 : verify_checkpoint(checkpoint).step;
  const std::int64_t last = target_of(run, after, request.steps);
  if (!request.quiet)
    fmt::print(std::cerr, "Repeating steps {} to {} of run {}\n", with_commas(after + 1), with_commas(last),
               run.summary.id);

  const AtomicFolder scratch(global.results / "repetition");  // never put in place, so gone with this scope
  GlobalOptions there = global;
  there.results = scratch.path();
  there.store.clear();
  const fs::path original = run.info.experiment_file;
  std::error_code error;
  const Session session = open_session(global, fs::exists(original, error) ? original : run.folder.resolved());
  runs::RunInfo info = run.info;
  const json settings = settings_behind(run, after);
  info.plugins = plugins_of(settings, session.catalogue);
  runs::NewRun repetition = runs::create_run(there.results, info, "", settings);
  repetition.lock.reset();

  RunRequest repeat{.experiment = experiment::load_experiment(repetition.folder.resolved(), {}, session.declarations)};
  repeat.experiment.file = original;  // beside which relative paths lie
  repeat.plugins = info.plugins;
  repeat.resumption = Resumption{repetition.info, repetition.folder, checkpoint.string(), /*accept_differences=*/true};
  repeat.stop_after = last;
  repeat.quiet = request.quiet;
  runs::Store store = runs::Store::in_memory_of(there.results);
  const runs::Run again = run_to_end(repeat, there, store);
  require_done(run, again, last);
  runs::Repetition found = runs::compare_repetition(run, again, after, last, files_of(run, again, last));
  if (!found.compared_something())
    throw Error(
        ErrorKind::usage,
        fmt::format("run {} has recorded nothing of steps {} to {} that could be compared (training.logging_steps, "
                    "training.save_steps, training.trace)",
                    run.summary.id, with_commas(after + 1), with_commas(last)));
  return found;
}

}  // namespace folio::cli
