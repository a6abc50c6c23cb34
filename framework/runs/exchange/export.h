#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "runs/record/run.h"

/// A run in the formats of other programs.
namespace folio::runs {

struct LoggedPoint {
  double value = 0;
  double time = 0;  ///< seconds since 1970; 0 where it is not known
};

/// By metric and step; `epoch` is a metric too.
using LoggedSeries = std::map<std::string, std::map<std::int64_t, LoggedPoint>>;

/// All points of the run's events.jsonl; of a step that was logged again, the later. Throws as read_events() does.
LoggedSeries read_series(const RunFolder& folder);

/// Each throws Error (store) when `to` is there already or cannot be written.

/// A row for each logged step, a column for each metric; numbers in full, NaN and infinities as nan, inf, -inf.
void export_csv(const Run& run, const std::filesystem::path& to);

/// What `show --json` prints, and "points": {"loss": [[step, value], ...]}; import_runs() reads it.
void export_json(const Run& run, const std::filesystem::path& to);

/// A copy of the run's folder, which import_runs() of another results folder takes.
void export_folder(const Run& run, const std::filesystem::path& to);

/// A folder with one file of TensorBoard's events; a scalar for each point, in single precision as TensorBoard has it.
void export_tensorboard(const Run& run, const std::filesystem::path& to);

}  // namespace folio::runs
