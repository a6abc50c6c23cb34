#include "input/scratch_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace folio::input {
namespace {

std::string scratch_folder() {
  const char* const given = std::getenv("TMPDIR");
  return given != nullptr && *given != '\0' ? given : "/var/tmp";
}

/// A file without a name; on a file system that has no such files, one whose name is taken away at once.
int open_nameless(const std::string& folder) {
  const int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return file;
  std::string path = folder + "/folio-XXXXXX";
  const int named = ::mkostemp(path.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(path.c_str());
  return named;
}

}  // namespace

ScratchFile::ScratchFile(std::string content)
    : content_(std::move(content)), folder_(scratch_folder()), file_(open_nameless(folder_)) {
  if (!file_) fail();
}

void ScratchFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail();
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

MappedFile ScratchFile::map() const { return {file_, content_}; }

void ScratchFile::fail() const {
  const int error = errno;
  throw Error(ErrorKind::run, content_ + ": its text cannot be stored in a temporary file in " + folder_ + ": " +
                                  std::strerror(error) + " (the environment variable TMPDIR names another folder)");
}

}  // namespace folio::input
