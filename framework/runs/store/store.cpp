#include "runs/store/store.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>

#include "runs/record/process_json.h"
#include "runs/record/run_lock.h"
#include "runs/store/database.h"
#include "runs/store/enter_runs.h"
#include "runs/store/folder_id.h"
#include "runs/store/network_file_system.h"
#include "runs/store/schema.h"
#include "runs/store/tags_column.h"
#include "support/files.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using soci::into;
using soci::use;

constexpr std::size_t kFetchRows = 4096;

bool writable(const fs::path& path) { return ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0; }

/// The file to open: none where there are results that may be read but not written.
fs::path file_to_open(const fs::path& results) {
  const fs::path file = store_file(results);
  if (fs::is_directory(results) && (!writable(results) || (fs::exists(file) && !writable(file)))) return {};
  make_directories(results, ErrorKind::store);
  require_local_folder(results);
  return file;
}

double value_or_nan(double value, soci::indicator indicator) {
  return indicator == soci::i_null ? std::numeric_limits<double>::quiet_NaN() : value;
}

/// Steps with their values, as they are read.
struct PointRows {
  std::vector<long long> steps = std::vector<long long>(kFetchRows);
  std::vector<double> values = std::vector<double>(kFetchRows);
  std::vector<soci::indicator> indicators{};

  std::vector<Point> fetched_by(soci::statement& query) {
    std::vector<Point> points;
    query.execute();
    while (query.fetch()) {
      for (std::size_t i = 0; i < steps.size(); ++i)
        points.push_back({steps[i], value_or_nan(values[i], indicators[i])});
      steps.resize(kFetchRows);
      values.resize(kFetchRows);
    }
    return points;
  }
};

/// What a row of `runs` is read into.
struct SummaryRow {
  long long row = 0;
  RunSummary run;
  std::string home, host, folder, state, error_kind, error_message, tags, process;

  RunSummary finish(const ResultsFolder& here) {
    run.other_folder = home == here.id ? "" : host + ":" + folder;
    run.state = run_state_from_string(state);
    run.error.reset();
    if (!error_kind.empty()) run.error = RunError{error_kind_from_string(error_kind), error_message};
    run.tags = tags_from_column(tags);
    run.elsewhere.clear();
    const auto owner = is_active(run.state) ? process_from_text(process) : std::nullopt;
    if (owner && liveness_of(RunFolder(folder), owner) == Liveness::unknown) run.elsewhere = owner->host;
    return run;
  }
};

std::map<long long, std::string> metric_names(soci::session& session) {
  std::map<long long, std::string> names;
  long long id = 0;
  std::string name;
  soci::statement query = (session.prepare << "SELECT id, name FROM metrics", into(id), into(name));
  query.execute();
  while (query.fetch()) names[id] = name;
  return names;
}

/// The runs by row, without metrics. `which` is SQL's condition on a row of `runs`.
std::map<long long, RunSummary> read_summaries(soci::session& session, const ResultsFolder& here,
                                               const std::string& which) {
  std::map<long long, RunSummary> runs;
  SummaryRow row;
  soci::statement query =
      (session.prepare << "SELECT id, home, run, host, folder, name, created, experiment_file, model, state, "
                          "error_kind, error_message, note, tags, process FROM runs WHERE " +
                              which,
       into(row.row), into(row.home), into(row.run.id), into(row.host), into(row.folder), into(row.run.name),
       into(row.run.created), into(row.run.experiment_file), into(row.run.model), into(row.state), into(row.error_kind),
       into(row.error_message), into(row.run.note), into(row.tags), into(row.process));
  query.execute();
  while (query.fetch()) runs.emplace(row.row, row.finish(here));
  return runs;
}

/// Gives each run its final values. `which` is SQL's condition on a row of `finals`.
void read_finals(soci::session& session, const std::string& which, std::map<long long, RunSummary>& runs) {
  const auto names = metric_names(session);
  std::vector<long long> rows(kFetchRows), metrics(kFetchRows);
  std::vector<double> values(kFetchRows);
  std::vector<soci::indicator> indicators;
  soci::statement query = (session.prepare << "SELECT run, metric, value FROM finals WHERE " + which, into(rows),
                           into(metrics), into(values, indicators));
  query.execute();
  while (query.fetch()) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto run = runs.find(rows[i]);
      if (run == runs.end()) continue;  // not asked for, or entered between the two queries
      const auto name = names.find(metrics[i]);
      if (name != names.end()) run->second.metrics[name->second] = value_or_nan(values[i], indicators[i]);
    }
    rows.resize(kFetchRows);
    metrics.resize(kFetchRows);
    values.resize(kFetchRows);
  }
}

