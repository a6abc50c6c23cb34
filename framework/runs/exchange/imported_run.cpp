#include "runs/exchange/imported_run.h"

#include <string_view>
#include <utility>

#include "formats/description_json.h"
#include "support/error.h"
#include "support/files.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uintmax_t kLimit = std::uintmax_t{1} << 30;

/// Puts quotes around the bare words that stand outside texts.
std::string quote_bare_numbers(std::string_view text) {
  std::string result;
  result.reserve(text.size() + 64);
  bool in_text = false;
  for (std::size_t i = 0; i < text.size();) {
    std::string_view word;
    if (!in_text) {
      for (const std::string_view candidate : {"NaN", "Infinity", "-Infinity"})
        if (text.substr(i).starts_with(candidate)) word = candidate;
    }
    if (!word.empty()) {
      result.append("\"").append(word).append("\"");
      i += word.size();
      continue;
    }
    if (in_text && text[i] == '\\' && i + 1 < text.size())
      result += text[i++];
    else if (text[i] == '"')
      in_text = !in_text;
    result += text[i++];
  }
  return result;
}

}  // namespace

ImportedRun::ImportedRun(std::string format, const fs::path& source) {
  report.format = std::move(format);
  info.name = source.filename().string();
  info.note = "imported from " + source.string();
}

void ImportedRun::facts(const json& values) { add({std::nullopt, FactsEvent{values}}); }

void ImportedRun::points(std::int64_t step, std::map<std::string, double> metrics, std::optional<double> time) {
  const auto epoch = metrics.extract("epoch");
  report.points += static_cast<std::int64_t>(metrics.size());
  add({time, PointsEvent{step, epoch ? epoch.mapped() : 0, std::move(metrics)}});
}

void ImportedRun::summary(const std::map<std::string, double>& metrics) {
  if (!metrics.empty()) add({std::nullopt, SummaryEvent{metrics}});
}

void ImportedRun::ended(RunState state, const std::string& reason) {
  StateEvent event{state, std::nullopt, std::nullopt};
  if (state == RunState::failed) event.error = RunError{ErrorKind::run, reason};
  add({std::nullopt, std::move(event)});
}

ImportReport ImportedRun::write(const fs::path& results) {
  const NewRun run = create_run(results, info, "", settings);
  write_file_atomically(run.folder.events(), events_, ErrorKind::store);
  report.id = run.info.id;
  report.name = run.info.name;
  return report;
}

void ImportedRun::add(const Event& event) { events_ += to_line(event) + "\n"; }

json read_python_json(const fs::path& file) {
  try {
    return json::parse(quote_bare_numbers(read_file(file, ErrorKind::store, kLimit)));
  } catch (const json::exception& error) {
    throw Error(ErrorKind::store, file.string() + ": is not JSON: " + error.what());
  }
}

std::optional<double> number_in(const json& value) {
  if (value.is_number()) return value.get<double>();
  if (value == "NaN" || value == "Infinity" || value == "-Infinity") return number_from_json(value);
  return std::nullopt;
}

}  // namespace folio::runs
