#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runs/exchange/imported_run.h"

/// What MLflow's two stores have in common.
namespace folio::runs {

/// A run as MLflow keeps it.
struct MlflowRun {
  struct Value {
    std::int64_t step = 0;
    std::int64_t time_ms = 0;
    double value = 0;
  };

  std::string id;
  std::string name;
  std::string status;      ///< "RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"
  std::string experiment;  ///< its name
  std::optional<std::int64_t> start_ms, end_ms;
  std::map<std::string, std::string> params, tags;
  std::map<std::string, std::vector<Value>> metrics;  ///< in the order in which they were logged
  std::vector<std::string> unread;
};

/// `place` is where it was found, for the note and for a run without a name.
ImportedRun imported(const MlflowRun& run, const std::filesystem::path& place);

/// A store in an SQLite file: mlflow.db, the default since MLflow 3.7. Nothing where the file is none of SQLite; throws
/// Error (store) where it is one of SQLite and none of MLflow's, or is damaged.
FoundRuns import_mlflow_database(const std::filesystem::path& file);

}  // namespace folio::runs
