#include "runs/store/upsert.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <string>

#include "runs/store/server.h"

// SOCI sends a vector's values to SQLite one after the other, which costs nothing there. To a server each would be a
// message and its answer; so there they go as arrays, in one message.

namespace folio::runs {
namespace {

using soci::use;

std::string array(const std::vector<long long>& values) { return fmt::format("{{{}}}", fmt::join(values, ",")); }

std::string array(const std::vector<double>& values) {
  std::string text = "{";
  for (const double value : values) {
    if (text.size() > 1) text += ',';
    fmt::format_to(std::back_inserter(text), "{}", std::isnan(value) ? std::fabs(value) : value);  // no "-nan"
  }
  return text + "}";
}

}  // namespace

void upsert_points(soci::session& session, long long run, const std::vector<long long>& metrics,
                   const std::vector<long long>& steps, const std::vector<double>& values) {
  if (speaks_postgresql(session)) {
    const std::string metric_array = array(metrics), step_array = array(steps), value_array = array(values);
    session << "INSERT INTO points (run, metric, step, value) "
               "SELECT CAST(:run AS bigint), metric, step, value FROM unnest(CAST(:metrics AS bigint[]), "
               "CAST(:steps AS bigint[]), CAST(:values AS double precision[])) AS new (metric, step, value) "
               "ON CONFLICT (run, metric, step) DO UPDATE SET value = excluded.value",
        use(run), use(metric_array), use(step_array), use(value_array);
    return;
  }
  const std::vector<long long> runs(values.size(), run);
  session << "INSERT INTO points (run, metric, step, value) VALUES (:run, :metric, :step, :value) "
             "ON CONFLICT (run, metric, step) DO UPDATE SET value = excluded.value",
      use(runs), use(metrics), use(steps), use(values);
}

void insert_times(soci::session& session, long long run, const std::vector<long long>& steps,
                  const std::vector<double>& times) {
  if (speaks_postgresql(session)) {
    const std::string step_array = array(steps), time_array = array(times);
    session << "INSERT INTO times (run, step, time) SELECT CAST(:run AS bigint), step, time FROM "
               "unnest(CAST(:steps AS bigint[]), CAST(:times AS double precision[])) AS new (step, time) "
               "ON CONFLICT (run, step) DO NOTHING",
        use(run), use(step_array), use(time_array);
    return;
  }
  const std::vector<long long> runs(times.size(), run);
  session << "INSERT INTO times (run, step, time) VALUES (:run, :step, :time) ON CONFLICT (run, step) DO NOTHING",
      use(runs), use(steps), use(times);
}

void upsert_finals(soci::session& session, long long run, const std::vector<long long>& metrics,
                   const std::vector<double>& values) {
  if (speaks_postgresql(session)) {
    const std::string metric_array = array(metrics), value_array = array(values);
    session << "INSERT INTO finals (run, metric, value) SELECT CAST(:run AS bigint), metric, value FROM "
               "unnest(CAST(:metrics AS bigint[]), CAST(:values AS double precision[])) AS new (metric, value) "
               "ON CONFLICT (run, metric) DO UPDATE SET value = excluded.value",
        use(run), use(metric_array), use(value_array);
    return;
  }
  const std::vector<long long> runs(values.size(), run);
  session << "INSERT INTO finals (run, metric, value) VALUES (:run, :metric, :value) "
             "ON CONFLICT (run, metric) DO UPDATE SET value = excluded.value",
      use(runs), use(metrics), use(values);
}

}  // namespace folio::runs
