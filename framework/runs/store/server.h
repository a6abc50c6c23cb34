#pragma once

#include <soci/soci.h>

#include <filesystem>
#include <memory>
#include <string>

namespace folio::runs {

/// What keeps the store's tables: an SQLite file, or a PostgreSQL server.
class Server {
 public:
  virtual ~Server() = default;

  /// The file, or the server's address without a password: what messages begin with.
  virtual std::string name() const = 0;

  /// Makes the connection, and sets for it what the store needs. Throws soci::soci_error.
  virtual void connect(soci::session& session) const = 0;

  /// Why something failed, in words that say what to do about it.
  virtual std::string explain(const soci::soci_error& error) const = 0;

  /// Whether it failed because what was connected to is no longer what a new connection would be made to.
  virtual bool is_moved(const soci::soci_error&) const { return false; }

  /// Whether it failed because the disk is full, fails or may not be written to.
  virtual bool is_disk_fault(const soci::soci_error&) const { return false; }
};

/// A file in SQLite's default mode: a rollback journal (Debian 12's SQLite 3.40.1 may corrupt in WAL mode: a fault of
/// the WAL reset, fixed in 3.51.3), synced at every commit. It is made where it is not there; without a path, a
/// database in memory.
std::unique_ptr<const Server> sqlite_file(std::filesystem::path file);

/// Throws Error (usage) unless the text begins as the address of a PostgreSQL server does.
void require_postgresql_url(const std::string& url);

/// The server and database of an address such as "postgresql://user@host:5432/database?sslmode=require", as libpq reads
/// it (postgresql.org/docs/current/libpq-connect.html, Connection URIs). The tables lie in a schema of their own,
/// `folio`.
std::unique_ptr<const Server> postgresql_server(std::string url);

/// What SOCI says, without the names of its own functions and what is clear without them.
std::string plain_message(const soci::soci_error& error);

/// Which of the two a session is connected to.
bool speaks_postgresql(const soci::session& session);

/// What is waited for another process's lock.
constexpr int kLockSeconds = 20;

}  // namespace folio::runs