/// "3 17 4" -> 3, 17, 4.
std::vector<std::uint32_t> numbers_in(const std::string& column) {
  std::vector<std::uint32_t> numbers;
  const char* const end = column.data() + column.size();
  for (const char* at = column.data(); at < end;) {
    std::uint32_t number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc()) break;
    numbers.push_back(number);
    at = next + 1;
  }
  return numbers;
}

/// The columns of `details` that hold JSON.
void read_details(soci::session& session, long long row, Run& run) {
  std::string info, settings, facts, environment, sessions, sample;
  session << "SELECT info, settings, facts, environment, sessions, sample FROM details WHERE run = :row", into(info),
      into(settings), into(facts), into(environment), into(sessions), into(sample), use(row);
  if (!session.got_data()) throw Error(ErrorKind::store, "run " + run.summary.id + " is not in the store");
  const json as_json = json::parse(info);
  run.info = run_info_from_json({as_json, "run " + run.summary.id + ": ", ErrorKind::store});
  run.settings = json::parse(settings);
  run.facts = json::parse(facts);
  run.environment = json::parse(environment);
  run.sessions = json::parse(sessions);
  if (sample.empty()) return;
  const json parts = json::parse(sample);
  run.sample = Sample{parts.at("step").get<std::int64_t>(), parts.at("prompt").get<std::string>(),
                      parts.at("text").get<std::string>()};
}

/// What keeps the tables of this results folder's store.
std::unique_ptr<const Server> server_for(const fs::path& results, const std::string& url) {
  return url.empty() ? sqlite_file(file_to_open(results)) : postgresql_server(url);
}

}  // namespace

fs::path store_file(const fs::path& results) { return results / "store.sqlite"; }

Store::Store(fs::path results, fs::path baselines, const std::string& url)
    : Store(results, std::move(baselines), std::make_unique<Database>(server_for(results, url)), !url.empty()) {}

Store Store::in_memory_of(fs::path results, fs::path baselines) {
  return Store(std::move(results), std::move(baselines), std::make_unique<Database>(sqlite_file("")), /*shared=*/false);
}

Store::Store(fs::path results, fs::path baselines, std::unique_ptr<Database> database, bool shared)
    : results_{std::move(results), "", this_process().host},
      baselines_(std::move(baselines)),
      database_(std::move(database)),
      shared_(shared) {
  set_patience();
  prepare_schema(*database_);
  can_enter();
}

Store::Store(Store&& other) noexcept = default;

Store::~Store() = default;

bool Store::in_memory() const { return database_->name().empty(); }

std::string Store::name() const { return database_->name(); }

void Store::set_patience(std::chrono::seconds patience) { database_->set_patience(patience); }

/// Whether this results folder has an identity, which it has once it is there, unless it cannot be written.
bool Store::can_enter() {
  if (shared_ && results_.id.empty()) results_.id = folder_id(results_.path);
  return !shared_ || !results_.id.empty();
}

/// SQL's condition on a row of `runs`: of a run that is in several results folders (whose id and time are the same) one
/// row.
std::string Store::seen_from_here() const {
  const std::string here = "home = '" + results_.id + "'";  // hexadecimal digits
  return "(" + here +
         " OR NOT EXISTS (SELECT 1 FROM runs AS other WHERE other.run = runs.run AND other.created = "
         "runs.created AND (other." +
         here + " OR other.id < runs.id)))";
}

long long Store::row_of(soci::session& session, const std::string& id) const {
  long long row = 0;
  session << "SELECT id FROM runs WHERE run = :run AND " + seen_from_here() + " ORDER BY home <> '" + results_.id +
                 "', id LIMIT 1",
      into(row), use(id);
  if (!session.got_data()) throw Error(ErrorKind::store, "run " + id + " is not in the store");
  return row;
}

RunFolder Store::folder_of(const std::string& id) const {
  constexpr std::string_view kPrefix = "baseline/";
  if (id.starts_with(kPrefix)) return RunFolder(baselines_ / id.substr(kPrefix.size()));
  return RunFolder(runs_folder(results_.path) / id);
}

std::vector<RunSummary> Store::list() {
  return database_->guarded([&](soci::session& session) {
    auto by_row = read_summaries(session, results_, seen_from_here());
    read_finals(session, "true", by_row);
    std::vector<RunSummary> runs;
    for (auto& [row, run] : by_row) runs.push_back(std::move(run));
    std::sort(runs.begin(), runs.end(), [](const RunSummary& a, const RunSummary& b) {
      if (is_baseline(a) != is_baseline(b)) return is_baseline(b);
      return a.created != b.created ? a.created > b.created : a.id < b.id;
    });
    return runs;
  });
}

