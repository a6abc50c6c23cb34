#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "results/import.h"
#include "results/run.h"
#include "results/run_folder.h"

namespace folio::results {

/// A run that is being put together from another program's files. The events are written as those of events.h, without
/// a time where none is known.
class ImportedRun {
 public:
  RunInfo info;
  nlohmann::json settings = nlohmann::json::object();
  Imported report;

  void facts(const nlohmann::json& values);
  void points(std::int64_t step, std::optional<double> epoch, const std::map<std::string, double>& metrics,
              std::optional<double> time = std::nullopt);
  void summary(const std::map<std::string, double>& metrics);
  void ended(RunState state, const std::string& reason = "");

  /// Makes the run. Throws as create_run() does.
  Imported write(const std::filesystem::path& results);

 private:
  void add(nlohmann::json event);

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

}  // namespace folio::results
