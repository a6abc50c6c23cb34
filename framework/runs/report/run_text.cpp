#include "runs/report/run_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "runs/record/facts.h"
#include "runs/record/json_values.h"
#include "runs/record/metrics.h"
#include "support/human.h"
#include "support/utf8.h"
#include "terminal/table.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

void add_heading(Page& page, const Run& run) {
  const RunSummary& summary = run.summary;
  const Paint& paint = page.paint();
  page.line(paint.bold(summary.name) + "  " + paint.cyan(summary.id) + "  " + state_text(summary, paint));
  if (summary.error) page.paragraph(paint.red(summary.error->message));
  page.paragraph(plugins_line(run.settings));
  if (!summary.experiment_file.empty()) {
    std::string line = shown_path(summary.experiment_file);
    for (const std::string& change : run.info.overrides) line += " " + change;
    page.paragraph(without_controls(line));
  }
  if (!summary.created.empty()) page.paragraph("created " + summary.created);
  if (!summary.tags.empty()) page.paragraph("tags " + tags_text(summary.tags));
  page.paragraph(summary.note);
}

void add_metrics(Page& page, const Run& run) {
  if (run.summary.metrics.empty()) return;
  std::set<std::string, decltype(&shown_before)> names(&shown_before);
  for (const auto& [name, value] : run.summary.metrics) names.insert(name);
  Table table({{""}, {"", Table::Align::right}, {""}});
  for (const std::string& name : names) {
    const Metric* metric = find_metric(name);
    table.add_row({name, metric_text(name, run.summary.metrics.at(name)),
                   page.paint().dim(metric ? metric->meaning : std::string_view("not a metric that Folio knows"))});
  }
  page.heading("Metrics");
  page.table(table);
}

/// The settings that a person gave, with `all` the defaults too; of a run without origins all that are known.
void add_settings(Page& page, const Run& run, bool all) {
  Table table({{""}, {""}, {""}});
  std::size_t defaults = 0;
  for (const auto& [key, value] : flat_settings(run.settings)) {
    const auto origin = run.info.origins.find(key);
    const std::string from = origin == run.info.origins.end() ? "" : origin->second;
    const bool is_default = from == "default";
    defaults += is_default ? 1 : 0;
    if (all || !is_default) table.add_row({key, value_text(value), page.paint().dim(from)});
  }
  if (table.empty() && defaults == 0) return;
  page.heading("Settings", run.info.origins.empty() ? "" : "and where each was given");
  page.table(table);
  if (!all && defaults > 0) page.paragraph(fmt::format("{} more at their defaults (--all)", defaults));
}

/// A fact as a person reads it: sizes and rates with their unit, hashes by their beginning.
std::string fact_text(const std::string& key, const json& value) {
  if (value.is_number() && (key.ends_with("_bytes") || key == fact_name(&Facts::bytes)))
    return human_bytes(value.get<double>());
  if (value.is_number() && key.ends_with("_flops_per_second"))
    return significant(value.get<double>() / 1e9) + " GFLOP/s";
  if (const auto number = integer_in(value); number && value.is_number_integer()) return with_commas(*number);
  if (value.is_number()) return significant(value.get<double>(), 6);
  constexpr std::size_t kHash = 64, kShown = 12;
  const std::string text = value_text(value);
  return key.ends_with("_hash") && text.size() == kHash ? text.substr(0, kShown) : text;
}

void add_values(Page& page, const char* title, const json& values) {
  Table table({{""}, {""}});
  for (const auto& [key, value] : values.items())
    if (key != fact_name(&Facts::eval_parts)) table.add_row({key, fact_text(key, value)});
  if (table.empty()) return;
  page.heading(title);
  page.table(table);
}

void add_environment(Page& page, const Run& run) {
  Table table({{""}, {""}});
  for (auto& [name, value] : environment_texts(run)) table.add_row({std::move(name), std::move(value)});
  if (table.empty()) return;
  page.heading("Environment");
  page.table(table);
}

