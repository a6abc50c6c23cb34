#include "runs/exchange/import.h"

#include <fmt/format.h>

#include "runs/exchange/imported_run.h"
#include "runs/record/events.h"
#include "support/error.h"
#include "support/files.h"
#include "support/random_hex.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Whether the text can be the name of a folder in runs/.
bool is_plain_id(const std::string& id) {
  return !id.empty() && id.front() != '.' && id.find('/') == std::string::npos && id.find('\0') == std::string::npos;
}

/// Counts the points in the copied folder, ends the run where it had not ended, and tells what cannot be read.
void close_events(const RunFolder& folder, ImportReport& report) {
  RunState state = RunState::created;
  const std::int64_t broken = for_each_event(folder.events(), [&](const Event& event) {
    if (const auto* change = std::get_if<StateEvent>(&event.what)) state = change->state;
    if (const auto* points = std::get_if<PointsEvent>(&event.what)) report.points += points->metrics.size();
  });
  if (is_active(state)) {
    EventWriter(folder.events()).interrupted();
    report.unread.emplace_back("it had not ended when it was copied; here it is interrupted");
  }
  if (broken > 0) report.unread.push_back(fmt::format("{} lines of events.jsonl that are no event", broken));
}

/// Copies a run folder. It appears whole or not at all.
ImportReport copy_run(const fs::path& results, const fs::path& source) {
  RunInfo info = read_run_info(RunFolder(source));
  read_resolved(RunFolder(source));
  const fs::path runs = runs_folder(results);
  make_directories(runs, ErrorKind::store);
  ImportReport report{info.id, info.name, "a run folder", 0, {}};
  if (!is_plain_id(info.id)) report.id = random_hex(kRunIdDigits);
  const fs::path target = runs / report.id;
  if (fs::exists(target)) {
    throw Error(ErrorKind::usage, fmt::format("run {} is here already ({}); runner rm {} makes room for another",
                                              report.id, target.string(), report.id));
  }
  const fs::path unfinished = runs / (".new-" + report.id);
  std::error_code error;
  fs::copy(source, unfinished, fs::copy_options::recursive | fs::copy_options::skip_symlinks, error);
  if (!error && report.id != info.id) {
    info.id = report.id;
    write_file_atomically(RunFolder(unfinished).info(), to_json(info).dump(2) + "\n", ErrorKind::store);
  }
  if (!error) close_events(RunFolder(unfinished), report);
  if (!error) fs::rename(unfinished, target, error);
  if (error) {
    std::error_code ignored;
    fs::remove_all(unfinished, ignored);
    throw Error(ErrorKind::store, target.string() + ": cannot be written: " + error.message());
  }
  sync_directory(runs, ErrorKind::store);
  return report;
}

}  // namespace

std::vector<ImportReport> import_runs(const fs::path& results, const fs::path& path) {
  if (!fs::exists(path)) throw Error(ErrorKind::usage, path.string() + ": there is no such file or folder");
  if (fs::exists(RunFolder(path).info())) return {copy_run(results, path)};
  // Whole, since the names of the folders above it name runs; without a slash at its end.
  const fs::path full = fs::absolute(path / "").lexically_normal().parent_path();
  for (const auto read : {&import_trainer, &import_tensorboard, &import_mlflow, &import_json}) {
    std::vector<ImportReport> reports;
    for (ImportedRun& run : read(full)) reports.push_back(run.write(results));
    if (!reports.empty()) return reports;
  }
  throw Error(ErrorKind::usage,
              path.string() +
                  ": is nothing that can be imported; expected a run folder (with run.json), an output folder or "
                  "trainer_state.json of Hugging Face's Trainer, TensorBoard's event files, a folder of MLflow's file "
                  "store, or a "
                  ".json file");
}

}  // namespace folio::runs
