// MLflow's file store: mlruns/<experiment>/<run>/{meta.yaml, metrics/<name>, params/<name>}. A metric's file has a line
// "milliseconds value step" for each point.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "runs/exchange/imported_run.h"
#include "support/error.h"
#include "support/files.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

bool is_run(const fs::path& path) { return fs::exists(path / "meta.yaml") && fs::exists(path / "metrics"); }

/// The runs at the path or up to two folders below it, by path.
void find(const fs::path& path, int depth, std::vector<fs::path>& found) {
  if (is_run(path)) return found.push_back(path);
  if (depth == 0) return;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path, error))
    if (entry.is_directory() && entry.path().filename() != ".trash") find(entry.path(), depth - 1, found);
}

/// The plain `key: value` lines of meta.yaml, which is all that MLflow writes there.
std::map<std::string, std::string> read_meta(const fs::path& file) {
  std::map<std::string, std::string> meta;
  std::istringstream lines(read_file(file, ErrorKind::store, 1 << 20));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) continue;
    std::string value = line.substr(colon + 2);
    if (value.size() >= 2 && value.front() == '\'' && value.back() == '\'') value = value.substr(1, value.size() - 2);
    meta[line.substr(0, colon)] = value;
  }
  return meta;
}

/// A parameter is text: what reads as JSON's number or truth value is taken as that.
json parameter(const std::string& text) {
  const json value = json::parse(text, nullptr, /*allow_exceptions=*/false);
  return value.is_number() || value.is_boolean() ? value : json(text);
}

/// Files below a folder, by name; a metric's name may hold slashes, which make folders.
std::vector<std::pair<std::string, fs::path>> files_below(const fs::path& folder) {
  std::vector<std::pair<std::string, fs::path>> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (entry->is_regular_file()) files.emplace_back(entry->path().lexically_relative(folder).string(), entry->path());
  std::sort(files.begin(), files.end());
  return files;
}

struct Point {
  double time = 0;
  std::map<std::string, double> metrics;
};

void read_metric(const std::string& name, const fs::path& file, std::map<std::int64_t, Point>& points,
                 ImportReport& report) {
  std::istringstream lines(read_file(file, ErrorKind::store));
  std::int64_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    std::istringstream parts(line);
    std::int64_t time = 0, step = 0;
    std::string text;
    double value = 0;
    parts >> time >> text;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (!parts || error != std::errc() || end != text.data() + text.size()) {
      report.unread.push_back(fmt::format("metrics/{}, line {}: expected 'milliseconds value step'", name, number));
      continue;
    }
    if (!(parts >> step)) step = 0;
    points[step].time = static_cast<double>(time) / 1000;
    points[step].metrics[name] = value;
  }
}

ImportedRun read_run(const fs::path& folder) {
  ImportedRun run("MLflow", folder);
  const auto meta = read_meta(folder / "meta.yaml");
  const auto get = [&](const char* key) { return meta.contains(key) ? meta.at(key) : std::string(); };
  if (const std::string name = get("run_name"); !name.empty()) run.info.name = name;
  for (const auto& [name, file] : files_below(folder / "params"))
    run.settings[name] = parameter(read_file(file, ErrorKind::store, 1 << 20));
  std::map<std::int64_t, Point> points;
  for (const auto& [name, file] : files_below(folder / "metrics")) read_metric(name, file, points, run.report);
  for (const auto& [step, point] : points) run.points(step, point.metrics, point.time);
  if (!files_below(folder / "artifacts").empty()) run.report.unread.emplace_back("artifacts stay where they are");
  const std::string status = get("status");  // 1 running, 3 finished, 4 failed, 5 killed
  if (status == "4")
    run.ended(RunState::failed, "MLflow has it as failed");
  else
    run.ended(status == "3" ? RunState::finished : RunState::interrupted);
  return run;
}

}  // namespace

std::vector<ImportedRun> import_mlflow(const fs::path& path) {
  std::vector<fs::path> folders;
  if (fs::is_directory(path)) find(path, 2, folders);
  std::sort(folders.begin(), folders.end());
  std::vector<ImportedRun> runs;
  for (const fs::path& folder : folders) runs.push_back(read_run(folder));
  return runs;
}

}  // namespace folio::runs
