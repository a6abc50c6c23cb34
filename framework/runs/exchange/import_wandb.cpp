// Weights & Biases' local folders: wandb/offline-run-<time>-<id> or wandb/run-<time>-<id>, with the log run-<id>.wandb,
// and in files/ what it shows of the run: config.yaml, wandb-summary.json, wandb-metadata.json.

#include <fmt/format.h>

#include <algorithm>

#include "runs/exchange/folder_files.h"
#include "runs/exchange/history.h"
#include "runs/exchange/imported_run.h"
#include "runs/exchange/read_values.h"
#include "runs/exchange/wandb_log.h"
#include "support/error.h"
#include "support/files.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The folder's run-*.wandb; empty where there is none.
fs::path log_in(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (entry->path().extension() == ".wandb") return entry->path();
  return {};
}

bool begins_like_log(const fs::path& file) {
  constexpr std::size_t kEnough = 64;
  return is_wandb_log(read_at(open_to_read(file, ErrorKind::store), 0, kEnough, file, ErrorKind::store));
}

bool is_wandb_run(const fs::path& folder) {
  return !log_in(folder).empty() || is_there(folder / "files" / "wandb-summary.json") ||
         is_there(folder / "files" / "wandb-metadata.json");
}

/// The file's values, an object; an empty one where there is no file, or it cannot be read, which is told.
json values_in(const fs::path& file, ImportedRun& run) {
  if (!is_there(file)) return json::object();
  try {
    json values = file.extension() == ".json" ? read_python_json(file) : read_yaml_values(file);
    if (values.is_object()) return values;
    run.unread(file.filename().string() + ": expected names with values");
  } catch (const Error& error) {  // the boundary between one file and the others
    run.unread(error.what());
  }
  return json::object();
}

/// config.yaml: {lr: {value: 0.001}, wandb_version: 1, _wandb: ...}
json config_in(const json& file) {
  json config = json::object();
  for (const auto& [name, entry] : file.items())
    if (name != "_wandb" && entry.is_object() && entry.contains("value")) config[name] = entry["value"];
  return config;
}

void add_facts(ImportedRun& run, const WandbLog& log, const json& metadata) {
  json facts = json::object();
  for (const auto& [name, value] : {std::pair{"wandb_project", log.project}, std::pair{"wandb_group", log.group},
                                    std::pair{"wandb_job_type", log.job_type}})
    if (!value.empty()) facts[name] = value;
  if (!facts.empty()) run.facts(facts);
  json environment = json::object();
  const std::string host = log.host.empty() ? text_in(metadata, "host") : log.host;
  if (!host.empty()) environment["host"] = host;
  for (const char* name : {"os", "python", "program"})
    if (const std::string value = text_in(metadata, name); !value.empty()) environment[name] = value;
  if (!environment.empty()) run.environment(environment);
}

/// The summary's numbers; what is in it besides belongs to W&B, or is a picture.
void add_summary(ImportedRun& run, const json& summary, const History& history) {
  std::map<std::string, double> metrics;
  const auto add = [&](const auto& self, const json& values, const std::string& prefix) -> void {
    for (const auto& [key, value] : values.items()) {
      if (key.starts_with('_')) continue;
      const std::string name = prefix.empty() ? key : prefix + "." + key;
      if (value.is_object() && !value.contains("_type")) self(self, value, name);
      if (const auto number = number_in(value)) metrics[history.metric_name(name)] = *number;
    }
  };
  add(add, summary, "");
  run.summary(metrics);
}

ImportedRun read_wandb_run(const fs::path& folder, const fs::path& log_file) {
  ImportedRun run("Weights & Biases", folder);
  run.from = "wandb:" + folder.filename().string();
  WandbLog log;
  if (log_file.empty())
    run.unread("there is no run-*.wandb, which would have the history");
  else
    log = read_wandb_log(read_file(log_file, ErrorKind::store, kLargestImport));
  const fs::path files = folder / "files";
  const json metadata = values_in(files / "wandb-metadata.json", run);
  if (log.config.empty()) log.config = config_in(values_in(files / "config.yaml", run));
  if (log.summary.empty()) log.summary = values_in(files / "wandb-summary.json", run);
  if (!log.name.empty()) run.info.name = log.name;
  if (!log.notes.empty()) run.info.note = log.notes;
  run.info.git_commit = log.commit.empty() ? text_in(member(metadata, "git"), "commit") : log.commit;
  run.settings = log.config;
  run.tags(log.tags);
  add_facts(run, log, metadata);
  History history;
  for (const auto& [step, values] : log.history) history.add_row(values, step);
  const auto first = history.write(run);
  run.began(log.began ? log.began : first ? first : time_in(text_in(metadata, "startedAt")));
  add_summary(run, log.summary, history);
  if (log.bad_values > 0) run.unread(fmt::format("{} values that are not JSON", log.bad_values));
  if (!log.problem.empty()) run.unread(log_file.filename().string() + ": " + log.problem);
  if (log_file.empty() || log.exit_code == 0)
    run.ended(RunState::finished);
  else if (log.exit_code)
    run.ended(RunState::failed, fmt::format("it ended with exit code {}", *log.exit_code));
  else
    run.ended(RunState::interrupted);
  return run;
}

}  // namespace

FoundRuns import_wandb(const fs::path& path) {
  FoundRuns found;
  if (!fs::is_directory(path)) {
    if (path.extension() != ".wandb") return found;
    if (!begins_like_log(path))
      throw Error(ErrorKind::store, path.string() + ": does not begin like a Weights & Biases log (\":W&B\")");
    found.runs.push_back(read_wandb_run(path.parent_path(), path));
    return found;
  }
  if (is_wandb_run(path)) {
    found.runs.push_back(read_wandb_run(path, log_in(path)));
    return found;
  }
  const fs::path runs = fs::is_directory(path / "wandb") ? path / "wandb" : path;
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator entry(runs, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::error_code of_link;  // one that leads nowhere
    if ((!name.starts_with("run-") && !name.starts_with("offline-run-")) || !entry->is_directory(of_link)) continue;
    if (entry->is_symlink())
      found.passed_over.push_back(entry->path().string() + ": is a link; name the folder that it leads to");
    else if (is_wandb_run(entry->path()))
      folders.push_back(entry->path());
  }
  std::sort(folders.begin(), folders.end());
  for (const fs::path& folder : folders) {
    const fs::path log = log_in(folder);
    try {
      if (!log.empty() && !begins_like_log(log))
        found.passed_over.push_back(log.string() + ": does not begin like a Weights & Biases log (\":W&B\")");
      else
        found.runs.push_back(read_wandb_run(folder, log));
    } catch (const Error& problem) {  // the boundary between one run and the others
      found.passed_over.emplace_back(problem.what());
    }
  }
  if (found.runs.empty() && folders.empty()) found.passed_over.clear();
  return found;
}

}  // namespace folio::runs
