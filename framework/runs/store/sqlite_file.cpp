#include <fmt/format.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <cctype>

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

class SqliteFile : public Server {
 public:
  explicit SqliteFile(std::filesystem::path file) : file_(std::move(file)) {}

  std::string name() const override { return file_.string(); }

  void connect(soci::session& session) const override {
    session.open(soci::sqlite3, connection_string(file_));
    session << "PRAGMA synchronous = FULL";
  }

  std::string explain(const soci::soci_error& error) const override {
    const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
    const std::string message = error.get_error_message();
    switch (sqlite ? sqlite->result() & 0xff : 0) {  // the upper bytes tell kinds of one error apart
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
      default:
        return message;
    }
  }

  bool is_disk_fault(const soci::soci_error& error) const override {
    const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
    const int result = sqlite ? sqlite->result() & 0xff : 0;
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
