#pragma once

#include <soci/soci.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "runs/store/server.h"
#include "runs/store/store.h"
#include "support/error.h"

namespace folio::runs {

/// One connection to the server that keeps the store.
class Database {
 public:
  /// Throws Error (store) where it cannot be reached.
  explicit Database(std::unique_ptr<const Server> server);

  /// Calls `work(session)`, turning the exceptions of SOCI, and of reading the JSON that the tables hold, into Error
  /// (store) that name the server. When the connection is lost on the way it is made anew and `work` is called again
  /// from its beginning: what it did before must do no harm when done twice.
  template <typename Work>
  auto guarded(const Work& work) {
    for (int losses = 0;; ++losses) {
      try {
        return work(*session_);
      } catch (const soci::soci_error& error) {
        if (losses == kMostLosses) rethrow(error);
        reconnect(error);
      } catch (const nlohmann::json::exception&) {
        throw Error(ErrorKind::store, name() +
                                          ": is damaged: what its tables hold cannot be read; runner reindex makes "
                                          "them anew from the run folders");
      }
    }
  }

  std::string name() const { return server_->name(); }

  /// For how long after a loss the connection is tried to be made anew; once, where that was in vain before.
  void set_patience(std::chrono::seconds patience) { patience_ = patience; }

 private:
  static constexpr int kMostLosses = 50;  // within one guarded(), whose work may be what the server dies of

  [[noreturn]] void rethrow(const soci::soci_error& error) const;  // in our words
  void reconnect(const soci::soci_error& error);

  std::unique_ptr<const Server> server_;
  std::unique_ptr<soci::session> session_;  // which cannot be moved itself
  std::chrono::seconds patience_{0};
  bool given_up_ = false;  // at the last loss
};

/// A transaction that takes the writer's lock at its start: of all that write to the store one works at a time, and
/// sees all that those before it wrote. Rolled back unless committed.
class WriteTransaction {
 public:
  explicit WriteTransaction(soci::session& session);
  ~WriteTransaction();
  WriteTransaction(const WriteTransaction&) = delete;
  WriteTransaction& operator=(const WriteTransaction&) = delete;

  void commit();

 private:
  void roll_back();

  soci::session& session_;
  bool open_ = true;
};

}  // namespace folio::runs
