#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "support/child_process.h"

namespace folio::cli {

/// Runs folio-worker to its end, handing over each line of JSON that it tells as it comes. While it runs, the first
/// Ctrl-C (or another of kStopSignals) asks it to finish its step and stop, and a second one kills it. `on_idle` is
/// called several times a second. Throws Error (interrupted) where there was one before the worker could be started.
///
/// Where the worker asks for lines (`input`) there is nothing to finish, and the first one kills it; but where a
/// person types them, a Ctrl-C while it answers ends only the answer.
///
/// With the first Ctrl-C a line {"stopping": true} is handed over that the worker has not told. A line {"error":
/// {"kind", "message"}} is handed over like any other. On a line {"awaits": ...} the worker is handed the line that
/// `input.next` gives, or the end of its input where it gives none.
struct WorkerEnd {
  ExitStatus status;
  int interrupts = 0;            ///< how often a person pressed Ctrl-C
  double processor_seconds = 0;  ///< that it took, of all its threads
  bool told_end = false;         ///< it said that its work is done, or why not; else something cut it off

  /// Whether that, or a signal to the worker itself that asks a process to end, is what ended it.
  bool by_a_person() const;

  /// Whether it ended before any plugin's code ran, as it could not load its own libraries: they are missing, or there
  /// is no room for them (`ulimit -v`).
  bool could_not_load() const;

  /// Why, where `ulimit -t` ended it; else empty.
  std::string lack_of_processor_time() const;

  /// "the worker exited with 127", with what is known of why.
  std::string to_text() const;
};

struct WorkerInput {
  std::function<std::optional<std::string>()> next;
  bool typed = false;  ///< by a person
};

WorkerEnd run_worker(const ChildProcess::Options& options, const std::function<void(const nlohmann::json&)>& on_line,
                     const std::function<void()>& on_idle, const WorkerInput& input = {});

/// For work that either succeeds or is an error: throws what the worker tells in a line {"error": ...}, Error
/// (interrupted) after a Ctrl-C, or Error (plugin) with how it ended.
void run_worker_to_success(const ChildProcess::Options& options,
                           const std::function<void(const nlohmann::json&)>& on_line);

}  // namespace folio::cli
