#include "cli/session/run_session.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <iostream>
#include <optional>
#include <system_error>
#include <utility>
#include <variant>

#include "cli/session/interrupts.h"
#include "cli/session/results_store.h"
#include "cli/session/run_follower.h"
#include "cli/session/session.h"
#include "cli/session/worker_session.h"
#include "cli/view/live_view.h"
#include "formats/model_weights.h"
#include "runs/record/events.h"
#include "runs/record/run_lock.h"
#include "runs/report/model_card.h"
#include "support/human.h"
#include "support/machine/memory_limit.h"
#include "support/utf8.h"
#include "support/version.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;

/// The commit of the repository that the folder lies in; empty where there is none.
std::string git_commit(const fs::path& folder) {
  constexpr const char* kGit = "/usr/bin/git";
  if (!fs::exists(kGit)) return "";
  const ChildOutput git =
      run_child(kGit, {"-C", folder.empty() ? "." : folder.string(), "rev-parse", "HEAD"}, std::chrono::seconds(2));
  return git.status.success() ? git.output.substr(0, git.output.find('\n')) : "";
}

runs::NewRun make_run(const RunRequest& request, const fs::path& results_folder) {
  const experiment::Experiment& experiment = request.experiment;
  const std::string file = experiment.file.string();
  runs::RunInfo info;
  info.name = request.name.empty() ? experiment.name : request.name;
  info.command = {"runner", file};
  info.command.insert(info.command.end(), request.overrides.begin(), request.overrides.end());
  info.experiment_file = file;
  info.overrides = request.overrides;
  info.origins = experiment.origins;
  info.plugins = request.plugins;
  info.runner = this_process();
  info.folio_version = folio_version();
  info.git_commit = git_commit(experiment.file.parent_path());
  return runs::create_run(results_folder, std::move(info), experiment.source, experiment.resolved);
}

/// Whether somebody worked on the run since it was found to be at rest, which may have been while its lock was waited
/// for.
bool was_worked_on(const Resumption& resumption) {
  for (std::uint64_t offset = resumption.events_seen;;) {
    const runs::EventBatch batch = runs::read_events(resumption.folder.events(), offset);
    for (const runs::Event& event : batch.events)
      if (std::holds_alternative<runs::StateEvent>(event.what)) return true;
    if (!batch.more) return false;
    offset = batch.offset;
  }
}

/// Locks the run to be resumed, so that it is seen to be alive, and readies its folder.
runs::NewRun take_up(const Resumption& resumption) {
  runs::NewRun run{resumption.info, resumption.folder, {}};
  try {
    run.lock = runs::lock_run(resumption.folder);
  } catch (const Error& error) {
    throw NotResumed(ErrorKind::usage, fmt::format("run {} is not resumed: {}", run.info.id, error.what()));
  }
  if (was_worked_on(resumption))
    throw NotResumed(ErrorKind::usage, fmt::format("run {0} is not resumed: somebody else went on with it just now; "
                                                   "'runner show {0}' says how it ended",
                                                   run.info.id));
  runs::prepare_to_resume(run.folder);
  return run;
}

/// From a checkpoint.
bool goes_on(const RunRequest& request) { return request.resumption && !request.resumption->from.empty(); }

std::vector<std::string> train_arguments(const runs::NewRun& run, const RunRequest& request) {
  std::vector<std::string> arguments{"train", run.folder.path().string()};
  nlohmann::json told = nlohmann::json::object();
  if (goes_on(request))
    told["resume"] = {{"from", request.resumption->from},
                      {"accept_differences", request.resumption->accept_differences},
                      {"job", job_request(request.experiment, request.plugins)}};
  if (request.stop_after) told["stop_after"] = *request.stop_after;
  if (!told.empty()) arguments.push_back(told.dump());
  return arguments;
}

/// Throws what the worker finds wrong with the experiment before any data are read, so that no run is left that cannot
/// begin. All else that fails, as a plugin that crashes, fails again in the run, which records it.
void validate(const RunRequest& request) {
  std::string refused;
  run_worker(
      {.arguments = {"validate", job_request(request.experiment, request.plugins).dump()},
       .environment = worker_environment(request.experiment.file),
       .error_file = "/dev/null"},
      [&](const nlohmann::json& line) {
        if (line.contains("error") && line["error"].at("kind") == "experiment") refused = line["error"].at("message");
      },
      [] {});
  if (!refused.empty()) throw Error(ErrorKind::experiment, refused);
}

