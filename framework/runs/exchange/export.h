#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "runs/record/events.h"
#include "runs/record/run.h"

/// Runs in the formats of other programs.
namespace folio::runs {

struct LoggedPoint {
  double value = 0;
  double time = 0;  ///< seconds since 1970; 0 where it is not known
};

/// By metric and step; `epoch` is a metric too.
using LoggedSeries = std::map<std::string, std::map<std::int64_t, LoggedPoint>>;

/// All points of the run's events.jsonl; of a step that was logged again, the later. Throws as read_events() does.
LoggedSeries read_series(const RunFolder& folder);

/// Adds an event's points over those of the same step.
void add_points(LoggedSeries& series, const PointsEvent& event, std::optional<double> time);

/// Each throws Error (store) when `to` is there already or cannot be written. Those that write a file write to standard
/// output where `to` is "-".

/// A row for each logged step, a column for each metric; of several runs with the run's id first. Numbers in full, NaN
/// and infinities as nan, inf, -inf.
void export_csv(std::span<const Run> runs, const std::filesystem::path& to);

/// A row for each point: run, step, metric, value; by run, metric and step. Numbers as export_csv() has them.
void export_points_csv(std::span<const Run> runs, const std::filesystem::path& to);

/// The same table as Apache Parquet: run and metric are texts, step is a 64-bit integer, value a double.
void export_parquet(std::span<const Run> runs, const std::filesystem::path& to);

/// What `show --json` prints, and "points": {"loss": [[step, value], ...]}, "times": [[step, seconds since 1970], ...]
/// and "experiment", the experiment file's text; of several runs {"runs": [...]}. import_runs() reads it.
void export_json(std::span<const Run> runs, const std::filesystem::path& to);

/// A copy of the run's folder, which import_runs() of another results folder takes; of several runs a folder with one
/// for each, called as its id.
void export_folder(std::span<const Run> runs, const std::filesystem::path& to);

/// A folder with one file of TensorBoard's events; a scalar for each point, in single precision as TensorBoard has it.
/// Of several runs a folder with one for each.
void export_tensorboard(std::span<const Run> runs, const std::filesystem::path& to);

/// The run's id as the name of a file or folder.
std::string file_name_of(const Run& run);

}  // namespace folio::runs
