#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "runs/exchange/import.h"
#include "runs/record/events.h"
#include "runs/record/run.h"
#include "runs/record/run_folder.h"

namespace folio::runs {

/// A run that is being put together from another program's files.
class ImportedRun {
 public:
  /// `format` as ImportReport has it. The run is called as the file or folder that it is read from, a whole path.
  ImportedRun(std::string format, const std::filesystem::path& source);

  RunInfo info;
  nlohmann::json settings = nlohmann::json::object();
  ImportReport report;

  void facts(const nlohmann::json& values);
  /// `epoch` among the metrics says where the step stands; without it that is 0. `time` in seconds since 1970.
  void points(std::int64_t step, std::map<std::string, double> metrics, std::optional<double> time = std::nullopt);
  void summary(const std::map<std::string, double>& metrics);
  void ended(RunState state, const std::string& reason = "");

  /// Makes the run. Throws as create_run() does.
  ImportReport write(const std::filesystem::path& results);

 private:
  void add(const Event& event);

  std::string events_;
};

/// The file's JSON, with NaN, Infinity and -Infinity, which Python writes bare, as texts of the same letters. Throws
/// Error (store) naming the file.
nlohmann::json read_python_json(const std::filesystem::path& file);

/// A number, or one of those texts; none for anything else.
std::optional<double> number_in(const nlohmann::json& value);

/// Each reads one format; see import_runs(). They return nothing where the path is not of their format.
std::vector<ImportedRun> import_trainer(const std::filesystem::path& path);
std::vector<ImportedRun> import_tensorboard(const std::filesystem::path& path);
std::vector<ImportedRun> import_mlflow(const std::filesystem::path& path);
std::vector<ImportedRun> import_json(const std::filesystem::path& path);

}  // namespace folio::runs