/// Where a run was resumed, and what was other then.
void add_sessions(Page& page, const Run& run) {
  if (run.sessions.empty()) return;
  page.heading("Resumed", "what was logged beyond these steps before is superseded");
  for (const json& session : run.sessions) {
    std::string line = "after step " + fact_text("step", session.at("step"));
    for (const auto& [key, values] : session.at("changes").items())
      line += fmt::format("; {} {} -> {}", key, value_text(values.at(0)), value_text(values.at(1)));
    for (const json& difference : session.at("differences")) line += "; " + difference.get<std::string>();
    page.paragraph(line);
  }
}

void add_files(Page& page, const Run& run) {
  Table table({{""}, {""}});
  for (const auto& [path, what] : {std::pair{run.folder.model(), "the model, as Hugging Face lays it out"},
                                   {run.folder.checkpoints(), "what was saved during the run"},
                                   {run.folder.log(), "what the worker said"},
                                   {run.folder.events(), "every logged point"},
                                   {run.folder.trace(), "what each step was made of"},
                                   {run.folder.experiment(), "the experiment file as it was"},
                                   {run.folder.resolved(), "the experiment with every value"}}) {
    std::error_code error;
    if (fs::exists(path, error)) table.add_row({path.filename().string(), page.paint().dim(what)});
  }
  const std::string& other = run.summary.other_folder;
  if (table.empty() && other.empty()) return;
  page.heading("Files", "in " + (other.empty() ? shown_path(run.folder.path()) : other));
  if (!table.empty()) page.table(table);
}

void add_sample(Page& page, const Run& run) {
  if (!run.sample) return;
  page.heading("Text it made after step " + with_commas(run.sample->step), "(the prompt, then its own)");
  page.drawing(page.paint().dim(without_controls(run.sample->prompt, /*keep_lines=*/true)) +
               without_controls(run.sample->text, /*keep_lines=*/true) + "\n");
}

}  // namespace

std::vector<std::pair<std::string, std::string>> environment_texts(const Run& run) {
  std::vector<std::pair<std::string, std::string>> texts;
  for (const auto& [key, value] : run.environment.items()) {
    if (!value.is_object()) texts.emplace_back(key, fact_text(key, value));
    if (value.is_object())
      for (const auto& [name, inner] : value.items()) texts.emplace_back(name, fact_text(name, inner));
  }
  if (!run.info.git_commit.empty()) texts.emplace_back("git commit", run.info.git_commit);
  for (const PluginBuild& plugin : run.info.plugins)
    texts.emplace_back(plugin.kind + " plugin", fmt::format("{} {}, build {}", plugin.id, plugin.version,
                                                            fact_text("_hash", plugin.library_hash)));
  return texts;
}

std::string plugins_line(const json& settings) {
  std::string line;
  for (const auto& [key, label] : {std::pair{"model", "model"}, {"tokenizer", "tokenizer"}, {"dataset", "data set"}}) {
    const std::string type = text_in(member(settings, key), "type");
    if (!type.empty()) line += (line.empty() ? "" : ", ") + std::string(label) + " " + type;
  }
  return line;
}

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

void add_run(Page& page, const Run& run, bool all) {
  add_heading(page, run);
  add_metrics(page, run);
  add_settings(page, run, all);
  add_values(page, "Data and tokens", run.facts);
  add_environment(page, run);
  add_sessions(page, run);
  add_files(page, run);
  add_sample(page, run);
  if (run.skipped_lines > 0)
    page.heading(page.paint().yellow(with_commas(run.skipped_lines) + " lines of events.jsonl could not be read"));
}

void add_explanation(Page& page, const Run& run, const std::vector<Claim>& claims) {
  add_heading(page, run);
  for (const Claim& claim : claims) {
    page.heading(claim.question);
    page.paragraph(claim.answer);
  }
}

}  // namespace folio::runs
