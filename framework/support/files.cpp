#include "support/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>
#include <system_error>
#include <utility>
#include <vector>

namespace folio {
namespace {

namespace fs = std::filesystem;

FileDescriptor open_file(const fs::path& path, int flags, ErrorKind kind, const char* what) {
  FileDescriptor file(::open(path.c_str(), flags | O_CLOEXEC, 0666));
  if (!file) throw_errno(kind, path, what);
  return file;
}

void require_regular(const struct stat& status, const fs::path& path, ErrorKind kind) {
  if (S_ISREG(status.st_mode)) return;
  if (S_ISDIR(status.st_mode)) throw Error(kind, path.string() + ": is a folder, expected a file");
  const char* const what = S_ISFIFO(status.st_mode) ? "a pipe" : S_ISSOCK(status.st_mode) ? "a socket" : "a device";
  throw Error(kind, path.string() + ": is not a regular file (it is " + what + ")");
}

/// `size` is 0 where it is not known.
[[noreturn]] void throw_too_large(const fs::path& path, ErrorKind kind, std::uintmax_t limit, std::uintmax_t size) {
  throw Error(kind, path.string() + ": is larger than the limit of " + std::to_string(limit) + " bytes" +
                        (size > 0 ? " (" + std::to_string(size) + " bytes)" : ""));
}

/// Writes all of `bytes`; the count written when it stopped early, with errno set.
std::size_t write_all(int fd, std::string_view bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

int FileDescriptor::release() { return std::exchange(fd_, -1); }

void FileDescriptor::reset() {
  if (fd_ >= 0) ::close(release());
}

FileDescriptor open_to_read(const fs::path& path, ErrorKind kind) {
  // Asked before it is opened and again of what was: another file may have taken its place in between.
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) throw_errno(kind, path, "cannot be opened");
  require_regular(status, path, kind);
  FileDescriptor file = open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, kind, "cannot be opened");
  if (::fstat(file.get(), &status) != 0) throw_errno(kind, path, "cannot be read");
  require_regular(status, path, kind);
  return file;
}

std::string read_file(const fs::path& path, ErrorKind kind, std::uintmax_t limit) {
  return read_to_end(open_to_read(path, kind).get(), path, kind, limit);
}

std::string read_to_end(int fd, const fs::path& name, ErrorKind kind, std::uintmax_t limit) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) throw_errno(kind, name, "cannot be read");
  const auto told_size = static_cast<std::uintmax_t>(std::max<off_t>(status.st_size, 0));  // 0 of a pipe
  if (told_size > limit) throw_too_large(name, kind, limit, told_size);
  std::string contents;
  contents.reserve(static_cast<std::size_t>(told_size) + 1);
  char buffer[1 << 16];
  for (;;) {
    const ssize_t count = ::read(fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_errno(kind, name, "cannot be read");
    if (count == 0) return contents;
    contents.append(buffer, static_cast<std::size_t>(count));
    if (contents.size() > limit) throw_too_large(name, kind, limit, 0);
  }
}

