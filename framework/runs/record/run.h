#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runs/record/run_folder.h"
#include "support/error.h"

namespace folio::runs {

enum class RunState {
  created,      ///< its folder is there, its worker has not begun
  running,      ///< its worker is at it
  finished,     ///< it came to its end
  interrupted,  ///< it was stopped, and saved what it had
  failed,       ///< it ended with an error, or its process is gone
};

std::string_view to_string(RunState state);
/// Of all states.
std::vector<std::string> run_state_names();
/// Throws Error (store) when there is no state of that name.
RunState run_state_from_string(std::string_view name);

/// Whether a process may still be working on a run in this state.
bool is_active(RunState state);

/// Why a run failed.
struct RunError {
  ErrorKind kind = ErrorKind::run;
  std::string message;
};

/// What a list of runs shows of one.
struct RunSummary {
  std::string id;
  std::string name;
  std::string created;  ///< ISO 8601 in UTC; empty where it is not known
  std::string experiment_file;
  std::string model;  ///< the plugin's id
  RunState state = RunState::created;
  std::optional<RunError> error;
  std::set<std::string> tags;  ///< given by a person
  std::string note;            ///< what a reader should know of this run
  /// The host that the run's process is on, where that is another one and the run is active: its state is what it was
  /// last heard to be. Else empty.
  std::string elsewhere;
  /// Where its folder is ("node7:/data/results/runs/3fa9b2c1"), for a run of a shared store that lies in another
  /// results folder; else empty.
  std::string other_folder;
  /// Final values: of the run's summary, else of the last point.
  std::map<std::string, double> metrics;
};

/// A run folder that cannot be read, and so is not among the runs.
struct UnreadRun {
  std::string id;       ///< its folder's name
  std::string message;  ///< why, in one line that names the file
};

/// "good, long".
std::string tags_text(const std::set<std::string>& tags);

/// Whether the run is one of those that come with Folio ("baseline/...").
bool is_baseline(const RunSummary& run);

/// The last text that a model made during its run.
struct Sample {
  std::int64_t step = 0;
  std::string prompt;
  std::string text;
};

/// A value of one metric.
struct Point {
  std::int64_t step = 0;
  double value = 0;
};

/// All that is known of one run but its points.
struct Run {
  RunSummary summary;
  RunInfo info;
  RunFolder folder{""};
  nlohmann::json settings;     ///< the resolved experiment
  nlohmann::json facts;        ///< an object, as the run tells it; facts_from_json() reads what Folio knows of it
  nlohmann::json environment;  ///< an object; see EnvironmentEvent
  /// A list; of each time that the run was resumed an object with "step", "differences" and "changes" (ResumedEvent).
  nlohmann::json sessions = nlohmann::json::array();
  std::optional<Sample> sample;
  std::int64_t skipped_lines = 0;  ///< lines of events.jsonl that could not be read
};

/// Throws Error (usage) for a run that lies in another results folder: only from there it can be changed.
void require_own(const RunSummary& run);

/// Throws Error (usage) where the run's folder cannot be read from here, because it is on another machine.
void require_folder(const Run& run);

/// The run's final value of a metric, if it has one.
std::optional<double> metric_of(const Run& run, const std::string& name);

/// The settings by dotted key ("model.hidden_size"); lists stay whole. `name` and `description`, which change nothing,
/// are left out.
std::map<std::string, nlohmann::json> flat_settings(const nlohmann::json& settings);

/// A value as a person reads it, in one line: text without quotes, lists as [a, b], an object that has a name by that,
/// numbers as they are, whole ones without a point.
std::string value_text(const nlohmann::json& value);

}  // namespace folio::runs
