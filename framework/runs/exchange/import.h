#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// Runs that Folio did not make, and those that it made on another machine.
namespace folio::runs {

/// What one import took over, and what not.
struct ImportReport {
  std::string id;  ///< of the new run
  std::string name;
  std::string format;  ///< "a run folder", "Hugging Face's Trainer", "TensorBoard", "JSON", "MLflow"
  std::int64_t points = 0;
  std::vector<std::string> unread;  ///< a sentence each
};

/// Makes runs of what lies at `path`, in the results folder:
///
///   a run folder                           copied; under its own id where that is free
///   trainer_state.json, or the output folder of Hugging Face's Trainer with it
///   a TensorBoard event file, or a folder with such files in it or below it: a run for each folder; "train/loss" and
///                                          "eval/loss", as Hugging Face's Trainer logs, become loss and eval_loss
///   a folder of MLflow's file store        mlruns, an experiment in it, or a run
///   a JSON file                            an object with "metrics" and, if it likes, "name", "note", "settings" and
///                                          "points" ({"loss": [[step, value], ...]}), or an object of numbers alone
///
/// Throws Error (usage) when it is none of these, Error (store) when nothing of it can be read or the results folder
/// cannot be written.
std::vector<ImportReport> import_runs(const std::filesystem::path& results, const std::filesystem::path& path);

}  // namespace folio::runs
