#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace folio::worker {

/// From here on a fatal signal (a segmentation fault, an abort, an illegal instruction, a division by zero) in this
/// process is written to the run's events as its failure before the process dies of it, and so is an exit() that is not
/// this program's own; the process then ends with the exit code of a plugin's failure. Where code of a plugin is on the
/// stack of the thread that crashed, or was called by it, the plugin is named.
void report_crashes_to(const std::filesystem::path& events_file);

/// The same, to standard output as {"error": ...}, for work that is no run.
void report_crashes_to_output();

/// From here on the process may end.
void expect_end();

/// Makes the library's code known by the plugin's name, as "model plugin 'gpt'". `library` is the name by which the
/// loader knows it.
void name_library_in_crashes(const std::filesystem::path& library, const std::string& plugin_name);

/// While it lives, this thread runs code of the plugin of that name, which must outlive it.
class PluginAtWork {
 public:
  explicit PluginAtWork(const char* name);
  ~PluginAtWork();
  PluginAtWork(const PluginAtWork&) = delete;
  PluginAtWork& operator=(const PluginAtWork&) = delete;

 private:
  const char* before_;
};

/// How many calls of a plugin's code the process has begun or ended. Called by any thread.
std::uint64_t plugin_calls_so_far();

/// Asks the main thread, wherever it is, for the plugin whose code it runs; empty where it runs none, or does not
/// answer within a second. Called by one other thread.
std::string plugin_on_main_thread();

/// Ends the process as a fault of this plugin's, which is told as a crash is: `what` it did follows its name.
[[noreturn]] void end_for_plugin(const std::string& plugin, const std::string& what);

}  // namespace folio::worker
