#include "results/imported_run.h"

#include <string_view>

#include "formats/description_json.h"
#include "support/error.h"
#include "support/files.h"

namespace folio::results {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uintmax_t kLimit = std::uintmax_t{1} << 30;

json metrics_to_json(const std::map<std::string, double>& metrics) {
  json result = json::object();
  for (const auto& [name, value] : metrics) result[name] = number_to_json(value);
  return result;
}

/// Puts quotes around the bare words that stand outside texts.
std::string quote_bare_numbers(std::string_view text) {
  std::string result;
  result.reserve(text.size() + 64);
  bool in_text = false;
  for (std::size_t i = 0; i < text.size();) {
    std::string_view word;
    if (!in_text) {
      for (const std::string_view candidate : {"NaN", "Infinity", "-Infinity"}) {
        if (text.substr(i).starts_with(candidate)) word = candidate;
      }
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

void ImportedRun::facts(const json& values) { add({{"type", "facts"}, {"values", values}}); }

void ImportedRun::points(std::int64_t step, std::optional<double> epoch, const std::map<std::string, double>& metrics,
                         std::optional<double> time) {
  json event{{"type", "points"},
             {"step", step},
             {"epoch", number_to_json(epoch.value_or(0))},
             {"metrics", metrics_to_json(metrics)}};
  if (time) event["time"] = *time;
  add(std::move(event));
  report.points += static_cast<std::int64_t>(metrics.size());
}

void ImportedRun::summary(const std::map<std::string, double>& metrics) {
  if (!metrics.empty()) add({{"type", "summary"}, {"metrics", metrics_to_json(metrics)}});
}

void ImportedRun::ended(RunState state, const std::string& reason) {
  json event{{"type", "state"}, {"state", to_string(state)}};
  if (state == RunState::failed) event["error"] = {{"kind", "run"}, {"message", reason}};
  add(std::move(event));
}

Imported ImportedRun::write(const fs::path& results) {
  const NewRun run = create_run(results, info, "", settings);
  write_file_atomically(run.folder.events(), events_, ErrorKind::store);
  report.id = run.info.id;
  report.name = run.info.name;
  return report;
}

void ImportedRun::add(json event) { events_ += event.dump(-1, ' ', false, json::error_handler_t::replace) + "\n"; }

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

}  // namespace folio::results
