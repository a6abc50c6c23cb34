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
         note TEXT NOT NULL DEFAULT '',
         tags TEXT NOT NULL DEFAULT '',     -- see tags_column.h
         process TEXT NOT NULL,             -- JSON: who works on it, or worked last; empty where not known
         settings TEXT NOT NULL,            -- settings.id with spaces between: what is asked of thousands of runs
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
    R"(CREATE TABLE settings (              -- key and value (JSON) of a setting; never deleted
         id INTEGER PRIMARY KEY,
         key TEXT NOT NULL,
         value TEXT NOT NULL,
         UNIQUE (key, value)
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

void drop_tables(soci::session& session) {
  for (const char* table : {"runs", "details", "settings", "metrics", "finals", "points"}) {
    session << fmt::format("DROP TABLE IF EXISTS {}", table);
  }
}

void make_tables(soci::session& session) {
  for (const char* table : kTables) session << table;
  session << fmt::format("PRAGMA user_version = {}", kSchemaVersion);
}

}  // namespace

void prepare_schema(Database& database) {
  database.guarded([&](soci::session& session) {
    if (user_version(session) == kSchemaVersion) return;
    WriteTransaction transaction(session);
    const int version = user_version(session);  // another process may have been here since
    if (version > kSchemaVersion) {
      throw Error(ErrorKind::store,
                  fmt::format("{}: has schema version {}, this Folio knows up to {}; use the newer Folio that wrote it",
                              database.file().string(), version, kSchemaVersion));
    }
    if (version == kSchemaVersion) return;
    if (version == 0 && has_tables(session)) {
      throw Error(ErrorKind::store, database.file().string() + ": is a database of another program, not a store");
    }
    drop_tables(session);
    make_tables(session);
    transaction.commit();
  });
}

void empty_tables(Database& database) {
  database.guarded([](soci::session& session) {
    WriteTransaction transaction(session);
    drop_tables(session);
    make_tables(session);
    transaction.commit();
  });
}

}  // namespace folio::results