RunSettings Store::settings() {
  return database_->guarded([&](soci::session& session) {
    RunSettings settings;
    std::string key, value;
    // Runs are asked for first: what a number stands for is there before the first run that has it, and stays.
    std::vector<std::pair<std::string, std::vector<std::uint32_t>>> numbers;
    soci::statement runs =
        (session.prepare << "SELECT run, settings FROM runs WHERE " + seen_from_here(), into(key), into(value));
    runs.execute();
    while (runs.fetch()) numbers.emplace_back(key, numbers_in(value));
    long long id = 0;
    soci::statement pairs =
        (session.prepare << "SELECT id, key, value FROM settings", into(id), into(key), into(value));
    pairs.execute();
    while (pairs.fetch()) settings.define(static_cast<std::size_t>(id), key, json::parse(value));
    for (auto& [run, of_run] : numbers) settings.add_run(run, std::move(of_run));
    return settings;
  });
}

Run Store::load(const std::string& id) {
  return database_->guarded([&](soci::session& session) {
    const long long row = row_of(session, id);
    auto by_row = read_summaries(session, results_, "id = " + std::to_string(row));
    read_finals(session, "run = " + std::to_string(row), by_row);
    Run run;
    run.summary = std::move(by_row[row]);
    read_details(session, row, run);
    long long skipped = 0;
    std::string folder;
    session << "SELECT skipped, folder FROM runs WHERE id = :row", into(skipped), into(folder), use(row);
    run.skipped_lines = skipped;
    // Its own results folder may have been moved since.
    run.folder = run.summary.other_folder.empty() ? folder_of(id) : RunFolder(folder);
    return run;
  });
}

RunSummary Store::summary(const std::string& id) {
  return database_->guarded([&](soci::session& session) {
    const long long row = row_of(session, id);
    auto by_row = read_summaries(session, results_, "id = " + std::to_string(row));
    read_finals(session, "run = " + std::to_string(row), by_row);
    return std::move(by_row[row]);
  });
}

std::size_t Store::session_count(const std::string& id) {
  return database_->guarded([&](soci::session& session) {
    const long long row = row_of(session, id);
    std::string sessions;
    session << "SELECT sessions FROM details WHERE run = :row", into(sessions), use(row);
    return session.got_data() ? json::parse(sessions).size() : 0;
  });
}

std::optional<std::int64_t> Store::last_step(const std::string& id, const std::string& metric) {
  return database_->guarded([&](soci::session& session) {
    const long long row = row_of(session, id);
    long long step = 0;
    soci::indicator indicator = soci::i_null;
    session << "SELECT max(step) FROM points WHERE run = :row AND metric = (SELECT id FROM metrics WHERE name = "
               ":metric)",
        into(step, indicator), use(row), use(metric);
    return indicator == soci::i_ok ? std::optional<std::int64_t>(step) : std::nullopt;
  });
}

std::vector<Point> Store::points(const std::string& id, const std::string& metric, std::int64_t after) {
  return database_->guarded([&](soci::session& session) {
    const long long row = row_of(session, id), after_step = after;
    PointRows rows;
    soci::statement query =
        (session.prepare << "SELECT step, value FROM points WHERE run = :row AND metric = "
                            "(SELECT id FROM metrics WHERE name = :metric) AND step > :after "
                            "ORDER BY step",
         into(rows.steps), into(rows.values, rows.indicators), use(row), use(metric), use(after_step));
    return rows.fetched_by(query);
  });
}

std::vector<Point> Store::times(const std::string& id, std::int64_t after) {
  return database_->guarded([&](soci::session& session) {
    const long long row = row_of(session, id), after_step = after;
    PointRows rows;
    soci::statement query =
        (session.prepare << "SELECT step, time FROM times WHERE run = :row AND step > :after ORDER BY step",
         into(rows.steps), into(rows.values, rows.indicators), use(row), use(after_step));
    return rows.fetched_by(query);
  });
}

std::vector<std::string> Store::curves(const std::string& id) {
  return database_->guarded([&](soci::session& session) {
    const long long row = row_of(session, id);
    std::string name;
    soci::statement query = (session.prepare << "SELECT name FROM metrics WHERE EXISTS (SELECT 1 FROM points WHERE "
                                                "run = :row AND metric = metrics.id) ORDER BY name",
                             into(name), use(row));
    std::vector<std::string> names;
    query.execute();
    while (query.fetch()) names.push_back(name);
    return names;
  });
}

}  // namespace folio::runs
