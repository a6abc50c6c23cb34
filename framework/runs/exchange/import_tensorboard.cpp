// TensorBoard's event files. A folder with such files is a run; a program that was started again leaves several.

#include <fmt/format.h>

#include <algorithm>

#include "runs/exchange/imported_run.h"
#include "runs/exchange/tensorboard.h"
#include "support/error.h"
#include "support/files.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;

bool is_event_file(const fs::path& path) {
  return path.filename().string().find(".tfevents.") != std::string::npos && fs::is_regular_file(path);
}

/// The event files of each folder, both in the order of their names, which hold the time.
std::map<fs::path, std::vector<fs::path>> event_files(const fs::path& path) {
  std::map<fs::path, std::vector<fs::path>> found;
  if (is_event_file(path)) found[path.parent_path()] = {path};
  if (!fs::is_directory(path)) return found;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error))
    if (is_event_file(entry->path())) found[entry->path().parent_path()].push_back(entry->path());
  for (auto& [folder, files] : found) std::sort(files.begin(), files.end());
  return found;
}

/// Hugging Face's Trainer logs `loss` as "train/loss" and `eval_loss` as "eval/loss".
std::string metric_name(const std::string& tag) {
  constexpr std::string_view kTrain = "train/", kEval = "eval/";
  if (tag.starts_with(kTrain)) return tag.substr(kTrain.size());
  return tag.starts_with(kEval) ? "eval_" + tag.substr(kEval.size()) : tag;
}

struct Step {
  double time = 0;
  std::map<std::string, double> metrics;
};

ImportedRun read_run(const fs::path& folder, const std::vector<fs::path>& files) {
  ImportedRun run("TensorBoard", folder);
  std::map<std::int64_t, Step> steps;
  for (const fs::path& file : files) {
    const TensorboardFile read = read_tensorboard(read_file(file, ErrorKind::store));
    if (!read.problem.empty()) run.report.unread.push_back(file.filename().string() + ": " + read.problem);
    for (const TensorboardScalar& scalar : read.scalars) {
      steps[scalar.step].time = scalar.wall_time;
      steps[scalar.step].metrics[metric_name(scalar.tag)] = scalar.value;
    }
  }
  for (const auto& [number, step] : steps) run.points(number, step.metrics, step.time);
  run.ended(RunState::finished);
  return run;
}

}  // namespace

std::vector<ImportedRun> import_tensorboard(const fs::path& path) {
  std::vector<ImportedRun> runs;
  for (const auto& [folder, files] : event_files(path)) {
    runs.push_back(read_run(folder, files));
    if (runs.back().report.points > 0 || runs.back().report.unread.empty()) continue;
    throw Error(ErrorKind::store,
                fmt::format("{}: no scalar can be read: {}", folder.string(), runs.back().report.unread.front()));
  }
  return runs;
}

}  // namespace folio::runs
