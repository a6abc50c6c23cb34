#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "runs/exchange/export.h"
#include "runs/exchange/import.h"
#include "runs/record/events.h"
#include "runs/record/run.h"
#include "runs/record/run_folder.h"

namespace folio::runs {

/// The runs of a results folder by where they were imported from.
class KnownImports {
 public:
  explicit KnownImports(const std::filesystem::path& results);

  /// The run that the same content of the same origin became; empty where there is none.
  std::string same(const ImportOrigin& origin) const;
  /// A run that other content of the same origin became; empty where there is none.
  std::string earlier(const ImportOrigin& origin) const;

  void add(const std::string& id, const ImportOrigin& origin);

 private:
  std::multimap<std::string, std::pair<std::string, std::string>> runs_;  // by origin: content, id
};

/// A run that is being put together from another program's files.
class ImportedRun {
 public:
  /// `format` as ImportReport has it. The run is called as the file or folder that it is read from, a whole path, which
  /// is also where it is from.
  ImportedRun(std::string format, const std::filesystem::path& source);

  /// Its id comes first, if there is one. `imported` is set where it had been imported before it came here.
  RunInfo info;
  std::string from;        ///< see ImportOrigin
  std::string experiment;  ///< the text of an experiment file, where there is one
  nlohmann::json settings = nlohmann::json::object();
  ImportReport report;

  /// When it began, in seconds since 1970. What is no time is passed over.
  void began(std::optional<double> time);
  void unread(std::string sentence);

  void facts(const nlohmann::json& values);
  void environment(const nlohmann::json& values);
  void sample(const Sample& sample);
  /// Words for a person; what cannot stand in a tag (blanks, commas) becomes '_'.
  void tags(const std::vector<std::string>& tags);
  /// `epoch` among the metrics says where the step stands. `time` in seconds since 1970.
  void points(std::int64_t step, std::map<std::string, double> metrics, std::optional<double> time = std::nullopt);
  void summary(std::map<std::string, double> metrics);
  /// `reason` and `kind` are of a failure.
  void ended(RunState state, const std::string& reason = "", std::optional<double> time = std::nullopt,
             ErrorKind kind = ErrorKind::run);

  /// Makes the run, under the id of `info` where that is given and free, unless the same was imported before. Throws as
  /// create_run() does.
  ImportReport write(const std::filesystem::path& results, KnownImports& known);

 private:
  /// Where its name cannot be a run's, makes one of it; the origin and the report then say how it was called.
  void take_fitting_name(ImportOrigin& origin);
  void add(const Event& event);
  /// The run of the results folder that this is; empty where there is none.
  std::string run_here(const std::filesystem::path& results, const KnownImports& known) const;
  /// Whether a run is this one, in its settings and points, and in when it was made where that is given.
  bool is_like(const RunFolder& folder, const std::optional<std::string>& created = std::nullopt) const;
  /// SHA-256 over all but the date, which of many formats is that of a file.
  std::string content() const;

  std::int64_t more_unread_ = 0;   ///< sentences beyond those that are kept
  std::int64_t steps_beyond_ = 0;  ///< points of steps that are out of range
  std::int64_t long_names_ = 0;
  std::string events_;
  LoggedSeries series_;  ///< of a run that has an id already
};

/// What a path gave.
struct FoundRuns {
  std::vector<ImportedRun> runs;
  std::vector<std::string> passed_over;  ///< see ImportResult
  bool empty() const { return runs.empty() && passed_over.empty(); }
};

/// Each reads one format; see import_runs(). They return nothing where the path is not of their format.
FoundRuns import_trainer(const std::filesystem::path& path);
FoundRuns import_tensorboard(const std::filesystem::path& path);
FoundRuns import_wandb(const std::filesystem::path& path);
FoundRuns import_mlflow(const std::filesystem::path& path);
FoundRuns import_json(const std::filesystem::path& path);
FoundRuns import_history(const std::filesystem::path& path);

}  // namespace folio::runs
