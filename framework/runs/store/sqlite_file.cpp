#include <fmt/format.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <cctype>
#include <system_error>

#include "runs/store/server.h"

namespace folio::runs {
namespace {

/// SOCI's connection string. It has no way to write a path with spaces and quotes in it, so the path goes as an SQLite
/// URI. `synchronous` is not left to SOCI, which would set it before the timeout and fail where another process writes.
std::string connection_string(const std::filesystem::path& file) {
  if (file.empty()) return "db=:memory:";
  // URIs are off unless SQLite was built with them on or is told so before its first use.
  [[maybe_unused]] static const int uris_allowed = sqlite_api::sqlite3_config(SQLITE_CONFIG_URI, 1);
  std::string encoded;
  for (const char c : std::filesystem::absolute(file).string()) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '.' || c == '_' || c == '-';
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return fmt::format("db=file:{} timeout={}", encoded, kLockSeconds);
}

/// SQLite's code; its upper bytes tell kinds of one error apart. 0 where the error is not SQLite's.
int code_of(const soci::soci_error& error) {
  const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
  return sqlite ? sqlite->result() : 0;
}

/// What lies at the path, where that is no file that could be a store; else empty.
std::string problem_with_kind(const std::filesystem::path& file) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (fs::is_symlink(fs::symlink_status(file, error)) && !fs::exists(status)) {
    return fmt::format("is a symbolic link to {}, which does not exist; remove the link, or make that folder",
                       fs::read_symlink(file, error).string());
  }
  if (!fs::exists(status) || fs::is_regular_file(status)) return "";
  const char* const kind = fs::is_directory(status) ? "a folder"
                           : fs::is_fifo(status)    ? "a pipe"
                           : fs::is_socket(status)  ? "a socket"
                                                    : "a device";
  return fmt::format("is {}, expected a file; move it away, and the next command makes the store anew", kind);
}

class SqliteFile : public Server {
 public:
  explicit SqliteFile(std::filesystem::path file) : file_(std::move(file)) {}

  std::string name() const override { return file_.string(); }

  void connect(soci::session& session) const override {
    session.open(soci::sqlite3, connection_string(file_));
    // Without these a file that was removed cannot be told from one that may not be written to.
    const auto* backend = static_cast<const soci::sqlite3_session_backend*>(session.get_backend());
    sqlite_api::sqlite3_extended_result_codes(backend->conn_, 1);
    session << "PRAGMA synchronous = FULL";
  }

  std::string explain(const soci::soci_error& error) const override {
    if (const std::string problem = problem_with_kind(file_); !problem.empty()) return problem;
    if (is_moved(error)) {
      return fmt::format("was {} after this command opened it",
                         std::filesystem::exists(file_) ? "replaced" : "removed");
    }
    const std::string message = plain_message(error);
    switch (code_of(error) & 0xff) {
      case SQLITE_NOTADB:
      case SQLITE_CORRUPT:
        return fmt::format(
            "is damaged or not a store ({}); the runs themselves are safe in their folders: `runner reindex` moves "
            "this file away and rebuilds it from them",
            message);
      case SQLITE_BUSY:
        return fmt::format("is still locked by another process after {} seconds", kLockSeconds);
      case SQLITE_FULL:
        return "cannot be written to: the disk is full";
      case SQLITE_READONLY:
        return fmt::format("cannot be written to ({})", message);
      case SQLITE_CANTOPEN:
        return fmt::format("cannot be opened ({})", message);
      case SQLITE_IOERR:
        return fmt::format("cannot be read or written: the system reports an error of the disk or the folder ({})",
                           message);
      default:
        return message;
    }
  }

  bool is_moved(const soci::soci_error& error) const override { return code_of(error) == SQLITE_READONLY_DBMOVED; }

  bool is_disk_fault(const soci::soci_error& error) const override {
    const int result = code_of(error) & 0xff;
    return result == SQLITE_FULL || result == SQLITE_IOERR || result == SQLITE_READONLY || result == SQLITE_CANTOPEN;
  }

 private:
  std::filesystem::path file_;
};

}  // namespace

std::unique_ptr<const Server> sqlite_file(std::filesystem::path file) {
  return std::make_unique<SqliteFile>(std::move(file));
}

}  // namespace folio::runs
