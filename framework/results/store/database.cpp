#include "results/store/database.h"

#include <fmt/format.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <cctype>

namespace folio::results {
namespace {

constexpr int kBusyTimeoutSeconds = 20;

/// SOCI's connection string. It has no way to write a path with spaces and quotes in it, so the path goes as an SQLite
/// URI. `synchronous` is not left to SOCI, which would set it before the timeout and fail where another process writes.
std::string connection_string(const std::filesystem::path& file, Database::Access access) {
  if (file.empty()) return "db=:memory:";
  // URIs are off unless SQLite was built with them on or is told so before its first use.
  [[maybe_unused]] static const int uris_allowed = sqlite_api::sqlite3_config(SQLITE_CONFIG_URI, 1);
  std::string encoded;
  for (const char c : std::filesystem::absolute(file).string()) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '.' || c == '_' || c == '-';
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  // SOCI splits its parameters at "=", so a URI's own query cannot be written; it has a parameter of its own.
  const char* const mode = access == Database::Access::read ? "readonly=true " : "";
  return fmt::format("{}db=file:{} timeout={}", mode, encoded, kBusyTimeoutSeconds);
}

/// What is wrong, in words that say what to do about it.
std::string explanation(int result, const char* message) {
  switch (result & 0xff) {  // the upper bytes tell kinds of one error apart
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return fmt::format(
          "is damaged or not a store ({}); the runs themselves are safe in their folders: `runner reindex` moves this "
          "file away and makes it anew from them, with --salvage FILE after writing down what can still be read",
          message);
    case SQLITE_BUSY:
      return fmt::format("is locked by another process, still after {} seconds", kBusyTimeoutSeconds);
    case SQLITE_FULL:
      return "cannot be written: the disk is full";
    default:
      return message;
  }
}

}  // namespace

Database::Database(std::filesystem::path file, Access access)
    : file_(std::move(file)), session_(std::make_unique<soci::session>()) {
  try {
    session_->open(soci::sqlite3, connection_string(file_, access));
    *session_ << "PRAGMA synchronous = FULL";
  } catch (const soci::soci_error& error) {
    throw translated(error);
  }
}

Error Database::translated(const soci::soci_error& error) const {
  const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
  const std::string message = error.get_error_message();
  return Error(ErrorKind::store, file_.string() + ": " + explanation(sqlite ? sqlite->result() : 0, message.c_str()));
}

WriteTransaction::WriteTransaction(soci::session& session) : session_(session) { session_ << "BEGIN IMMEDIATE"; }

WriteTransaction::~WriteTransaction() {
  if (!open_) return;
  try {
    session_ << "ROLLBACK";
  } catch (const soci::soci_error&) {
    // After a failed write SQLite may have rolled back by itself; the first error is the one that counts.
  }
}

void WriteTransaction::commit() {
  session_ << "COMMIT";
  open_ = false;
}

}  // namespace folio::results
