#include "runs/exchange/import.h"

#include <fmt/format.h>

#include "runs/exchange/copy_run.h"
#include "runs/exchange/imported_run.h"
#include "runs/record/unfinished_run.h"
#include "support/error.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;

ImportResult write_all(const fs::path& results, FoundRuns found, KnownImports& known) {
  ImportResult result;
  result.passed_over = std::move(found.passed_over);
  for (ImportedRun& run : found.runs) result.runs.push_back(run.write(results, known));
  return result;
}

}  // namespace

ImportResult import_runs(const fs::path& results, const fs::path& path) {
  if (!fs::exists(path)) throw Error(ErrorKind::usage, path.string() + ": there is no such file or folder");
  UnfinishedRun::remove_abandoned(results);
  KnownImports known(results);
  // Whole, since the names of the folders above it name runs; without a slash at its end.
  const fs::path full = fs::canonical(path);
  if (fs::exists(RunFolder(full).info())) return {{copy_run(results, full, known)}, {}};
  for (const auto read :
       {&import_trainer, &import_wandb, &import_tensorboard, &import_mlflow, &import_json, &import_history}) {
    FoundRuns found = read(full);
    if (found.empty()) continue;
    if (found.runs.empty())
      throw Error(ErrorKind::store,
                  fmt::format("{}: holds no run: {}", path.string(), fmt::join(found.passed_over, "; ")));
    return write_all(results, std::move(found), known);
  }
  throw Error(
      ErrorKind::usage,
      path.string() +
          ": is nothing that can be imported; expected a run folder (with run.json), an output folder or "
          "trainer_state.json of Hugging Face's Trainer, TensorBoard's event files, Weights & Biases' folder wandb, "
          "MLflow's mlflow.db or mlruns, or a .json, .jsonl or .csv file");
}

}  // namespace folio::runs
