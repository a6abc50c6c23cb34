#pragma once

#include <filesystem>
#include <string>

namespace folio::worker {

/// From here on a fatal signal (a segmentation fault, an abort, an illegal instruction, a division by zero) in this
/// process is written to the run's events as its failure before the process dies of it. Where code of a plugin is on
/// the stack of the thread that crashed, the plugin is named.
void report_crashes_to(const std::filesystem::path& events_file);

/// Makes the library's code known by the plugin's name, as "model plugin 'gpt'".
void name_library_in_crashes(const std::filesystem::path& library, const std::string& plugin_name);

}  // namespace folio::worker
