#include "support/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <random>
#include <utility>

namespace folio {
namespace {

namespace fs = std::filesystem;

FileDescriptor open_file(const fs::path& path, int flags, ErrorKind kind, const char* what) {
  FileDescriptor file(::open(path.c_str(), flags | O_CLOEXEC, 0666));
  if (!file) throw_errno(kind, path, what);
  return file;
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

std::string read_file(const fs::path& path, ErrorKind kind, std::uintmax_t limit) {
  const FileDescriptor file = open_file(path, O_RDONLY, kind, "cannot be opened");
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) throw_errno(kind, path, "cannot be read");
  if (S_ISDIR(status.st_mode)) throw Error(kind, path.string() + ": is a folder, expected a file");
  std::string contents;
  contents.reserve(static_cast<std::size_t>(status.st_size) + 1);
  char buffer[1 << 16];
  for (;;) {
    const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_errno(kind, path, "cannot be read");
    if (count == 0) break;
    contents.append(buffer, static_cast<std::size_t>(count));
    if (contents.size() > limit) {
      throw Error(kind, path.string() + ": is larger than the limit of " + std::to_string(limit) + " bytes" +
                            (status.st_size > 0 ? " (" + std::to_string(status.st_size) + " bytes)" : ""));
    }
  }
  return contents;
}

AtomicFile::AtomicFile(fs::path path, ErrorKind kind) : path_(std::move(path)), kind_(kind) {
  // A process in another container, or on another machine with the same disk, may have the same number: so there is
  // chance in the name, and none writes into another's file.
  std::random_device chance;
  temporary_ = path_.string() + ".tmp" + std::to_string(::getpid()) + "-" + std::to_string(chance());
  file_ = open_file(temporary_, O_WRONLY | O_CREAT | O_EXCL, kind_, "cannot be created");
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
}

void AppendFile::append_line(std::string_view line) {
  std::string bytes;
  bytes.reserve(line.size() + 2);
  if (torn_) bytes.push_back('\n');
  bytes.append(line).push_back('\n');
  const std::size_t done = write_all(file_.get(), bytes);
  torn_ = done != bytes.size() && (done > 0 || torn_);
  if (done != bytes.size()) throw_errno(kind_, path_, "cannot be written to");
}

void AppendFile::sync() {
  if (::fdatasync(file_.get()) != 0) throw_errno(kind_, path_, "cannot be flushed to disk");
}

}  // namespace folio
