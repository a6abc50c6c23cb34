#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "support/error.h"

namespace folio {

/// Owns an open file descriptor and closes it.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release();
  void reset();

 private:
  int fd_ = -1;
};

/// All functions here throw Error of the given kind, naming the path and the system's reason.

/// A regular file, open for reading. What is none (a folder, a pipe, a socket, a device) is refused at once: a pipe
/// would be waited for, and a device may act when it is opened.
FileDescriptor open_to_read(const std::filesystem::path& path, ErrorKind kind = ErrorKind::run);

/// As many bytes as read_file() takes, unless its caller says how large such a file may be.
constexpr std::uintmax_t kUsualFileLimit = 256 << 20;

/// The whole of a regular file. Refuses more than `limit` bytes, naming both sizes; a file that is known to be larger
/// is not read. All that a stranger may have written is read through this, or through open_to_read() and MappedFile.
std::string read_file(const std::filesystem::path& path, ErrorKind kind = ErrorKind::run,
                      std::uintmax_t limit = kUsualFileLimit);

/// All that comes from an open file, which may be a pipe, until its end. `name` is what messages call it.
std::string read_to_end(int fd, const std::filesystem::path& name, ErrorKind kind = ErrorKind::run,
                        std::uintmax_t limit = kUsualFileLimit);

/// Up to `count` bytes from `offset` on; fewer at the file's end.
std::string read_at(const FileDescriptor& file, std::uint64_t offset, std::size_t count,
                    const std::filesystem::path& path, ErrorKind kind = ErrorKind::run);

/// Fills `count` bytes at `to` with those from `offset` on. Throws where the file ends before.
void read_exactly(const FileDescriptor& file, std::uint64_t offset, char* to, std::size_t count,
                  const std::filesystem::path& path, ErrorKind kind = ErrorKind::run);

/// A file that is written piece by piece and appears at its path whole: after a crash at any moment there is either the
/// old file or the new one. It grows as a temporary file beside the path, and is removed where commit is not reached.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path, ErrorKind kind = ErrorKind::run);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view bytes);

  /// Replaces what was written from `offset` on: a header whose contents are known last.
  void overwrite(std::size_t offset, std::string_view bytes);

  /// Syncs the file, puts it in place and syncs the folder. Call once, last.
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  ErrorKind kind_;
  FileDescriptor file_;
  bool committed_ = false;
};

/// Removes from a folder (not from those below it) the temporary files of AtomicFiles whose process was killed, of one
/// target where it is named. One that is in use is locked, and stays; so do all where the file system knows no locks.
void remove_abandoned_files(const std::filesystem::path& folder, std::string_view target = "");

/// AtomicFile for contents that are there in one piece.
void write_file_atomically(const std::filesystem::path& path, std::string_view contents,
                           ErrorKind kind = ErrorKind::run);

/// Makes the folder and those above it.
void make_directories(const std::filesystem::path& path, ErrorKind kind = ErrorKind::run);

/// Brings a folder's entries (files made, renamed or removed in it) to the disk.
void sync_directory(const std::filesystem::path& path, ErrorKind kind = ErrorKind::run);

/// A file that only grows, a line at a time; each line reaches the kernel in one write, so a killed process leaves no
/// half of one (unless the disk is full, and then the next append begins on a new line). One writer at a time.
class AppendFile {
 public:
  /// Opens for appending, making the file where it is not there.
  AppendFile(std::filesystem::path path, ErrorKind kind);

  /// `line` without its line end.
  void append_line(std::string_view line);

  /// Waits until what was appended is on the disk.
  void sync();

  /// Throws where the path no longer leads to this file, or the file has become shorter: somebody has removed, replaced
  /// or cut it.
  void require_in_place();

 private:
  std::filesystem::path path_;
  ErrorKind kind_;
  FileDescriptor file_;
  bool torn_ = false;  ///< the last write stopped within its line
  off_t size_ = 0;     ///< that the file had when it was last looked at
};

}  // namespace folio