struct RunEnd {
  WorkerEnd worker;
  std::optional<runs::RunError> told;  ///< by the worker, which has recorded it too, unless that was impossible
  bool begun = true;                   ///< not where a run was to be resumed and was left as it was
  std::string waited_for = {};         ///< the plugin that did not come back when the run was asked to stop
};

/// Runs the worker on the run's folder, entering what it records into the store as it comes.
RunEnd work_on(const runs::NewRun& run, const RunRequest& request, const GlobalOptions& global) {
  LiveView view(request.quiet);
  RunFollower follower(global, run.info.id);
  std::optional<runs::RunError> told;
  bool begun = !goes_on(request);
  std::string waited_for;
  const WorkerEnd end = run_worker(
      {.arguments = train_arguments(run, request),
       .environment = worker_environment(request.experiment.file),
       .error_file = run.folder.log(),
       .inherited = run.lock.get()},
      [&](const nlohmann::json& line) {
        if (line.contains("error"))
          told = {error_kind_from_string(line["error"].at("kind").get<std::string>()), line["error"].at("message")};
        begun = begun || line.contains("resumed");
        if (line.contains("waits_for"))
          waited_for = line["waits_for"];
        else if (line.contains("step") || line.contains("stage"))
          waited_for.clear();  // it has come back
        view.show(line);
      },
      [&] {
        if (const auto warning = follower.take_warning()) view.show({{"warning", *warning}});
      });
  view.finish();
  return {end, std::move(told), begun, std::move(waited_for)};
}

/// The run's end, where its events themselves tell it.
std::optional<runs::RunState> recorded_end(const runs::NewRun& run) {
  std::optional<runs::RunState> end;
  runs::for_each_event(run.folder.events(), [&](const runs::Event& event) {
    const auto* state = std::get_if<runs::StateEvent>(&event.what);
    if (state != nullptr) end = runs::is_active(state->state) ? std::nullopt : std::optional(state->state);
  });
  return end;
}

/// What is told of a worker that was killed, where memory ran out or most likely did.
std::string lack_of_memory(std::int64_t kills_before) {
  constexpr double kMuch = 0.5;
  rusage children{};  // of the largest of them, which the worker is
  ::getrusage(RUSAGE_CHILDREN, &children);
  const double peak = 1024 * static_cast<double>(children.ru_maxrss);
  const MemoryLimit limit = memory_limit();
  const bool known = out_of_memory_kills() > kills_before;
  if (!known && peak < kMuch * limit.bytes) return "";
  return fmt::format(": {} memory ran out; it had taken up to {} of the {} that {} has. {}",
                     known ? "the system ended it because" : "most likely", human_bytes(peak), human_bytes(limit.bytes),
                     limit.whose, memory_advice());
}

/// What ended a worker that could not say so itself.
runs::RunError death_of(const WorkerEnd& end, const std::vector<runs::PluginBuild>& plugins,
                        std::int64_t kills_before) {
  if (end.status.signal == SIGKILL && end.lack_of_processor_time().empty())
    return {ErrorKind::run, "the worker " + end.status.to_text() + lack_of_memory(kills_before)};
  if (end.status.signal != 0 || end.told_end || end.could_not_load()) return {ErrorKind::run, end.to_text()};
  std::vector<std::string> names;
  for (const runs::PluginBuild& plugin : plugins)
    names.push_back(fmt::format("{} plugin '{}'", plugin.kind, plugin.id));
  return {ErrorKind::plugin, fmt::format("the worker {} before its work was done; only code of a plugin ends it so: {}",
                                         end.status.to_text(), fmt::join(names, ", or "))};
}

/// Where somebody took the folder away there is nothing left to write to.
void require_folder(const runs::NewRun& run) {
  if (fs::exists(run.folder.info())) return;
  const bool all = !fs::exists(run.folder.path());
  throw Error(ErrorKind::run, fmt::format("run {} was stopped: {} was removed while it was at work, and {}",
                                          run.info.id, (all ? run.folder.path() : run.folder.info()).string(),
                                          all ? "what was not moved elsewhere with it is lost"
                                              : "what is left in its folder is no run"));
}

void record_failure(const runs::NewRun& run, const runs::RunError& error) {
  try {
    runs::EventWriter(run.folder.events()).failed(error.kind, error.message);
  } catch (const Error& unrecorded) {
    throw Error(error.kind, fmt::format("run {}: {}\nThat could not be recorded in the run: {}", run.info.id,
                                        error.message, unrecorded.what()));
  }
}

