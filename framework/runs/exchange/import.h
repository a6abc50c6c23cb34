#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "support/error.h"

/// Runs that Folio did not make, and those that it made on another machine.
namespace folio::runs {

/// What one run was made of, and what not.
struct ImportReport {
  std::string id;          ///< of the new run; of the one that is there already where it is unchanged
  std::string name;        ///< made of its own where that cannot be a run's name (problem_with_name())
  std::string own_name{};  ///< where it is another; else empty
  std::string format;  ///< "a run folder", "Hugging Face's Trainer", "TensorBoard", "Weights & Biases", "MLflow", ...
  std::int64_t points = 0;
  bool unchanged = false;             ///< the same was imported before, and nothing was done
  std::string earlier{};              ///< a run that the same origin became when it was another; else empty
  std::vector<std::string> unread{};  ///< what of it could not be read, a sentence each
};

/// One of several run folders that could not be imported.
struct ImportFailure {
  std::filesystem::path path;
  ErrorKind kind = ErrorKind::usage;
  std::string message;
};

struct ImportResult {
  std::vector<ImportReport> runs;
  std::vector<std::string>
      passed_over{};  ///< what lies there and is no run, a sentence each: deleted runs, logged models
  std::vector<ImportFailure> failed{};
};

/// Makes runs of what lies at `path`, in the results folder. What was imported before, the same content of the same
/// origin, is left as it is. Killed at any moment it leaves whole runs, or none.
///
///   a run folder                           copied; under its own id where that is free
///   a folder of run folders                each of them, as export_folder() writes several; what cannot be imported is
///                                          told in `failed`
///   trainer_state.json, or the output folder of Hugging Face's Trainer with it
///   a TensorBoard event file, or a folder with such files in it or below it: a run for each folder; "train/loss" and
///                                          "eval/loss", as Hugging Face's Trainer logs, become loss and eval_loss
///   a folder of Weights & Biases           wandb, a run in it (offline-run-*, run-*), or its run-*.wandb
///   MLflow's store                         mlflow.db, or mlruns, an experiment in it, or a run
///   a JSON file                            what export_json() wrote, of one run or many; an object with "metrics" and,
///   if
///                                          it likes, "name", "note", "settings" and "points" ({"loss": [[step, value],
///                                          ...]}); or an object of numbers alone
///   a .csv or .jsonl file                  a history: a row for each step, in the column or field `step`, `_step` or
///                                          `Step`, a metric for each other one that holds numbers
///
/// A link within a folder is followed where it stays within; others are told in `passed_over` or `unread`.
///
/// Throws Error (usage) when it is none of these or nothing of it can be read, Error (store) when the results folder
/// cannot be written.
ImportResult import_runs(const std::filesystem::path& results, const std::filesystem::path& path);

}  // namespace folio::runs
