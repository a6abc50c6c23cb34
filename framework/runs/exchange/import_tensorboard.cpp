// TensorBoard's event files. A folder with such files is a run; a program that was started again leaves several.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "runs/exchange/folder_files.h"
#include "runs/exchange/imported_run.h"
#include "runs/exchange/read_values.h"
#include "runs/exchange/tensorboard.h"
#include "support/error.h"
#include "support/files.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct LoggedScalar {
  double value = 0;
  double time = 0;
};

/// The scalars of a folder, one curve for each tag.
class Curves {
 public:
  /// Files come in the order in which they were begun.
  void add(const TensorboardFile& file, const std::string& name) {
    if (file.scalars.empty()) return;
    const double begin = file.scalars.front().wall_time;
    // A program that says from which step on it starts anew has said enough; of others it shows in the curves. Within
    // one file steps may go back as they like.
    if (file.restarts.empty() && begin >= last_time_) cut_where_resumed(file, name);
    std::size_t place = 0;
    for (const TensorboardRestart& restart : file.restarts) {
      for (; place < restart.scalars; ++place) add(file.scalars[place]);
      cut(restart.step);
    }
    for (; place < file.scalars.size(); ++place) add(file.scalars[place]);
  }

  const std::map<std::string, std::map<std::int64_t, LoggedScalar>>& curves() const { return curves_; }

  /// What was written and does not stand in the curves, a sentence each.
  std::vector<std::string> lost() const {
    std::vector<std::string> sentences = gave_way_;
    for (const auto& [tag, count] : repeated_)
      sentences.push_back(fmt::format(
          "{}: {} values of steps that were logged more than once; the last value of each step is used", tag, count));
    return sentences;
  }

 private:
  /// A tag that begins at a step it has passed shows that the program was started again from before that step.
  void cut_where_resumed(const TensorboardFile& file, const std::string& name) {
    std::set<std::string> seen;
    std::optional<std::int64_t> resumed;
    for (const TensorboardScalar& scalar : file.scalars) {
      const auto curve = curves_.find(scalar.tag);
      if (!seen.insert(scalar.tag).second || curve == curves_.end() || curve->second.empty()) continue;
      if (scalar.step < curve->second.rbegin()->first) resumed = std::min(resumed.value_or(scalar.step), scalar.step);
    }
    if (!resumed) return;
    gave_way_.push_back(
        fmt::format("{} points from step {} on, replaced by those in {}, where the program started again",
                    cut(*resumed), *resumed, name));
  }

  /// Removes what stands from this step on; gives how many points that were.
  std::size_t cut(std::int64_t step) {
    std::size_t count = 0;
    for (auto& [tag, curve] : curves_) {
      const auto begin = curve.lower_bound(step);
      count += static_cast<std::size_t>(std::distance(begin, curve.end()));
      curve.erase(begin, curve.end());
    }
    return count;
  }

  void add(const TensorboardScalar& scalar) {
    if (!curves_[scalar.tag].insert_or_assign(scalar.step, LoggedScalar{scalar.value, scalar.wall_time}).second)
      ++repeated_[scalar.tag];
    last_time_ = std::max(last_time_, scalar.wall_time);
  }

  std::map<std::string, std::map<std::int64_t, LoggedScalar>> curves_;
  std::map<std::string, std::int64_t> repeated_;
  std::vector<std::string> gave_way_;  ///< to files of a program that was started again
  double last_time_ = 0;
};

/// What the event files of one folder hold.
struct LoggedFolder {
  Curves curves;
  json hparams;
  std::optional<double> began;
  std::optional<std::uint64_t> status;
  std::vector<std::string> problems;
  bool empty() const { return curves.curves().empty(); }
};

bool is_event_file(const fs::path& path) { return path.filename().string().find("tfevents") != std::string::npos; }

LoggedFolder read_folder(const std::vector<fs::path>& files) {
  struct Read {
    fs::path path;
    TensorboardFile file;
  };
  std::vector<Read> reads;
  LoggedFolder folder;
  for (const fs::path& path : files) {
    try {
      reads.push_back({path, read_tensorboard(read_file(path, ErrorKind::store, kLargestImport))});
    } catch (const Error& error) {  // the boundary between one file and the others
      folder.problems.emplace_back(error.what());
    }
  }
  std::stable_sort(reads.begin(), reads.end(),
                   [](const Read& a, const Read& b) { return a.file.began.value_or(0) < b.file.began.value_or(0); });
  for (const auto& [path, file] : reads) {
    if (!file.problem.empty()) folder.problems.push_back(path.filename().string() + ": " + file.problem);
    folder.curves.add(file, path.filename().string());
    if (!folder.began) folder.began = file.began;
    if (!file.hparams.is_null()) folder.hparams = file.hparams;
    if (file.status) folder.status = file.status;
  }
  return folder;
}