/// Why a run goes on no more than before; it is left as it was.
[[noreturn]] void throw_not_resumed(const runs::NewRun& run, const RunEnd& end, std::int64_t kills_before) {
  runs::remove_left_over(run.folder);
  if (end.worker.by_a_person())
    throw NotResumed(ErrorKind::interrupted, "the run had not gone on yet, and is as it was");
  const runs::RunError error = end.told.value_or(death_of(end.worker, run.info.plugins, kills_before));
  throw NotResumed(error.kind, fmt::format("run {} is not resumed: {}", run.info.id, error.message));
}

/// How a run that a person stopped ended. One that was killed while a plugin was waited for has that as its reason.
void record_interruption(const runs::NewRun& run, const RunEnd& end) {
  std::optional<runs::RunError> because;
  if (!end.waited_for.empty() && end.worker.status.signal == SIGKILL)
    because = {ErrorKind::plugin,
               end.waited_for + " did not come back when the run was asked to stop, so it was killed"};
  runs::EventWriter(run.folder.events()).interrupted(because);
}

/// Trains, and writes down how that ended where the worker could not: it may have been killed, or out of memory. Nobody
/// else writes to the events by then. One that a person stopped, be it before it knew what to do then, was interrupted.
void train(const runs::NewRun& run, const RunRequest& request, const GlobalOptions& global) {
  const std::int64_t kills_before = out_of_memory_kills();
  try {
    const RunEnd end = work_on(run, request, global);
    require_folder(run);
    if (!end.begun) throw_not_resumed(run, end, kills_before);
    const auto recorded = recorded_end(run);
    // That it finished may itself be what did not reach the disk.
    if (recorded && !(end.told && *recorded == runs::RunState::finished)) return;
    if (end.worker.by_a_person()) return record_interruption(run, end);
    record_failure(run, end.told.value_or(death_of(end.worker, run.info.plugins, kills_before)));
  } catch (const NotResumed&) {
    throw;
  } catch (const Error& error) {  // it could not even be started
    require_folder(run);
    if (recorded_end(run)) throw;
    if (error.kind() == ErrorKind::interrupted) return runs::EventWriter(run.folder.events()).interrupted();
    record_failure(run, {error.kind(), error.what()});
  }
}

/// Beside the run's model, where there is one. A run is what it is without it.
void add_model_card(const runs::Run& run) {
  std::error_code error;
  if (!fs::is_regular_file(run.folder.model() / kWeightsFile, error)) return;
  try {
    runs::write_model_card(run, run.folder.model());
  } catch (const Error& unwritten) {
    fmt::print(std::cerr, "warning: {}\n", one_message(unwritten.what()));
  }
}

/// The run as the store has it. For a first run that has to be made, since there was no folder to keep it in; also
/// where somebody removed it meanwhile.
runs::Run entered(const std::string& id, const GlobalOptions& global, runs::Store& store) {
  const auto enter = [&](runs::Store& into) {
    into.sync_run(id);
    return into.load(id);
  };
  try {
    if (!store.in_memory()) return enter(store);
  } catch (const runs::StoreMovedError&) {
    // It is opened anew below.
  }
  runs::Store now = store_of(global);
  return enter(now);
}

}  // namespace

runs::Run run_to_end(const RunRequest& request, const GlobalOptions& global, runs::Store& store) {
  const HangupScope outlives_its_terminal;
  InterruptScope interrupts;
  constexpr const char* kNotBegun = "the run had not begun, and nothing of it is kept";
  validate(request);
  throw_if_interrupted(kNotBegun);
  runs::NewRun run = request.resumption ? take_up(*request.resumption) : make_run(request, global.results);
  if (request.begun) request.begun(run.info);
  if (!request.quiet && !request.stop_after)
    fmt::print(std::cerr, "{} {} of {} ({})\n", goes_on(request) ? "Resuming run" : "Run", run.info.id, run.info.name,
               without_controls(request.experiment.file.string()));
  train(run, request, global);
  run.lock.reset();
  try {
    const runs::Run ended = entered(run.info.id, global, store);
    add_model_card(ended);
    return ended;
  } catch (const Error& error) {
    runs::Store of_this_run = runs::Store::in_memory_of(global.results);
    of_this_run.sync_run(run.info.id);
    const runs::Run ended = of_this_run.load(run.info.id);
    add_model_card(ended);
    const bool whole = ended.summary.state == runs::RunState::finished;
    fmt::print(std::cerr, "warning: {}\n{} is in {}; the next command that reaches the store will enter it.\n",
               one_message(error.what()), whole ? "The complete run" : "What there is of the run",
               run.folder.path().string());
    return ended;
  }
}

}  // namespace folio::cli
