#include <set>

#include "results/metrics.h"
#include "results/rendering.h"
#include "support/human.h"
#include "support/table.h"

namespace folio::results {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string indented(const std::string& text, const std::string& indent = "  ") {
  std::string result;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end > begin) result += indent + text.substr(begin, end - begin);
    result += '\n';
    begin = end + 1;
  }
  return result;
}

std::string section(const std::string& title, const Table& table, Paint paint) {
  return table.empty() ? "" : "\n" + paint.bold(title) + "\n" + indented(table.to_text());
}

/// "model gpt, tokenizer bpe, data set textbooks", as far as they are known.
std::string plugins_line(const json& settings) {
  std::string line;
  for (const auto& [key, label] : {std::pair{"model", "model"}, {"tokenizer", "tokenizer"}, {"dataset", "data set"}}) {
    const std::string type = settings.value(json::json_pointer(std::string("/") + key + "/type"), "");
    if (!type.empty()) line += (line.empty() ? "" : ", ") + std::string(label) + " " + type;
  }
  return line;
}

std::string heading(const Run& run, Paint paint) {
  const RunSummary& summary = run.summary;
  std::string text =
      paint.bold(summary.name) + "  " + paint.cyan(summary.id) + "  " + state_text(summary, paint) + "\n";
  if (summary.error) text += "  " + paint.red(summary.error->message) + "\n";
  if (const std::string line = plugins_line(run.settings); !line.empty()) text += "  " + line + "\n";
  if (!summary.experiment_file.empty()) {
    text += "  " + summary.experiment_file;
    for (const std::string& change : run.info.overrides) text += " " + change;
    text += "\n";
  }
  if (!summary.created.empty()) text += "  created " + summary.created + "\n";
  if (!run.info.note.empty()) text += "  " + run.info.note + "\n";
  return text;
}

/// The settings that a person gave; of a run without origins all that are known.
std::string settings_section(const Run& run, Paint paint) {
  Table table({{""}, {""}, {""}});
  for (const auto& [key, value] : flat_settings(run.settings)) {
    const auto origin = run.info.origins.find(key);
    const std::string from = origin == run.info.origins.end() ? "" : origin->second;
    if (from != "default") table.add_row({key, value_text(value), paint.dim(from)});
  }
  return section(run.info.origins.empty() ? "Settings" : "Settings that are not defaults", table, paint);
}

std::string metrics_section(const Run& run, Paint paint) {
  std::set<std::string, decltype(&shown_before)> names(&shown_before);
  for (const auto& [name, value] : run.summary.metrics) names.insert(name);
  Table table({{""}, {"", Table::Align::right}, {""}});
  for (const std::string& name : names) {
    const Metric* metric = find_metric(name);
    table.add_row({name, metric_text(name, run.summary.metrics.at(name)),
                   paint.dim(metric ? metric->meaning : std::string_view("not a metric that Folio knows"))});
  }
  return section("Metrics", table, paint);
}

std::string number_or_text(const json& value) {
  return value.is_number_integer() ? with_commas(value.get<std::int64_t>()) : value_text(value);
}

std::string values_section(const char* title, const json& values, Paint paint) {
  Table table({{""}, {""}});
  for (const auto& [key, value] : values.items()) table.add_row({key, number_or_text(value)});
  return section(title, table, paint);
}

std::string files_section(const Run& run, Paint paint) {
  Table table({{""}, {""}});
  for (const auto& [path, what] : {std::pair{run.folder.model(), "the model, as Hugging Face lays it out"},
                                   {run.folder.checkpoints(), "what was saved during the run"},
                                   {run.folder.log(), "what the worker said"},
                                   {run.folder.events(), "every logged point"},
                                   {run.folder.experiment(), "the experiment file as it was"},
                                   {run.folder.resolved(), "the experiment with every value"}}) {
    if (fs::exists(path)) table.add_row({path.string(), paint.dim(what)});
  }
  return section("Files", table, paint);
}

std::string sample_section(const Run& run, Paint paint) {
  if (!run.sample) return "";
  return "\n" + paint.bold("Text it made after step " + with_commas(run.sample->step)) + "\n" +
         indented(paint.dim(run.sample->prompt) + run.sample->text + "\n");
}

}  // namespace

std::string state_text(const RunSummary& run, Paint paint) {
  const std::string state(to_string(run.state));
  if (!run.elsewhere.empty()) return paint.yellow(state + " on " + run.elsewhere + ", not seen from here");
  switch (run.state) {
    case RunState::finished:
      return paint.green(state);
    case RunState::failed:
      return paint.red(state);
    default:
      return paint.yellow(state);
  }
}

std::string to_text(const Run& run, Paint paint) {
  std::string text = heading(run, paint) + metrics_section(run, paint) + settings_section(run, paint) +
                     values_section("Data and tokens", run.facts, paint) +
                     values_section("Environment", run.environment, paint) + files_section(run, paint) +
                     sample_section(run, paint);
  if (run.skipped_lines > 0) {
    text += "\n" + paint.yellow(with_commas(run.skipped_lines) + " lines of events.jsonl could not be read") + "\n";
  }
  return text;
}

}  // namespace folio::results
