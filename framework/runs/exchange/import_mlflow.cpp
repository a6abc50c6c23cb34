// MLflow's file store: mlruns/<experiment>/<run>/{meta.yaml, metrics/<name>, params/<name>, tags/<name>}. A metric's
// file has a line "milliseconds value step" for each point, with more behind where a data set was named.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

#include "runs/exchange/folder_files.h"
#include "runs/exchange/mlflow_run.h"
#include "runs/exchange/read_values.h"
#include "support/error.h"
#include "support/files.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uintmax_t kLargestText = 16 << 20;

/// Files below a folder, by name; a metric's name may hold slashes, which make folders.
std::vector<std::pair<std::string, fs::path>> named_files(const fs::path& folder, MlflowRun& run) {
  std::vector<std::pair<std::string, fs::path>> files;
  const FolderFiles found = files_below(folder);
  for (const fs::path& file : found.files) files.emplace_back(file.lexically_relative(folder).string(), file);
  run.unread.insert(run.unread.end(), found.links.begin(), found.links.end());
  return files;
}

std::vector<MlflowRun::Value> read_metric(const std::string& name, const fs::path& file, MlflowRun& run) {
  std::vector<MlflowRun::Value> values;
  std::istringstream lines(read_file(file, ErrorKind::store));
  std::int64_t number = 0, broken = 0, first = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    std::istringstream parts(line);
    MlflowRun::Value value;
    std::string text;
    parts >> value.time_ms >> text;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value.value);
    if (!parts || error != std::errc() || end != text.data() + text.size()) {
      if (broken++ == 0) first = number;
      continue;
    }
    if (!(parts >> value.step)) value.step = 0;
    values.push_back(value);
  }
  if (broken > 0) {
    run.unread.push_back(fmt::format("metrics/{}, line {}: expected 'milliseconds value step'{}", name, first,
                                     broken > 1 ? fmt::format(", and {} more such lines", broken - 1) : ""));
  }
  if (number == 0) run.unread.push_back(fmt::format("metrics/{}: is empty", name));
  return values;
}

std::map<std::string, std::string> read_texts(const fs::path& folder, MlflowRun& run) {
  std::map<std::string, std::string> texts;
  for (const auto& [name, file] : named_files(folder, run))
    texts[name] = read_file(file, ErrorKind::store, kLargestText);
  return texts;
}

/// A run's status as a number, as MLflow writes it there, or by name.
std::string status_name(const json& status) {
  constexpr std::array kNames{"", "RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"};
  if (status.is_string()) return status.get<std::string>();
  const std::int64_t number = integer_in(status).value_or(0);
  return number > 0 && number < static_cast<std::int64_t>(kNames.size()) ? kNames[static_cast<std::size_t>(number)]
                                                                         : "";
}

/// A name is a text, though a person may have taken the quotes from around a number.
std::string name_in(const json& meta, const char* key) {
  const json& value = member(meta, key);
  return value.is_string() || value.is_null() ? text_in(meta, key) : value.dump();
}

MlflowRun read_mlflow_run(const fs::path& folder, const json& meta, const std::string& experiment) {
  MlflowRun run;
  run.id = name_in(meta, "run_id").empty() ? name_in(meta, "run_uuid") : name_in(meta, "run_id");
  run.name = name_in(meta, "run_name");
  run.status = status_name(member(meta, "status"));
  run.experiment = experiment;
  run.start_ms = integer_in(member(meta, "start_time"));
  run.end_ms = integer_in(member(meta, "end_time"));
  run.params = read_texts(folder / "params", run);
  run.tags = read_texts(folder / "tags", run);
  for (const auto& [name, file] : named_files(folder / "metrics", run)) {
    auto values = read_metric(name, file, run);
    if (!values.empty()) run.metrics[name] = std::move(values);
  }
  if (!files_below(folder / "artifacts").files.empty()) run.unread.emplace_back("artifacts are not copied");
  return run;
}

/// Finds runs in a folder and below it, and takes them.
class FileStoreReader {
 public:
  explicit FileStoreReader(fs::path root) : root_(std::move(root)) {}

  void read(const fs::path& path, int depth, const std::string& experiment = "") {
    if (const fs::path meta_file = path / "meta.yaml"; is_there(meta_file)) {
      try {
        return read_with(path, read_yaml_values(meta_file), depth, experiment);
      } catch (const Error& error) {  // the boundary between one run and the others
        found_.passed_over.emplace_back(error.what());
        return;
      }
    }
    read_below(path, depth, experiment);
  }

  FoundRuns take() { return std::move(found_); }

 private:
  /// A folder with meta.yaml is a run, a logged model or an experiment, as what stands in it says.
  void read_with(const fs::path& path, const json& meta, int depth, const std::string& experiment) {
    const bool deleted = text_in(meta, "lifecycle_stage") == "deleted";
    const bool is_run = !member(meta, "run_id").is_null() || !member(meta, "run_uuid").is_null();
    if (!member(meta, "model_id").is_null())
      found_.passed_over.push_back(path.string() + ": is a logged model");
    else if (deleted)
      found_.passed_over.push_back(path.string() + ": was deleted in MLflow");
    else if (is_run)
      found_.runs.push_back(imported(read_mlflow_run(path, meta, experiment), path));
    else
      read_below(path, depth, name_in(meta, "name"));
  }

  void read_below(const fs::path& path, int depth, const std::string& experiment) {
    if (depth == 0) return;
    std::vector<fs::path> folders;
    std::error_code error;
    for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
      std::error_code of_link;  // one that leads nowhere
      if (entry->path().filename() == ".trash" || !entry->is_directory(of_link)) continue;
      if (!entry->is_symlink())
        folders.push_back(entry->path());
      else if (const std::string problem = leads_out(entry->path(), root_); !problem.empty())
        found_.passed_over.push_back(problem);
    }
    std::sort(folders.begin(), folders.end());
    for (const fs::path& folder : folders) read(folder, depth - 1, experiment);
  }

  fs::path root_;
  FoundRuns found_;
};

/// Whether the folder is one of MLflow's: it, or one up to two levels below it, has a meta.yaml of an experiment or a
/// run.
bool is_file_store(const fs::path& path, int depth) {
  if (is_there(path / "meta.yaml")) return true;
  if (depth == 0) return false;
  std::error_code error;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error))
    if (!entry->is_symlink() && entry->is_directory() && is_file_store(entry->path(), depth - 1)) return true;
  return false;
}

/// The name of the experiment that a run's folder lies in; empty where no readable file says it.
std::string experiment_above(const fs::path& path) {
  const fs::path meta_file = path.parent_path() / "meta.yaml";
  if (!is_there(meta_file)) return "";
  try {
    return name_in(read_yaml_values(meta_file), "name");
  } catch (const Error&) {  // it is not of what was asked for
    return "";
  }
}

}  // namespace

FoundRuns import_mlflow(const fs::path& path) {
  if (!fs::is_directory(path)) return import_mlflow_database(path);
  FoundRuns found;
  if (is_there(path / "mlflow.db")) found = import_mlflow_database(path / "mlflow.db");
  if (!is_file_store(path, 2)) return found;
  FileStoreReader reader(path);
  // mlruns may stand beside mlflow.db: <path>/mlruns/<experiment>/<run>; models have a folder of their own.
  reader.read(path, 3, experiment_above(path));
  FoundRuns files = reader.take();
  for (ImportedRun& run : files.runs) found.runs.push_back(std::move(run));
  for (std::string& sentence : files.passed_over) found.passed_over.push_back(std::move(sentence));
  return found;
}

}  // namespace folio::runs
