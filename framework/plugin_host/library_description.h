#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "folio/description.h"
#include "plugin_host/build_stamp.h"

namespace folio::plugin_host {

struct DescribeSettings {
  std::filesystem::path program;       ///< folio-describe
  std::filesystem::path cache_folder;  ///< made where it is not there; empty: nothing is kept
  std::chrono::milliseconds timeout{10'000};
};

struct LibraryDescription {
  PluginDescription description;
  std::string cache_problem;  ///< why the answer could not be kept; empty where all is well
};

/// What a library declares, without loading it into this process: from the JSON that its build wrote beside it, else
/// from the cache, else from folio-describe in a child process, whose answer is kept in the cache. The first two count
/// only when they were made from this very file (`hash`, SHA-256) and agree with its `stamp`; what is loaded in the
/// child is what has that hash.
///
/// Throws Error (plugin), naming the library, where it cannot be described. That a library crashed, hung or ended the
/// child is kept in the cache too, so that it is not run again; what can mend itself without a change of the file (a
/// missing library) is not.
LibraryDescription describe_library(const std::filesystem::path& library, const BuildStamp& stamp,
                                    const std::string& hash, const DescribeSettings& settings);

}  // namespace folio::plugin_host
