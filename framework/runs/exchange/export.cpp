#include "runs/exchange/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "formats/csv.h"
#include "formats/description_json.h"
#include "runs/exchange/export_file.h"
#include "runs/exchange/folder_files.h"
#include "runs/exchange/parquet_file.h"
#include "runs/exchange/tensorboard.h"
#include "runs/record/metrics.h"
#include "runs/report/run_json.h"
#include "support/files.h"
#include "support/utf8.h"
#include "support/version.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

using MetricNames = std::set<std::string, decltype(&shown_before)>;

/// The rows of one run, each begun as `begin` says.
void write_rows(ExportFile& file, const LoggedSeries& series, const MetricNames& names, const std::string& begin) {
  std::set<std::int64_t> steps;
  for (const auto& [name, points] : series)
    for (const auto& [step, point] : points) steps.insert(step);
  for (const std::int64_t step : steps) {
    std::string line = begin + std::to_string(step);
    for (const std::string& name : names) {
      line += ',';
      const auto points = series.find(name);
      if (points == series.end()) continue;
      const auto point = points->second.find(step);
      if (point != points->second.end()) line += csv_number(point->second.value);
    }
    file.write(line + "\n");
  }
}

/// Calls `take` with each point of the long table.
template <typename Take>
void for_each_point(std::span<const Run> runs, const Take& take) {
  for (const Run& run : runs)
    for (const auto& [name, points] : read_series(run.folder))
      for (const auto& [step, point] : points) take(run.summary.id, step, name, point.value);
}

json whole_json(const Run& run) {
  json result = to_json(run);
  result["points"] = json::object();
  std::map<std::int64_t, double> times;
  for (const auto& [name, points] : read_series(run.folder)) {
    json& list = result["points"][name] = json::array();
    for (const auto& [step, point] : points) {
      list.push_back({step, number_to_json(point.value)});
      times[step] = std::max(times[step], point.time);
    }
  }
  for (const auto& [step, time] : times)
    if (time > 0) result["times"].push_back({step, time});
  if (is_there(run.folder.experiment())) {
    const std::string text = read_file(run.folder.experiment(), ErrorKind::store);
    if (!text.empty()) result["experiment"] = text;
  }
  return result;
}

void write_folder(const Run& run, const fs::path& to) {
  make_directories(to, ErrorKind::store);
  try {
    const auto left_out = copy_folder(run.folder.path(), to);
    if (!left_out.empty()) throw Error(ErrorKind::store, fmt::format("not exported: {}", fmt::join(left_out, "; ")));
    remove_left_over(RunFolder(to));  // of a run that goes on, or was killed
  } catch (const fs::filesystem_error& error) {
    std::error_code ignored;
    fs::remove_all(to, ignored);  // half a run is none
    throw Error(ErrorKind::store, fmt::format("{}: cannot be written to: {}", to.string(), error.code().message()));
  }
}

void write_tensorboard(const Run& run, const fs::path& to) {
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

/// One folder for one run; for several one that holds one for each.
template <typename Write>
void write_folders(std::span<const Run> runs, const fs::path& to, const Write& write) {
  if (to == "-") throw Error(ErrorKind::usage, "--to -: a folder cannot go to standard output");
  require_absent(to);
  if (runs.size() == 1) return write(runs.front(), to);
  make_directories(to, ErrorKind::store);
  for (const Run& run : runs) write(run, to / file_name_of(run));
}

}  // namespace

void add_points(LoggedSeries& series, const PointsEvent& event, std::optional<double> time) {
  const double at = time.value_or(0);
  if (event.epoch) series["epoch"][event.step] = {*event.epoch, at};
  for (const auto& [name, value] : event.metrics) series[name][event.step] = {value, at};
}

LoggedSeries read_series(const RunFolder& folder) {
  LoggedSeries series;
  for_each_event(folder.events(), [&](const Event& event) {
    if (const auto* points = std::get_if<PointsEvent>(&event.what)) add_points(series, *points, event.time);
  });
  return series;
}

std::string file_name_of(const Run& run) {
  std::string name = run.summary.id;
  std::replace(name.begin(), name.end(), '/', '-');
  return name;
}

void export_csv(std::span<const Run> runs, const fs::path& to) {
  MetricNames names(&shown_before);
  for (const Run& run : runs)
    for (const auto& [name, points] : read_series(run.folder)) names.insert(name);
  ExportFile file(to);
  std::string header = runs.size() == 1 ? "step" : "run,step";
  for (const std::string& name : names) header += "," + csv_cell(name);
  file.write(header + "\n");
  for (const Run& run : runs)
    write_rows(file, read_series(run.folder), names, runs.size() == 1 ? "" : csv_cell(run.summary.id) + ",");
  file.commit();
}

void export_points_csv(std::span<const Run> runs, const fs::path& to) {
  ExportFile file(to);
  file.write("run,step,metric,value\n");
  for_each_point(runs, [&](const std::string& run, std::int64_t step, const std::string& metric, double value) {
    file.write(fmt::format("{},{},{},{}\n", csv_cell(run), step, csv_cell(metric), csv_number(value)));
  });
  file.commit();
}

void export_parquet(std::span<const Run> runs, const fs::path& to) {
  ExportFile file(to);
  ParquetFile table(file);
  for_each_point(runs, [&](const std::string& run, std::int64_t step, const std::string& metric, double value) {
    table.add_row(run, step, metric, value);
  });
  table.finish();
  file.commit();
}

void export_json(std::span<const Run> runs, const fs::path& to) {
  ExportFile file(to);
  const auto text_of = [](const json& value) {
    return escape_hidden(value.dump(2, ' ', false, json::error_handler_t::replace));
  };
  if (runs.size() == 1) {
    json run = whole_json(runs.front());
    run["schema_version"] = kJsonSchemaVersion;
    file.write(text_of(run) + "\n");
  } else {
    file.write(fmt::format("{{\n\"schema_version\": {},\n\"runs\": [\n", kJsonSchemaVersion));
    for (std::size_t i = 0; i < runs.size(); ++i) file.write((i == 0 ? "" : ",\n") + text_of(whole_json(runs[i])));
    file.write("\n]\n}\n");
  }
  file.commit();
}

void export_folder(std::span<const Run> runs, const fs::path& to) { write_folders(runs, to, &write_folder); }

void export_tensorboard(std::span<const Run> runs, const fs::path& to) { write_folders(runs, to, &write_tensorboard); }

}  // namespace folio::runs
