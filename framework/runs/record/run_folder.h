#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/strict_json.h"
#include "support/files.h"
#include "support/process_identity.h"

/// A run's folder is the truth about the run; the store is an index over the folders.
///
///   results/runs/<id>/
///     run.json          who, what, where; written once, when the run is made
///     experiment.yaml   the experiment file's text as it was
///     resolved.json     the experiment with every value explicit; of a run that was resumed, as it went on
///     events.jsonl      what happened, a line each (events.h); the worker writes it
///     trace.bin         with training.trace, what each step was made of (trace.h)
///     stop              there while somebody wants the run to stop; its worker takes it away
///     log.txt  model/  checkpoints/
///     reserve           room on the disk, given up for the events of the run's end
namespace folio::runs {

/// Which build of a plugin a run used.
struct PluginBuild {
  std::string kind;  ///< "dataset", "tokenizer", "model"
  std::string id;
  std::string version;
  std::string library;       ///< the library's path
  std::string library_hash;  ///< its SHA-256
};

/// Where a run that was imported came from: what tells whether the same thing was imported before.
struct ImportOrigin {
  std::string format;   ///< "MLflow"
  std::string from;     ///< the other program's own id of the run with its kind ("mlflow:0fe1"), or a path
  std::string content;  ///< SHA-256 over all that was read
  std::string name{};   ///< its name there, where that cannot be a run's name here (problem_with_name()); else empty
};

/// What run.json says. A field that is not known is empty.
struct RunInfo {
  std::string id;       ///< eight hexadecimal digits, or "baseline/gpt"; create_run() draws it
  std::string name;     ///< the experiment's
  std::string created;  ///< ISO 8601 in UTC with milliseconds; create_run() sets it where it is empty
  std::vector<std::string> command;
  std::string experiment_file;  ///< create_run() makes it absolute
  std::vector<std::string> overrides;
  std::map<std::string, std::string> origins;  ///< dotted setting -> "romeo.yaml:12", "override" or "default"
  std::vector<PluginBuild> plugins;
  std::optional<ProcessIdentity> runner;
  std::string folio_version;
  std::string git_commit;  ///< of the folder that the experiment lies in
  std::string note;        ///< what a reader should know of this run
  std::optional<ImportOrigin> imported;
};

/// The paths of one run's folder. It need not exist.
class RunFolder {
 public:
  explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path info() const { return path_ / "run.json"; }
  std::filesystem::path experiment() const { return path_ / "experiment.yaml"; }
  std::filesystem::path resolved() const { return path_ / "resolved.json"; }
  std::filesystem::path events() const { return path_ / "events.jsonl"; }
  std::filesystem::path trace() const { return path_ / "trace.bin"; }
  std::filesystem::path stop() const { return path_ / "stop"; }
  std::filesystem::path log() const { return path_ / "log.txt"; }
  std::filesystem::path reserve() const { return path_ / "reserve"; }
  std::filesystem::path model() const { return path_ / "model"; }
  std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }

 private:
  std::filesystem::path path_;
};

/// Of the ids that create_run() draws.
constexpr int kRunIdDigits = 8;

/// Whether a folder of this name can be a run's: 1 to 64 letters, digits, `.`, `_` and `-`, the first a letter or a
/// digit.
bool is_run_id(std::string_view name);

constexpr std::size_t kLongestName = 1000;            ///< bytes of a run's name
constexpr std::size_t kLongestNote = 64 << 10;        ///< bytes
constexpr std::size_t kLongestMetricName = 64 << 10;  ///< bytes; a document's name, maybe a path, can stand in it
constexpr std::size_t kMostSettings = 10'000;         ///< of a run

/// The folder that the runs of a results folder lie in.
std::filesystem::path runs_folder(const std::filesystem::path& results);

/// A run just made, which is seen to be alive for as long as this lives (run_lock.h).
struct NewRun {
  RunInfo info;
  RunFolder folder;
  FileDescriptor lock;
};

/// Makes the folder of a new run with run.json, experiment.yaml and resolved.json in it, and events.jsonl where there
/// are `events`; else the run is still to come, and the reserve is made for it. The folder appears whole or not at all.
/// Its id is the info's where that is given and free, else a fresh one. Throws Error (store) naming the path that
/// cannot be written, or what could not be read again.
NewRun create_run(const std::filesystem::path& results, RunInfo info, const std::string& experiment_text,
                  const nlohmann::json& resolved, const std::string& events = "");

/// Makes a run ready to be worked on again by whoever holds its lock: nothing is left over of the last worker, nobody
/// wants it to stop, and there is a reserve. Throws Error (store).
void prepare_to_resume(const RunFolder& folder);

/// Replaces resolved.json. Throws Error (store).
void write_resolved(const RunFolder& folder, const nlohmann::json& resolved);

/// Removes what a killed worker left in its run's folder: the reserve, and files that were being written.
void remove_left_over(const RunFolder& folder);

/// Throws Error (store) naming the file, the key and what is wrong with it.
RunInfo read_run_info(const RunFolder& folder);

/// The resolved experiment, an object. Throws as read_run_info() does.
nlohmann::json read_resolved(const RunFolder& folder);

/// The sections of an experiment: "dataset", "tokenizer", "model", "training".
const std::vector<std::string>& experiment_sections();

/// Refuses settings in which a section is no object; of another program's run it may be a plain value, but no list.
/// Throws Error (store) naming the file.
void require_sections(const nlohmann::json& settings, const RunInfo& info, const RunFolder& folder);

nlohmann::json to_json(const RunInfo& info);
/// Throws Error of the part's kind, naming the path, where a field is missing or of another type, as the next one does.
RunInfo run_info_from_json(const JsonPart& part);

/// {"kind", "id", "version", "library", "library_hash"} for each, as run.json and the worker's requests carry them.
nlohmann::json to_json(const std::vector<PluginBuild>& plugins);
std::vector<PluginBuild> plugin_builds_from_json(const JsonPart& part);

}  // namespace folio::runs
