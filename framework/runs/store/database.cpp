#include "runs/store/database.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <thread>

namespace folio::runs {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kBetweenAttempts{200};

/// Any number that no other program is likely to lock in the same database.
constexpr const char* kTakeWritersLock = "SELECT pg_advisory_xact_lock(5068946319)";

}  // namespace

std::string plain_message(const soci::soci_error& error) {
  std::string text = error.get_error_message();
  // "sqlite3_statement_backend::loadOne: ..."
  const std::size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:");
  if (end != std::string::npos && end > 0 && text[end] == ' ' && text[end - 1] == ':' && text.find("::") < end)
    text.erase(0, end + 1);
  constexpr std::string_view kNoConnection = "Cannot establish connection to the database.";
  if (text.starts_with(kNoConnection)) text.erase(0, std::min(kNoConnection.size() + 1, text.size()));
  return text.empty() ? "cannot be used" : text;
}

Database::Database(std::unique_ptr<const Server> server)
    : server_(std::move(server)), session_(std::make_unique<soci::session>()) {
  try {
    server_->connect(*session_);
  } catch (const soci::soci_error& error) {
    rethrow(error);
  }
}

void Database::rethrow(const soci::soci_error& error) const {
  const std::string message = name() + ": " + server_->explain(error);
  if (server_->is_moved(error)) throw StoreMovedError(ErrorKind::store, message);
  if (server_->is_disk_fault(error)) throw StoreDiskError(ErrorKind::store, message);
  throw Error(ErrorKind::store, message);
}

/// Throws the error in our words, unless its cause is that the connection is lost and it can be made again.
void Database::reconnect(const soci::soci_error& error) {
  if (session_->is_connected()) rethrow(error);
  const auto deadline = Clock::now() + (given_up_ ? std::chrono::seconds(0) : patience_);
  for (;;) {
    try {
      session_->close();
      server_->connect(*session_);
      given_up_ = false;
      return;
    } catch (const soci::soci_error& failed) {
      if (Clock::now() + kBetweenAttempts > deadline) {
        given_up_ = true;
        throw Error(ErrorKind::store, fmt::format("{}: the connection was lost, and reconnecting failed: {}", name(),
                                                  server_->explain(failed)));
      }
    }
    std::this_thread::sleep_for(kBetweenAttempts);
  }
}

WriteTransaction::WriteTransaction(soci::session& session) : session_(session) {
  // In SQLite a transaction that began by reading could not wait for the lock later. On a server it has to see what was
  // written while it waited.
  session_ << (speaks_postgresql(session_) ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE" : "BEGIN IMMEDIATE");
  if (!speaks_postgresql(session_)) return;
  try {
    session_ << kTakeWritersLock;
  } catch (const soci::soci_error&) {
    roll_back();
    throw;
  }
}

WriteTransaction::~WriteTransaction() {
  if (open_) roll_back();
}

void WriteTransaction::commit() {
  session_ << "COMMIT";
  open_ = false;
}

void WriteTransaction::roll_back() {
  try {
    session_ << "ROLLBACK";
  } catch (const soci::soci_error&) {
    // After a failed write SQLite may have rolled back by itself, and a lost connection has: the first error is the one
    // that counts.
  }
}

}  // namespace folio::runs