namespace {

/// How many bytes there were: fewer than `count` at the file's end.
std::size_t read_into(char* to, const FileDescriptor& file, std::uint64_t offset, std::size_t count,
                      const fs::path& path, ErrorKind kind) {
  std::size_t done = 0;
  while (done < count) {
    const ssize_t got = ::pread(file.get(), to + done, count - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno(kind, path, "cannot be read");
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

}  // namespace

std::string read_at(const FileDescriptor& file, std::uint64_t offset, std::size_t count, const fs::path& path,
                    ErrorKind kind) {
  std::string bytes(count, '\0');
  bytes.resize(read_into(bytes.data(), file, offset, count, path, kind));
  return bytes;
}

void read_exactly(const FileDescriptor& file, std::uint64_t offset, char* to, std::size_t count, const fs::path& path,
                  ErrorKind kind) {
  const std::size_t done = read_into(to, file, offset, count, path, kind);
  if (done < count) {
    throw Error(kind, path.string() + ": ends at byte " + std::to_string(offset + done) + ", expected " +
                          std::to_string(offset + count) + " or more: it became shorter while it was read");
  }
}

namespace {

/// A name of AtomicFile's: its target, ".tmp", and two numbers.
bool is_temporary_of(std::string_view name, std::string_view target) {
  const std::size_t mark = name.rfind(".tmp");
  if (mark == std::string_view::npos || (!target.empty() && name.substr(0, mark) != target)) return false;
  const std::string_view numbers = name.substr(mark + 4);
  const std::size_t dash = numbers.find('-');
  return dash != std::string_view::npos && dash > 0 && dash + 1 < numbers.size() &&
         numbers.find_first_not_of("0123456789-") == std::string_view::npos;
}

/// Whether the open file is the one at the path.
bool leads_to(const fs::path& path, int fd) {
  struct stat open{}, there{};
  return ::fstat(fd, &open) == 0 && ::lstat(path.c_str(), &there) == 0 && open.st_ino == there.st_ino &&
         open.st_dev == there.st_dev;
}

}  // namespace

void remove_abandoned_files(const fs::path& folder, std::string_view target) {
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (is_temporary_of(entry->path().filename().string(), target)) found.push_back(entry->path());
  for (const fs::path& path : found) {
    const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat status{};
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0 && leads_to(path, file.get())) ::unlink(path.c_str());
  }
}

AtomicFile::AtomicFile(fs::path path, ErrorKind kind) : path_(std::move(path)), kind_(kind) {
  // A process in another container, or on another machine with the same disk, may have the same number: so there is
  // chance in the name, and none writes into another's file.
  std::random_device chance;
  do {
    temporary_ = path_.string() + ".tmp" + std::to_string(::getpid()) + "-" + std::to_string(chance());
    file_ = open_file(temporary_, O_WRONLY | O_CREAT | O_EXCL, kind_, "cannot be created");
    // Locked, it is in use. Before that, remove_abandoned_files() may just have taken it.
  } while (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0 ? errno == EWOULDBLOCK : !leads_to(temporary_, file_.get()));
}

AtomicFile::~AtomicFile() {
  if (!committed_) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view bytes) {
  if (write_all(file_.get(), bytes) != bytes.size()) throw_errno(kind_, path_, "cannot be written to");
}

void AtomicFile::overwrite(std::size_t offset, std::string_view bytes) {
  const ssize_t count = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
  if (count < 0 || static_cast<std::size_t>(count) != bytes.size()) throw_errno(kind_, path_, "cannot be written to");
}

void AtomicFile::commit() {
  if (::fsync(file_.get()) != 0) throw_errno(kind_, path_, "cannot be flushed to disk");
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) throw_errno(kind_, path_, "cannot be moved into place");
  committed_ = true;
  sync_directory(path_.has_parent_path() ? path_.parent_path() : fs::path("."), kind_);
}

void write_file_atomically(const fs::path& path, std::string_view contents, ErrorKind kind) {
  AtomicFile file(path, kind);
  file.write(contents);
  file.commit();
}

void make_directories(const fs::path& path, ErrorKind kind) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw Error(kind, path.string() + ": the folder cannot be created: " + error.message());
}

void sync_directory(const fs::path& path, ErrorKind kind) {
  const FileDescriptor folder = open_file(path, O_RDONLY | O_DIRECTORY, kind, "cannot be opened");
  if (::fsync(folder.get()) != 0 && errno != EINVAL) throw_errno(kind, path, "cannot be flushed to disk");
}

AppendFile::AppendFile(fs::path path, ErrorKind kind) : path_(std::move(path)), kind_(kind) {
  file_ = open_file(path_, O_RDWR | O_CREAT | O_APPEND, kind_, "cannot be opened");
  struct stat status{};
  if (::fstat(file_.get(), &status) != 0) throw_errno(kind_, path_, "cannot be read");
  char last = '\n';
  if (status.st_size > 0 && ::pread(file_.get(), &last, 1, status.st_size - 1) != 1)
    throw_errno(kind_, path_, "cannot be read");
  torn_ = last != '\n';
  size_ = status.st_size;
}

void AppendFile::append_line(std::string_view line) {
  std::string bytes;
  bytes.reserve(line.size() + 2);
  if (torn_) bytes.push_back('\n');
  bytes.append(line).push_back('\n');
  const std::size_t done = write_all(file_.get(), bytes);
  torn_ = done != bytes.size() && (done > 0 || torn_);
  if (done != bytes.size()) throw_errno(kind_, path_, "cannot be written to");
  size_ += static_cast<off_t>(done);  // or more, where others append to it too
}

void AppendFile::require_in_place() {
  struct stat status{};
  if (::fstat(file_.get(), &status) != 0) throw_errno(kind_, path_, "cannot be read");
  if (!leads_to(path_, file_.get()))
    throw Error(kind_, path_.string() + ": was removed or replaced while it was being written");
  if (status.st_size < size_) throw Error(kind_, path_.string() + ": was cut while it was being written");
  size_ = status.st_size;
}

void AppendFile::sync() {
  if (::fdatasync(file_.get()) != 0) throw_errno(kind_, path_, "cannot be flushed to disk");
}

}  // namespace folio
