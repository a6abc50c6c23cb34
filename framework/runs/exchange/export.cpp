#include "runs/exchange/export.h"

#include <fmt/format.h>

#include <set>

#include "formats/description_json.h"
#include "runs/exchange/tensorboard.h"
#include "runs/record/events.h"
#include "runs/record/metrics.h"
#include "runs/report/run_json.h"
#include "support/files.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

void require_absent(const fs::path& to) {
  if (fs::exists(to)) throw Error(ErrorKind::store, to.string() + ": is there already; name another with --to");
}

}  // namespace

LoggedSeries read_series(const RunFolder& folder) {
  LoggedSeries series;
  for_each_event(folder.events(), [&](const Event& event) {
    const auto* points = std::get_if<PointsEvent>(&event.what);
    if (!points) return;
    const double time = event.time.value_or(0);
    series["epoch"][points->step] = {points->epoch, time};
    for (const auto& [name, value] : points->metrics) series[name][points->step] = {value, time};
  });
  return series;
}

void export_csv(const Run& run, const fs::path& to) {
  require_absent(to);
  const LoggedSeries series = read_series(run.folder);
  std::set<std::string, decltype(&shown_before)> names(&shown_before);
  std::set<std::int64_t> steps;
  for (const auto& [name, points] : series) {
    names.insert(name);
    for (const auto& [step, point] : points) steps.insert(step);
  }
  AtomicFile file(to, ErrorKind::store);
  file.write(fmt::format("step{}{}\n", names.empty() ? "" : ",", fmt::join(names, ",")));
  for (const std::int64_t step : steps) {
    std::string line = std::to_string(step);
    for (const std::string& name : names) {
      const auto& points = series.at(name);
      const auto found = points.find(step);
      line += found == points.end() ? "," : fmt::format(",{}", found->second.value);
    }
    file.write(line + "\n");
  }
  file.commit();
}

void export_json(const Run& run, const fs::path& to) {
  require_absent(to);
  json result = to_json(run);
  result["points"] = json::object();
  for (const auto& [name, points] : read_series(run.folder)) {
    json& list = result["points"][name] = json::array();
    for (const auto& [step, point] : points) list.push_back({step, number_to_json(point.value)});
  }
  write_file_atomically(to, result.dump(2, ' ', false, json::error_handler_t::replace) + "\n", ErrorKind::store);
}

void export_folder(const Run& run, const fs::path& to) {
  require_absent(to);
  std::error_code error;
  fs::copy(run.folder.path(), to, fs::copy_options::recursive | fs::copy_options::skip_symlinks, error);
  if (error) throw Error(ErrorKind::store, to.string() + ": cannot be written: " + error.message());
}

void export_tensorboard(const Run& run, const fs::path& to) {
  require_absent(to);
  make_directories(to, ErrorKind::store);
  const LoggedSeries series = read_series(run.folder);
  double begin = 0;
  for (const auto& [name, points] : series)
    for (const auto& [step, point] : points) begin = begin == 0 ? point.time : std::min(begin, point.time);
  // TensorBoard knows its files by this name.
  AtomicFile file(to / fmt::format("events.out.tfevents.{:.0f}.folio", begin), ErrorKind::store);
  file.write(tensorboard_header(begin));
  for (const auto& [name, points] : series)
    for (const auto& [step, point] : points)
      file.write(tensorboard_scalar(name, step, static_cast<float>(point.value), point.time));
  file.commit();
}

}  // namespace folio::runs
