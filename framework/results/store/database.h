#pragma once

#include <soci/soci.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "support/error.h"

namespace folio::results {

/// One connection to the store's SQLite file, in its default mode: a rollback journal (Debian 12's SQLite 3.40.1 may
/// corrupt in WAL mode: a fault of the WAL reset, fixed in 3.51.3), synced at every commit. Another process's lock is
/// waited for.
class Database {
 public:
  enum class Access { write, read };

  /// Opens the file, for writing making it where it is not there; without a path, a database in memory. Throws Error
  /// (store).
  explicit Database(std::filesystem::path file, Access access = Access::write);

  /// Calls `work(session)`, turning the exceptions of SOCI, and of reading the JSON that the file holds, into Error
  /// (store) that name the file.
  template <typename Work>
  auto guarded(const Work& work) {
    try {
      return work(*session_);
    } catch (const soci::soci_error& error) {
      throw translated(error);
    } catch (const nlohmann::json::exception& error) {
      throw Error(ErrorKind::store, file_.string() + ": is damaged: " + error.what());
    }
  }

  const std::filesystem::path& file() const { return file_; }

 private:
  Error translated(const soci::soci_error& error) const;

  std::filesystem::path file_;
  std::unique_ptr<soci::session> session_;  // which cannot be moved itself
};

/// A transaction that takes the writer's lock at its start: one that began by reading could not wait for the lock
/// later. Rolled back unless committed.
class WriteTransaction {
 public:
  explicit WriteTransaction(soci::session& session);
  ~WriteTransaction();
  WriteTransaction(const WriteTransaction&) = delete;
  WriteTransaction& operator=(const WriteTransaction&) = delete;

  void commit();

 private:
  soci::session& session_;
  bool open_ = true;
};

}  // namespace folio::results
