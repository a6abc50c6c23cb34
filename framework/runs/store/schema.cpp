#include "runs/store/schema.h"

#include <fmt/format.h>

namespace folio::runs {
namespace {

// `runs.entered` changes in the transaction that enters the events: so nothing is entered twice or left out, whoever is
// killed when. Of a point's value SQLite makes NULL where it is NaN; infinities it keeps. So a NULL here is a NaN.
//
// What the two servers call differently is SERIAL_KEY, a number that counts up by itself, and COMPACT, for a table that
// is its key's index. In the comments there can be no colon and no apostrophe, since SOCI looks for names there too.
constexpr const char* kTables[] = {
    R"(CREATE TABLE runs (
         id SERIAL_KEY,
         home TEXT NOT NULL,                -- the results folder that the run lies in, see folder_id.h, empty in SQLite
         run TEXT NOT NULL,                 -- the name of its folder there, or baseline/<name>
         host TEXT NOT NULL,                -- where that was entered
         folder TEXT NOT NULL,              -- its path there
         name TEXT NOT NULL,
         created TEXT NOT NULL,
         experiment_file TEXT NOT NULL,
         model TEXT NOT NULL,
         state TEXT NOT NULL,
         error_kind TEXT NOT NULL DEFAULT '',
         error_message TEXT NOT NULL DEFAULT '',
         note TEXT NOT NULL DEFAULT '',
         tags TEXT NOT NULL DEFAULT '',     -- see tags_column.h
         process TEXT NOT NULL,             -- JSON, who works on it, or worked last, empty where not known
         settings TEXT NOT NULL,            -- settings.id with spaces between, what is asked of thousands of runs
         entered BIGINT NOT NULL DEFAULT 0, -- bytes of events.jsonl
         skipped BIGINT NOT NULL DEFAULT 0, -- lines of it that are no event
         UNIQUE (run, home)
       ))",
    R"(CREATE TABLE details (               -- JSON, read for one run at a time
         run BIGINT PRIMARY KEY,
         info TEXT NOT NULL,
         settings TEXT NOT NULL,
         facts TEXT NOT NULL DEFAULT '{}',
         environment TEXT NOT NULL DEFAULT '{}',
         sessions TEXT NOT NULL DEFAULT '[]', -- of a resumed run, see ResumedEvent
         sample TEXT NOT NULL DEFAULT ''
       ))",
    R"(CREATE TABLE settings (              -- key and value (JSON) of a setting, never deleted
         id SERIAL_KEY,
         key TEXT NOT NULL,
         value TEXT NOT NULL,
         pair_hash TEXT NOT NULL UNIQUE     -- of both, see name_ids.cpp, since an index holds no long texts
       ))",
    R"(CREATE TABLE metrics (
         id SERIAL_KEY,
         name TEXT NOT NULL                 -- each once, of any length, and few enough to need no index
       ))",
    R"(CREATE TABLE finals (                -- the last value of a metric, of the summary, else of the last point
         run BIGINT NOT NULL,
         metric BIGINT NOT NULL,
         value DOUBLE PRECISION,
         PRIMARY KEY (run, metric)
       ) COMPACT)",
    R"(CREATE TABLE points (
         run BIGINT NOT NULL,
         metric BIGINT NOT NULL,
         step BIGINT NOT NULL,
         value DOUBLE PRECISION,
         PRIMARY KEY (run, metric, step)
       ) COMPACT)",
    R"(CREATE TABLE times (                 -- when the points of a step were logged, in seconds since 1970
         run BIGINT NOT NULL,
         step BIGINT NOT NULL,
         time DOUBLE PRECISION NOT NULL,
         PRIMARY KEY (run, step)
       ) COMPACT)",
    R"(CREATE TABLE refused (               -- run folders that could not be entered, see refused_runs.h
         home TEXT NOT NULL,
         run TEXT NOT NULL,
         stamp TEXT NOT NULL,
         message TEXT NOT NULL,
         PRIMARY KEY (run, home)
       ) COMPACT)",
};

/// The statement with `word` replaced wherever it stands.
std::string with(std::string statement, std::string_view word, std::string_view replacement) {
  for (std::size_t at = 0; (at = statement.find(word, at)) != std::string::npos; at += replacement.size())
    statement.replace(at, word.size(), replacement);
  return statement;
}

int number(soci::session& session, const std::string& query) {
  int result = 0;
  session << query, soci::into(result);
  return result;
}

/// Tables of the schema `folio` on a server, by SQL's condition. Not of information_schema, which shows each user only
/// what that user may read.
int server_tables(soci::session& session, const std::string& condition) {
  return number(session, "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = 'folio' AND " + condition);
}

/// 0 where there is none.
int schema_version(soci::session& session) {
  if (!speaks_postgresql(session)) return number(session, "PRAGMA user_version");
  if (server_tables(session, "tablename = 'schema_version'") == 0) return 0;
  return number(session, "SELECT version FROM folio.schema_version");
}

void set_schema_version(soci::session& session) {
  if (!speaks_postgresql(session)) {
    session << fmt::format("PRAGMA user_version = {}", kSchemaVersion);
    return;
  }
  session << "CREATE TABLE schema_version (version INTEGER NOT NULL)";
  session << fmt::format("INSERT INTO schema_version (version) VALUES ({})", kSchemaVersion);
}

bool has_tables(soci::session& session) {
  if (speaks_postgresql(session)) return server_tables(session, "true") > 0;
  return number(session, "SELECT count(*) FROM sqlite_master") > 0;
}

void drop_tables(soci::session& session) {
  for (const char* table :
       {"runs", "details", "settings", "metrics", "finals", "points", "times", "refused", "schema_version"})
    session << fmt::format("DROP TABLE IF EXISTS {}", table);
}

void make_tables(soci::session& session) {
  const bool postgresql = speaks_postgresql(session);
  if (postgresql) session << "CREATE SCHEMA IF NOT EXISTS folio";
  for (const char* table : kTables) {
    const std::string key = postgresql ? "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY" : "INTEGER PRIMARY KEY";
    session << with(with(table, "SERIAL_KEY", key), "COMPACT", postgresql ? "" : "WITHOUT ROWID");
  }
  set_schema_version(session);
}

}  // namespace

void prepare_schema(Database& database) {
  database.guarded([&](soci::session& session) {
    if (schema_version(session) == kSchemaVersion) return;
    WriteTransaction transaction(session);
    const int version = schema_version(session);  // another process may have been here since
    if (version > kSchemaVersion) {
      throw Error(
          ErrorKind::store,
          fmt::format(
              "{}: has schema version {}, but this Folio knows versions up to {}; use the newer Folio that wrote it",
              database.name(), version, kSchemaVersion));
    }
    if (version == kSchemaVersion) return;
    if (version == 0 && has_tables(session))
      throw Error(ErrorKind::store, database.name() + ": is a database of another program, not a store");
    drop_tables(session);
    make_tables(session);
    transaction.commit();
  });
}

}  // namespace folio::runs
