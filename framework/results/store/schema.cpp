#include "results/store/schema.h"

#include <fmt/format.h>

namespace folio::results {
namespace {

// `runs.offset` is how far the run's events.jsonl has been entered, and changes in the transaction that enters the
// events: so nothing is entered twice or left out, whoever is killed when. Of a point's value SQLite makes NULL where
// it is NaN; infinities it keeps. So a NULL here is a NaN.
constexpr const char* kTables[] = {
    R"(CREATE TABLE runs (
         id INTEGER PRIMARY KEY,
         run TEXT NOT NULL UNIQUE,          -- the folder's name, or baseline/<name>
         name TEXT NOT NULL,
         created TEXT NOT NULL,
         experiment_file TEXT NOT NULL,
         model TEXT NOT NULL,
         state TEXT NOT NULL,
         error_kind TEXT NOT NULL DEFAULT '',
         error_message TEXT NOT NULL DEFAULT '',
         process TEXT NOT NULL,             -- JSON: who works on it, or worked last; empty where not known
         offset INTEGER NOT NULL DEFAULT 0, -- bytes of events.jsonl entered
         skipped INTEGER NOT NULL DEFAULT 0 -- lines of it that are no event
       ))",
    R"(CREATE TABLE details (               -- JSON, read for one run at a time
         run INTEGER PRIMARY KEY,
         info TEXT NOT NULL,
         settings TEXT NOT NULL,
         facts TEXT NOT NULL DEFAULT '{}',
         environment TEXT NOT NULL DEFAULT '{}',
         sample TEXT NOT NULL DEFAULT ''
       ))",
    R"(CREATE TABLE metrics (
         id INTEGER PRIMARY KEY,
         name TEXT NOT NULL UNIQUE
       ))",
    R"(CREATE TABLE finals (                -- a metric's last value: of the summary, else of the last point
         run INTEGER NOT NULL,
         metric INTEGER NOT NULL,
         value REAL,
         PRIMARY KEY (run, metric)
       ) WITHOUT ROWID)",
    R"(CREATE TABLE points (
         run INTEGER NOT NULL,
         metric INTEGER NOT NULL,
         step INTEGER NOT NULL,
         value REAL,
         PRIMARY KEY (run, metric, step)
       ) WITHOUT ROWID)",
};

int user_version(soci::session& session) {
  int version = 0;
  session << "PRAGMA user_version", soci::into(version);
  return version;
}

bool has_tables(soci::session& session) {
  int count = 0;
  session << "SELECT count(*) FROM sqlite_master", soci::into(count);
  return count > 0;
}

}  // namespace

void prepare_schema(Database& database) {
  database.guarded([&](soci::session& session) {
    int version = user_version(session);
    if (version == 0) {
      WriteTransaction transaction(session);
      version = user_version(session);  // another process may have been here since
      if (version == 0) {
        if (has_tables(session)) {
          throw Error(ErrorKind::store, database.file().string() + ": is a database of another program, not a store");
        }
        for (const char* table : kTables) session << table;
        session << fmt::format("PRAGMA user_version = {}", kSchemaVersion);
        version = kSchemaVersion;
      }
      transaction.commit();
    }
    if (version > kSchemaVersion) {
      throw Error(ErrorKind::store,
                  fmt::format("{}: has schema version {}, this Folio knows up to {}; use the newer Folio that wrote it",
                              database.file().string(), version, kSchemaVersion));
    }
  });
}

}  // namespace folio::results
