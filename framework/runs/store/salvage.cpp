#include "runs/store/salvage.h"

#include <fmt/format.h>
#include <soci/soci.h>

#include <limits>
#include <map>
#include <system_error>

#include "formats/description_json.h"
#include "runs/store/database.h"
#include "support/error.h"
#include "support/files.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using soci::into;

/// Reads what it can of a table, forward and then from the end, and notes where it had to stop.
class Reader {
 public:
  Reader(soci::session& session, AtomicFile& output, Salvage& salvage)
      : session_(session), output_(output), salvage_(salvage) {}

  void read_all() {
    from_both_ends("runs", "id", [&](const std::string& order) { read_runs(order); });
    from_both_ends("metrics", "id", [&](const std::string& order) { read_metrics(order); });
    from_both_ends("finals", "run, metric", [&](const std::string& order) { read_finals(order); });
    from_both_ends("points", "run, metric, step", [&](const std::string& order) { read_points(order); });
  }

 private:
  template <typename Read>
  void from_both_ends(const char* table, const std::string& key, const Read& read) {
    if (attempt(table, [&] { read(key); })) return;
    std::string backwards = key + " DESC";
    for (std::size_t at = 0; (at = backwards.find(", ", at)) != std::string::npos; at += 7)
      backwards.insert(at, " DESC");
    attempt(table, [&] { read(backwards); });
  }

  template <typename Read>
  bool attempt(const char* table, const Read& read) {
    try {
      read();
      return true;
    } catch (const soci::soci_error& error) {
      salvage_.problems.push_back(fmt::format("{}: {}", table, error.get_error_message()));
      return false;
    }
  }

  void write(const json& line) { output_.write(line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n"); }

  void read_runs(const std::string& order) {
    long long row = 0;
    std::string run, name, created, model, state;
    soci::statement query =
        (session_.prepare << "SELECT id, run, name, created, model, state FROM runs ORDER BY " + order, into(row),
         into(run), into(name), into(created), into(model), into(state));
    query.execute();
    while (query.fetch()) {
      runs_[row] = run;
      ++salvage_.runs;
      write(
          {{"table", "runs"}, {"run", run}, {"name", name}, {"created", created}, {"model", model}, {"state", state}});
    }
  }

  void read_metrics(const std::string& order) {
    long long id = 0;
    std::string name;
    soci::statement query =
        (session_.prepare << "SELECT id, name FROM metrics ORDER BY " + order, into(id), into(name));
    query.execute();
    while (query.fetch()) metrics_[id] = name;
  }

  void read_finals(const std::string& order) {
    long long run = 0, metric = 0;
    double value = 0;
    soci::indicator indicator = soci::i_ok;
    soci::statement query = (session_.prepare << "SELECT run, metric, value FROM finals ORDER BY " + order, into(run),
                             into(metric), into(value, indicator));
    query.execute();
    while (query.fetch()) {
      ++salvage_.finals;
      write({{"table", "finals"},
             {"run", run_name(run)},
             {"metric", metric_name(metric)},
             {"value", number(value, indicator)}});
    }
  }

  void read_points(const std::string& order) {
    long long run = 0, metric = 0, step = 0;
    double value = 0;
    soci::indicator indicator = soci::i_ok;
    soci::statement query = (session_.prepare << "SELECT run, metric, step, value FROM points ORDER BY " + order,
                             into(run), into(metric), into(step), into(value, indicator));
    query.execute();
    while (query.fetch()) {
      ++salvage_.points;
      write({{"table", "points"},
             {"run", run_name(run)},
             {"metric", metric_name(metric)},
             {"step", step},
             {"value", number(value, indicator)}});
    }
  }

  static json number(double value, soci::indicator indicator) {
    return number_to_json(indicator == soci::i_null ? std::numeric_limits<double>::quiet_NaN() : value);
  }

  /// Their numbers where the names could not be read.
  std::string run_name(long long row) const { return runs_.contains(row) ? runs_.at(row) : fmt::format("#{}", row); }
  std::string metric_name(long long id) const {
    return metrics_.contains(id) ? metrics_.at(id) : fmt::format("#{}", id);
  }

  soci::session& session_;
  AtomicFile& output_;
  Salvage& salvage_;
  std::map<long long, std::string> runs_;
  std::map<long long, std::string> metrics_;
};

}  // namespace

bool store_is_sound(const fs::path& store_file) {
  if (!fs::exists(store_file)) return true;
  try {
    Database database(sqlite_file(store_file));
    return database.guarded([](soci::session& session) {
      std::string answer;
      session << "PRAGMA quick_check(1)", into(answer);
      return answer == "ok";
    });
  } catch (const Error&) {
    return false;
  }
}

Salvage salvage_store(const fs::path& store_file, const fs::path& to) {
  Salvage salvage;
  AtomicFile output(to, ErrorKind::store);
  try {
    Database database(sqlite_file(store_file, Access::read));
    database.guarded([&](soci::session& session) { Reader(session, output, salvage).read_all(); });
  } catch (const Error& error) {
    salvage.problems.emplace_back(error.what());
  }
  output.commit();
  return salvage;
}

fs::path set_store_aside(const fs::path& store_file) {
  fs::path aside = store_file.string() + ".damaged";
  for (int i = 2; fs::exists(aside); ++i) aside = fmt::format("{}.damaged-{}", store_file.string(), i);
  std::error_code error;
  // The journal first: left behind it would be rolled into the new store.
  const fs::path journal = store_file.string() + "-journal";
  if (fs::exists(journal)) fs::rename(journal, aside.string() + "-journal", error);
  if (!error) fs::rename(store_file, aside, error);
  if (error) throw Error(ErrorKind::store, store_file.string() + ": cannot be moved: " + error.message());
  return aside;
}

}  // namespace folio::runs
