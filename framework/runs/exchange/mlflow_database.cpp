// MLflow's store in SQLite: the tables experiments, runs, params, tags and metrics of mlflow/store/tracking/dbmodels.

#include <fmt/format.h>
#include <sqlite3.h>

#include <limits>
#include <memory>

#include "runs/exchange/mlflow_run.h"
#include "support/error.h"
#include "support/files.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;

constexpr int kLongestText = 16 << 20;  // bytes, as in MLflow's files

/// One query's rows.
class Rows {
 public:
  Rows(sqlite3* database, const fs::path& file, const std::string& query, const std::string& parameter = "")
      : database_(database), file_(file) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database, query.c_str(), -1, &statement, nullptr) != SQLITE_OK) fail();
    statement_.reset(statement);
    if (sqlite3_bind_parameter_count(statement) > 0)
      sqlite3_bind_text(statement, 1, parameter.data(), static_cast<int>(parameter.size()), SQLITE_TRANSIENT);
  }

  bool next() {
    const int result = sqlite3_step(statement_.get());
    if (result != SQLITE_ROW && result != SQLITE_DONE) fail();
    return result == SQLITE_ROW;
  }

  std::string text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    return bytes == nullptr
               ? ""
               : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)));
  }
  std::optional<std::int64_t> integer(int column) const {
    if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL) return std::nullopt;
    return sqlite3_column_int64(statement_.get(), column);
  }
  double number(int column) const { return sqlite3_column_double(statement_.get(), column); }

 private:
  [[noreturn]] void fail() const {
    throw Error(ErrorKind::store, fmt::format("{}: cannot be read: {}", file_.string(), sqlite3_errmsg(database_)));
  }

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  sqlite3* database_;
  fs::path file_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
using Database = std::unique_ptr<sqlite3, Close>;

bool is_sqlite(const fs::path& file) {
  constexpr std::string_view kMagic = "SQLite format 3";
  return read_at(open_to_read(file, ErrorKind::store), 0, kMagic.size(), file, ErrorKind::store) == kMagic;
}

/// The file as SQLite's URI, in which three characters have a meaning.
std::string uri_of(const fs::path& file) {
  std::string uri = "file:";
  for (const char c : fs::absolute(file).string())
    uri += c == '?' || c == '#' || c == '%' ? fmt::format("%{:02X}", static_cast<int>(c)) : std::string(1, c);
  return uri + "?mode=ro";
}

Database open_database(const fs::path& file) {
  sqlite3* opened = nullptr;
  const int result = sqlite3_open_v2(uri_of(file).c_str(), &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
  Database database(opened);
  if (result != SQLITE_OK)
    throw Error(ErrorKind::store, fmt::format("{}: cannot be opened: {}", file.string(), sqlite3_errmsg(opened)));
  // As SQLite advises for a database that a stranger may have made (https://www.sqlite.org/security.html).
  sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_limit(opened, SQLITE_LIMIT_LENGTH, kLongestText);
  constexpr int kPatienceMs = 10'000;  // a run that is going on writes there
  sqlite3_busy_timeout(opened, kPatienceMs);
  return database;
}

class DatabaseReader {
 public:
  explicit DatabaseReader(const fs::path& file) : file_(file), database_(open_database(file)) {}

  FoundRuns read() {
    require_tables();
    // One state of all tables, whatever is written meanwhile.
    Rows(database_.get(), file_, "BEGIN").next();
    FoundRuns found;
    Rows rows = query(
        "SELECT r.run_uuid, r.name, r.status, r.start_time, r.end_time, r.lifecycle_stage, e.name, e.lifecycle_stage "
        "FROM runs r LEFT JOIN experiments e ON e.experiment_id = r.experiment_id ORDER BY r.start_time, r.run_uuid");
    while (rows.next()) {
      MlflowRun run;
      run.id = rows.text(0);
      run.name = rows.text(1);
      run.status = rows.text(2);
      run.start_ms = rows.integer(3);
      run.end_ms = rows.integer(4);
      run.experiment = rows.text(6);
      if (rows.text(5) == "deleted" || rows.text(7) == "deleted") {
        found.passed_over.push_back(
            fmt::format("{}: run {} ({}) was deleted in MLflow", file_.string(), run.id, run.name));
        continue;
      }
      add_values(run);
      found.runs.push_back(imported(run, file_));
    }
    if (found.empty()) found.passed_over.push_back(file_.string() + ": has no runs");
    return found;
  }

 private:
  Rows query(const std::string& text, const std::string& parameter = "") const {
    return {database_.get(), file_, text, parameter};
  }

  void require_tables() const {
    for (const char* table : {"experiments", "runs", "params", "tags", "metrics"}) {
      Rows rows = query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", table);
      if (!rows.next())
        throw Error(ErrorKind::store, fmt::format("{}: is an SQLite database without the table '{}', expected MLflow's",
                                                  file_.string(), table));
    }
  }

  void add_values(MlflowRun& run) const {
    Rows params = query("SELECT key, value FROM params WHERE run_uuid = ?", run.id);
    while (params.next()) run.params[params.text(0)] = params.text(1);
    Rows tags = query("SELECT key, value FROM tags WHERE run_uuid = ?", run.id);
    while (tags.next()) run.tags[tags.text(0)] = tags.text(1);
    // Infinities are stored as the largest numbers, NaN as 0 with a mark (sqlalchemy_store.py, _log_metrics).
    constexpr double kLargest = std::numeric_limits<double>::max(), kInfinity = std::numeric_limits<double>::infinity();
    Rows metrics = query(
        "SELECT key, step, timestamp, value, is_nan FROM metrics WHERE run_uuid = ? ORDER BY timestamp, rowid", run.id);
    while (metrics.next()) {
      MlflowRun::Value value{metrics.integer(1).value_or(0), metrics.integer(2).value_or(0), metrics.number(3)};
      if (metrics.integer(4).value_or(0) != 0) value.value = std::numeric_limits<double>::quiet_NaN();
      if (value.value >= kLargest) value.value = kInfinity;
      if (value.value <= -kLargest) value.value = -kInfinity;
      run.metrics[metrics.text(0)].push_back(value);
    }
  }

  fs::path file_;
  Database database_;
};

}  // namespace

FoundRuns import_mlflow_database(const fs::path& file) {
  if (!is_sqlite(file)) return {};
  return DatabaseReader(file).read();
}

}  // namespace folio::runs
