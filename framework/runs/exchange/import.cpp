#include "runs/exchange/import.h"

#include <fmt/format.h>

#include <algorithm>

#include "runs/exchange/copy_run.h"
#include "runs/exchange/folder_files.h"
#include "runs/exchange/imported_run.h"
#include "runs/record/unfinished_run.h"
#include "support/error.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;

ImportResult write_all(const fs::path& results, FoundRuns found, KnownImports& known) {
  ImportResult result;
  result.passed_over = std::move(found.passed_over);
  for (ImportedRun& run : found.runs) {
    try {
      result.runs.push_back(run.write(results, known));
    } catch (const SystemError&) {
      throw;                        // the results folder cannot be written, for the others neither
    } catch (const Error& error) {  // the boundary between one run and the others
      if (found.runs.size() == 1) throw;
      result.failed.push_back({run.info.name, error.kind(), error.what()});
    }
  }
  return result;
}

/// Those that lie in the folder itself, by name. What else lies beside them, and a link out of it, is passed over.
std::vector<fs::path> run_folders_in(const fs::path& path, std::vector<std::string>& passed_over) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    const fs::path inner = entry->path();
    if (inner.filename().string().starts_with('.')) continue;  // of a run that is being made
    if (const std::string problem = entry->is_symlink() ? leads_out(inner, path) : ""; !problem.empty())
      passed_over.push_back(problem);
    else if (entry->is_symlink())
      continue;  // to what is met here by its own name
    else if (is_there(RunFolder(inner).info()))
      folders.push_back(inner);
    else
      passed_over.push_back(inner.string() + ": is not a run folder");
  }
  std::sort(folders.begin(), folders.end());
  std::sort(passed_over.begin(), passed_over.end());
  return folders;
}

/// Empty where the folder holds no run folder.
ImportResult copy_runs(const fs::path& results, const fs::path& path, KnownImports& known) {
  ImportResult result;
  const std::vector<fs::path> folders = run_folders_in(path, result.passed_over);
  if (folders.empty()) return {};
  for (const fs::path& folder : folders) {
    try {
      result.runs.push_back(copy_run(results, folder, known));
    } catch (const Error& error) {  // the boundary between one run and the others
      result.failed.push_back({folder, error.kind(), error.what()});
    }
  }
  return result;
}

}  // namespace

ImportResult import_runs(const fs::path& results, const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    throw Error(
        ErrorKind::usage,
        path.string() + ": " + (error ? "cannot be read: " + error.message() : "there is no such file or folder"));
  }
  UnfinishedRun::remove_abandoned(results);
  KnownImports known(results);
  // Whole, since the names of the folders above it name runs; without a slash at its end.
  const fs::path full = fs::canonical(path);
  if (is_there(RunFolder(full).info())) return {{copy_run(results, full, known)}};
  if (ImportResult several = copy_runs(results, full, known); !several.runs.empty() || !several.failed.empty())
    return several;
  for (const auto read :
       {&import_trainer, &import_wandb, &import_tensorboard, &import_mlflow, &import_json, &import_history}) {
    FoundRuns found = read_named([&] { return read(full); });
    if (found.empty()) continue;
    if (found.runs.empty())
      throw Error(ErrorKind::usage,
                  fmt::format("{}: has no run: {}", path.string(), fmt::join(found.passed_over, "; ")));
    return write_all(results, std::move(found), known);
  }
  throw Error(ErrorKind::usage,
              path.string() +
                  ": cannot be imported; expected a run folder (with run.json) or a folder of run folders, an output "
                  "folder or trainer_state.json of Hugging Face's Trainer, TensorBoard event files, the wandb folder "
                  "of Weights & Biases, MLflow's mlflow.db or mlruns, or a .json, .jsonl or .csv file");
}

}  // namespace folio::runs
