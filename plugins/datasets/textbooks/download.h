#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace folio::textbooks {

/// When a download is given up.
struct DownloadLimits {
  std::chrono::seconds connect{10};  ///< for the name, the connection and TLS together
  std::chrono::seconds stall{20};    ///< with next to nothing coming in
  /// With all attempts together, and with waiting for another process that brings the same file.
  std::chrono::milliseconds total = std::chrono::minutes(5);
  std::uint64_t bytes = 64 << 20;
  int attempts = 5;  ///< a cut or stalled transfer is taken up again while each attempt brings something
};

/// Brings the file at `address` (http or https) to `target`, whose folder is made where it is not there. `target`
/// appears whole or not at all, after `check` has seen its contents and not thrown. With a `target` that is there it
/// does nothing: another run may have brought it meanwhile. Shows a bar named `label` when standard error is a
/// terminal. Processes that download into one folder wait for each other.
///
/// What has come lies in `<target>.part`, and is taken up by the next attempt, in this process or a later one, if the
/// server still has the same version of the file: `<target>.part.version` keeps its ETag or date for If-Range.
///
/// Throws Error (run) naming the address and the reason.
void download(const std::string& address, const std::filesystem::path& target, const std::string& label,
              const std::function<void(std::string_view contents)>& check, const DownloadLimits& limits = {});

}  // namespace folio::textbooks
