#include "serve/run_files.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "support/error.h"
#include "support/utf8.h"

namespace folio::serve {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTextPart = 256 << 10;

[[noreturn]] void throw_no_file() { throw HttpError(404, "the run has no such file"); }

FileDescriptor open_folder(const fs::path& folder) {
  FileDescriptor opened(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!opened) throw HttpError(404, "the run's folder is gone");
  return opened;
}

}  // namespace

FileList files_below(const fs::path& folder, std::size_t most) {
  FileList list;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error);
  if (error) throw HttpError(404, "the run's folder is gone");
  for (const fs::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
    std::error_code of_entry;
    if (entry->symlink_status(of_entry).type() != fs::file_type::regular) continue;
    const std::uintmax_t bytes = entry->file_size(of_entry);
    if (of_entry) continue;  // it went away meanwhile
    list.more = list.files.size() == most;
    if (list.more) break;
    list.files.push_back({fs::path(entry->path()).lexically_relative(folder).string(), bytes});
  }
  list.more = list.more || error;
  std::sort(list.files.begin(), list.files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return list;
}

OpenFile open_below(const fs::path& folder, const std::vector<std::string>& parts) {
  fs::path path;
  for (const std::string& part : parts) {
    if (part.find('/') != std::string::npos) throw HttpError(400, "there is an encoded slash in the name of a file");
    path /= part;
  }
  if (path.empty()) throw_no_file();
  const FileDescriptor base = open_folder(folder);
  struct open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;  // a pipe is not waited for
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  OpenFile file;
  file.file = FileDescriptor(static_cast<int>(::syscall(SYS_openat2, base.get(), path.c_str(), &how, sizeof(how))));
  if (!file.file && errno == ENOSYS)
    throw HttpError(500, "this system's kernel is older than Linux 5.6, without which no file of a run is opened",
                    "run");
  struct stat status{};
  if (!file.file || ::fstat(file.file.get(), &status) != 0 || !S_ISREG(status.st_mode)) throw_no_file();
  file.size = static_cast<std::uint64_t>(status.st_size);
  return file;
}

TextPart read_text(const OpenFile& file, std::int64_t from) {
  TextPart part;
  part.size = file.size;
  const auto size = static_cast<std::int64_t>(file.size);
  part.from = static_cast<std::uint64_t>(from >= 0 ? std::min(from, size) : std::max<std::int64_t>(0, size + from));
  std::string bytes = read_at(file.file, part.from, kTextPart, "log.txt", ErrorKind::store);
  if (from < 0 && part.from > 0) {
    std::size_t cut = 0;
    while (cut < std::min<std::size_t>(bytes.size(), 3) && is_continuation_byte(bytes[cut])) ++cut;
    bytes.erase(0, cut);
    part.from += cut;
  }
  // A character of which a part is missing yet is left for the next time, unless it is none at all.
  for (std::size_t tail = 1; tail <= 3 && tail <= bytes.size(); ++tail) {
    const std::size_t at = bytes.size() - tail;
    if (is_continuation_byte(bytes[at])) continue;
    const auto byte = static_cast<unsigned char>(bytes[at]);
    const std::size_t length = byte > 0xF4 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC2 ? 2 : 1;
    if (length > tail) bytes.resize(at);
    break;
  }
  part.to = part.from + bytes.size();
  part.text = replace_invalid_utf8(bytes);
  return part;
}

}  // namespace folio::serve
