#include "results/store/store.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>

#include "results/process_json.h"
#include "results/store/database.h"
#include "results/store/enter_runs.h"
#include "results/store/network_file_system.h"
#include "results/store/schema.h"
#include "results/store/tags_column.h"
#include "support/files.h"

namespace folio::results {
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

/// What a row of `runs` is read into.
struct SummaryRow {
  long long row = 0;
  RunSummary run;
  std::string state, error_kind, error_message, tags, process;

  RunSummary finish() {
    run.state = run_state_from_string(state);
    run.error.reset();
    if (run.state == RunState::failed) run.error = RunError{error_kind_from_string(error_kind), error_message};
    run.tags = tags_from_column(tags);
    run.elsewhere.clear();
    if (is_active(run.state)) {
      const auto owner = process_from_text(process);
      if (owner && liveness(*owner) == Liveness::unknown) run.elsewhere = owner->host;
    }
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

/// Rows of `runs`, all by default.
struct RowRange {
  long long first = 0;
  long long last = std::numeric_limits<long long>::max();
};

/// The runs by row, without metrics.
std::map<long long, RunSummary> read_summaries(soci::session& session, const RowRange& range) {
  std::map<long long, RunSummary> runs;
  SummaryRow row;
  soci::statement query =
      (session.prepare << "SELECT id, run, name, created, experiment_file, model, state, error_kind, error_message, "
                          "note, tags, process FROM runs WHERE id BETWEEN :first AND :last",
       into(row.row), into(row.run.id), into(row.run.name), into(row.run.created), into(row.run.experiment_file),
       into(row.run.model), into(row.state), into(row.error_kind), into(row.error_message), into(row.run.note),
       into(row.tags), into(row.process), use(range.first), use(range.last));
  query.execute();
  while (query.fetch()) runs.emplace(row.row, row.finish());
  return runs;
}

/// Gives each run its final values.
void read_finals(soci::session& session, const RowRange& range, std::map<long long, RunSummary>& runs) {
  const auto names = metric_names(session);
  std::vector<long long> rows(kFetchRows), metrics(kFetchRows);
  std::vector<double> values(kFetchRows);
  std::vector<soci::indicator> indicators;
  soci::statement query = (session.prepare << "SELECT run, metric, value FROM finals "
                                              "WHERE run BETWEEN :first AND :last",
                           into(rows), into(metrics), into(values, indicators), use(range.first), use(range.last));
  query.execute();
  while (query.fetch()) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto run = runs.find(rows[i]);
      if (run == runs.end()) continue;  // entered between the two queries
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

long long row_of(soci::session& session, const std::string& id) {
  long long row = 0;
  session << "SELECT id FROM runs WHERE run = :run", into(row), use(id);
  if (!session.got_data()) throw Error(ErrorKind::store, "run " + id + " is not in the store");
  return row;
}

/// The columns of `details` that hold JSON.
void read_details(soci::session& session, long long row, Run& run) {
  std::string info, settings, facts, environment, sample;
  session << "SELECT info, settings, facts, environment, sample FROM details WHERE run = :row", into(info),
      into(settings), into(facts), into(environment), into(sample), use(row);
  run.info = run_info_from_json(json::parse(info));
  run.settings = json::parse(settings);
  run.facts = json::parse(facts);
  run.environment = json::parse(environment);
  if (sample.empty()) return;
  const json parts = json::parse(sample);
  run.sample = Sample{parts.at("step").get<std::int64_t>(), parts.at("prompt").get<std::string>(),
                      parts.at("text").get<std::string>()};
}

}  // namespace

fs::path store_file(const fs::path& results) { return results / "store.sqlite"; }

Store::Store(fs::path results, fs::path baselines)
    : results_(std::move(results)),
      baselines_(std::move(baselines)),
      database_(std::make_unique<Database>(file_to_open(results_))) {
  prepare_schema(*database_);
}

Store::Store(Store&& other) noexcept = default;

Store::~Store() = default;

bool Store::in_memory() const { return database_->file().empty(); }

RunFolder Store::folder_of(const std::string& id) const {
  constexpr std::string_view kPrefix = "baseline/";
  if (id.starts_with(kPrefix)) return RunFolder(baselines_ / id.substr(kPrefix.size()));
  return RunFolder(runs_folder(results_) / id);
}

std::vector<RunSummary> Store::list() {
  return database_->guarded([&](soci::session& session) {
    auto by_row = read_summaries(session, {});
    read_finals(session, {}, by_row);
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
    soci::transaction snapshot(session);  // numbers and what they stand for have to be of one moment
    long long id = 0;
    std::string key, value;
    soci::statement pairs =
        (session.prepare << "SELECT id, key, value FROM settings", into(id), into(key), into(value));
    pairs.execute();
    while (pairs.fetch()) settings.define(static_cast<std::size_t>(id), key, json::parse(value));
    soci::statement runs = (session.prepare << "SELECT run, settings FROM runs", into(key), into(value));
    runs.execute();
    while (runs.fetch()) settings.add_run(key, numbers_in(value));
    snapshot.commit();
    return settings;
  });
}

void Store::clear() { empty_tables(*database_); }

Run Store::load(const std::string& id) {
  return database_->guarded([&](soci::session& session) {
    const long long row = row_of(session, id);
    auto by_row = read_summaries(session, {row, row});
    read_finals(session, {row, row}, by_row);
    Run run;
    run.summary = std::move(by_row[row]);
    run.folder = folder_of(id);
    read_details(session, row, run);
    long long skipped = 0;
    session << "SELECT skipped FROM runs WHERE id = :row", into(skipped), use(row);
    run.skipped_lines = skipped;
    return run;
  });
}

std::vector<Point> Store::points(const std::string& id, const std::string& metric) {
  return database_->guarded([&](soci::session& session) {
    const long long row = row_of(session, id);
    std::vector<long long> steps(kFetchRows);
    std::vector<double> values(kFetchRows);
    std::vector<soci::indicator> indicators;
    soci::statement query = (session.prepare << "SELECT step, value FROM points WHERE run = :row AND metric = "
                                                "(SELECT id FROM metrics WHERE name = :metric) ORDER BY step",
                             into(steps), into(values, indicators), use(row), use(metric));
    std::vector<Point> points;
    query.execute();
    while (query.fetch()) {
      for (std::size_t i = 0; i < steps.size(); ++i)
        points.push_back({steps[i], value_or_nan(values[i], indicators[i])});
      steps.resize(kFetchRows);
      values.resize(kFetchRows);
    }
    return points;
  });
}

}  // namespace folio::results
