#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "serve/http/message.h"

namespace folio::serve {

struct ListedFile {
  std::string path;  ///< below the run's folder
  std::uintmax_t bytes = 0;
};

/// Files that a list has at most; a run has a few dozen.
constexpr std::size_t kMostFiles = 10'000;

struct FileList {
  std::vector<ListedFile> files;  ///< by path
  bool more = false;  ///< there are others, beyond the bound or in a folder that could not be read to its end
};

/// The regular files below the folder, as many as the list may have. Links are neither followed nor listed. Throws
/// HttpError (404) where the folder is gone.
FileList files_below(const std::filesystem::path& folder, std::size_t most = kMostFiles);

/// A regular file below the folder, whose path is given part by part. The system itself sees to it that no link on the
/// way is followed and nothing outside is reached, whatever others do to the folder meanwhile. Throws HttpError (404)
/// where there is no such file.
OpenFile open_below(const std::filesystem::path& folder, const std::vector<std::string>& parts);

/// Part of a text that grows.
struct TextPart {
  std::string text;  ///< UTF-8; what is none in the file is U+FFFD
  std::uint64_t from = 0, to = 0;
  std::uint64_t size = 0;  ///< of the file
};

/// Up to 256 KiB from a byte on, without the character that is cut at its end. A negative `from` counts from the file's
/// end, and goes on to the next whole character. Beyond the end there is no text.
TextPart read_text(const OpenFile& file, std::int64_t from);

}  // namespace folio::serve