/// Hugging Face's Trainer logs `loss` as "train/loss" and `eval_loss` as "eval/loss". A tag that would take the name of
/// another one keeps its own.
std::string metric_name(const std::string& tag, const Curves& curves) {
  constexpr std::string_view kTrain = "train/", kEval = "eval/";
  std::string name = tag;
  if (tag.starts_with(kTrain)) name = tag.substr(kTrain.size());
  if (tag.starts_with(kEval)) name = "eval_" + tag.substr(kEval.size());
  return curves.curves().contains(name) ? tag : name;
}

/// What PyTorch Lightning writes beside the event files.
void add_hparams_file(ImportedRun& run, const fs::path& folder) {
  const fs::path file = folder / "hparams.yaml";
  if (!is_there(file)) return;
  try {
    const json values = read_yaml_values(file);
    if (values.is_object()) run.settings.update(values);
  } catch (const Error& error) {  // the boundary between one file and the others
    run.unread(error.what());
  }
}

ImportedRun run_of(const fs::path& path, const LoggedFolder& folder, const json& hparams) {
  ImportedRun run("TensorBoard", path);
  run.began(folder.began);
  if (hparams.is_object()) run.settings.update(hparams);
  add_hparams_file(run, path);  // later, since PyTorch's hparams have truth values as 1 and 0
  for (const std::string& problem : folder.problems) run.unread(problem);
  for (const std::string& sentence : folder.curves.lost()) run.unread(sentence);
  struct Step {
    double time = 0;
    std::map<std::string, double> metrics;
  };
  std::map<std::int64_t, Step> steps;
  for (const auto& [tag, curve] : folder.curves.curves()) {
    for (const auto& [step, scalar] : curve) {
      steps[step].time = std::max(steps[step].time, scalar.time);
      steps[step].metrics[metric_name(tag, folder.curves)] = scalar.value;
    }
  }
  for (const auto& [number, step] : steps) run.points(number, step.metrics, step.time);
  constexpr std::uint64_t kFailure = 2;
  if (folder.status == kFailure)
    run.ended(RunState::failed, "TensorBoard's hparams say that it failed");
  else
    run.ended(RunState::finished);
  return run;
}

/// PyTorch's add_hparams() writes them into a folder below the run's, called as the time: where a run has one such
/// folder that holds nothing else, or no hparams of its own, they are that run's.
json hparams_below(const fs::path& path, const std::map<fs::path, LoggedFolder>& folders) {
  std::vector<const LoggedFolder*> found;
  for (const auto& [other, folder] : folders)
    if (other.parent_path() == path && folder.hparams.is_object()) found.push_back(&folder);
  return found.size() == 1 ? found.front()->hparams : json();
}

}  // namespace

FoundRuns import_tensorboard(const fs::path& path) {
  std::map<fs::path, std::vector<fs::path>> files;
  FoundRuns found;
  std::vector<std::string> links;
  if (fs::is_directory(path)) {
    FolderFiles all = files_below(path);
    links = std::move(all.links);
    for (const fs::path& file : all.files)
      if (is_event_file(file)) files[file.parent_path()].push_back(file);
  } else if (is_event_file(path)) {
    files[path.parent_path()] = {path};
  }
  if (files.empty()) return found;
  found.passed_over = std::move(links);
  std::map<fs::path, LoggedFolder> folders;
  for (const auto& [folder, its_files] : files) folders[folder] = read_folder(its_files);
  for (const auto& [folder, logged] : folders) {
    if (!logged.empty()) {
      const json hparams = logged.hparams.is_null() ? hparams_below(folder, folders) : logged.hparams;
      found.runs.push_back(run_of(folder, logged, hparams));
    } else if (!logged.problems.empty()) {
      found.passed_over.push_back(
          fmt::format("{}: no scalars can be read: {}", folder.string(), logged.problems.front()));
    } else if (!folders.contains(folder.parent_path()) || !logged.hparams.is_object()) {
      found.passed_over.push_back(folder.string() + ": its event files have no scalars");
    }
  }
  return found;
}

}  // namespace folio::runs
