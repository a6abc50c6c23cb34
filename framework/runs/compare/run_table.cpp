#include "runs/compare/run_table.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>

#include "runs/compare/seeds.h"
#include "runs/record/metrics.h"
#include "support/error.h"
#include "support/nearest_name.h"

namespace folio::runs {
namespace {

using Kind = Field::Kind;
using Row = RunTable::Row;

constexpr std::array kUsualMetrics{"train_loss", "eval_loss", "train_bits_per_byte", "eval_bits_per_byte",
                                   "train_runtime"};

bool matches(const std::vector<std::string>& patterns, const std::string& name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& p) { return ::fnmatch(p.c_str(), name.c_str(), 0) == 0; });
}

void require_matches(const std::vector<std::string>& patterns, const std::vector<std::string>& names,
                     const char* option) {
  for (const std::string& pattern : patterns) {
    const bool fits =
        std::any_of(names.begin(), names.end(), [&](const std::string& name) { return matches({pattern}, name); });
    if (fits) continue;
    throw Error(ErrorKind::usage, fmt::format("{}: no run has a setting or a metric '{}'{}", option, pattern,
                                              did_you_mean(pattern, names)));
  }
}

bool is_seed(const std::string& key) { return key == "seed" || key.ends_with(".seed"); }

bool any_has(const std::vector<RunSummary>& runs, const std::string& metric) {
  return std::any_of(runs.begin(), runs.end(), [&](const RunSummary& run) { return run.metrics.contains(metric); });
}

bool differ(const std::vector<RunSummary>& runs, const RunFields& fields, const Field& field) {
  return std::any_of(runs.begin(), runs.end(), [&](const RunSummary& run) {
    return fields.value(run, field) != fields.value(runs.front(), field);
  });
}

/// The first of those that the runs have, which logged none of the usual ones.
std::vector<std::string> first_metrics(const std::vector<RunSummary>& runs) {
  std::set<std::string, decltype(&shown_before)> names(&shown_before);
  for (const RunSummary& run : runs)
    for (const auto& [name, value] : run.metrics)
      if (name != "epoch") names.insert(name);
  std::vector<std::string> metrics(names.begin(), names.end());
  if (metrics.size() > kUsualMetrics.size()) metrics.resize(kUsualMetrics.size());
  return metrics;
}

std::vector<std::string> chosen_metrics(const std::vector<RunSummary>& runs, const RunFields& fields,
                                        const TableRequest& request) {
  std::vector<std::string> metrics;
  for (const std::string& name : request.metrics) {
    if (fields.require(name, "--metrics").kind != Kind::metric)
      throw Error(ErrorKind::usage, "--metrics: '" + name + "' is a setting; settings that differ have columns anyway");
    metrics.push_back(name);
  }
  if (!metrics.empty()) return metrics;
  for (const char* name : kUsualMetrics)
    if (any_has(runs, name)) metrics.emplace_back(name);
  if (metrics.empty()) return first_metrics(runs);
  return metrics;
}

/// The columns without --keep and --drop.
std::vector<std::string> usual_columns(const std::vector<RunSummary>& runs, const SettingDifferences& differences,
                                       const RunFields& fields, const TableRequest& request) {
  std::vector<std::string> names;
  if (!request.group) names = {"id", "name"};
  for (const char* name : {"state", "tags"})
    if (!runs.empty() && differ(runs, fields, *fields.find(name))) names.emplace_back(name);
  for (const std::string& key : differences.differing)
    if (!request.group || !is_seed(key)) names.push_back(key);
  const auto metrics = chosen_metrics(runs, fields, request);
  names.insert(names.end(), metrics.begin(), metrics.end());
  return names;
}

/// The fields that a pattern of --keep fits, those of runs first, then settings and metrics, each by name.
std::vector<std::string> kept_columns(const std::vector<std::string>& all, const TableRequest& request) {
  std::vector<std::string> names;
  if (!request.group) names.emplace_back("id");
  for (const std::string& name : all)
    if (matches(request.keep, name) && name != "id") names.push_back(name);
  return names;
}

std::vector<Field> choose_columns(const std::vector<RunSummary>& runs, const SettingDifferences& differences,
                                  const RunFields& fields, const TableRequest& request) {
  const std::vector<std::string> all = fields.names();
  require_matches(request.keep, all, "--keep");
  require_matches(request.drop, all, "--drop");
  std::vector<Field> columns;
  for (const std::string& name :
       request.keep.empty() ? usual_columns(runs, differences, fields, request) : kept_columns(all, request)) {
    if (!matches(request.drop, name)) columns.push_back(*fields.find(name));
  }
  return columns;
}

/// Whether it is known which seed the run had: one of another program may say nothing of its settings.
bool seed_is_known(const RunSummary& run, const RunSettings& settings) {
  const auto key = settings.find_key("training.seed");
  return key && settings.value(run.id, *key) != nullptr;
}

/// Runs that have the same state and the same settings but for seeds, in the order of their first. One whose seed is
/// not known stands alone: what a run does not say is never the same.
std::vector<Row> group_rows(const std::vector<RunSummary>& runs, const RunSettings& settings,
                            const SettingDifferences& differences) {
  std::vector<RunSettings::Key> keys;
  for (const auto* list : {&differences.differing, &differences.of_some}) {
    for (const std::string& key : *list)
      if (!is_seed(key)) keys.push_back(*settings.find_key(key));
  }
  std::vector<Row> rows;
  std::unordered_map<std::string, std::size_t> places;
  for (const RunSummary& run : runs) {
    std::string identity(to_string(run.state));
    if (!seed_is_known(run, settings)) identity += '\n' + run.id;
    for (const RunSettings::Key key : keys) {
      const nlohmann::json* value = settings.value(run.id, key);
      identity += '\n' + (value ? value->dump() : "");
    }
    const auto [place, is_new] = places.emplace(identity, rows.size());
    if (is_new) rows.emplace_back();
    rows[place->second].runs.push_back(&run);
  }
  return rows;
}

std::vector<Row> single_rows(const std::vector<RunSummary>& runs) {
  std::vector<Row> rows;
  for (const RunSummary& run : runs) rows.push_back({{&run}, {}});
  return rows;
}

TableCell mean_cell(const Row& row, const std::string& metric) {
  std::vector<double> values;
  for (const RunSummary* run : row.runs) {
    const auto found = run->metrics.find(metric);
    if (found != run->metrics.end()) values.push_back(found->second);
  }
  if (values.empty()) return {};
  const SeedGroup group = group_of(values);
  return {group.mean, group.deviation, group.runs};
}

/// Of a group, what its runs have in common: nothing where they differ.
TableCell cell_of(const Row& row, const RunFields& fields, const Field& field) {
  if (field.kind == Kind::metric && row.runs.size() > 1) return mean_cell(row, field.name);
  const FieldValue first = fields.value(*row.runs.front(), field);
  for (std::size_t i = 1; i < row.runs.size(); ++i)
    if (fields.value(*row.runs[i], field) != first) return {FieldValue(), std::nullopt, 0};
  return {first, std::nullopt, std::holds_alternative<std::monostate>(first) ? 0 : row.runs.size()};
}

void sort_rows(std::vector<Row>& rows, const RunFields& fields, const TableRequest& request) {
  if (request.sort_by.empty()) return;
  const Field field = fields.require(request.sort_by, "--sort-by");
  std::vector<FieldValue> values;
  for (const Row& row : rows) values.push_back(cell_of(row, fields, field).value);
  std::vector<Row> sorted;
  for (const std::size_t place : sorted_places(values, request.descending)) sorted.push_back(std::move(rows[place]));
  rows = std::move(sorted);
}

void note_settings_of_some(const SettingDifferences& differences, RunTable& table) {
  const std::size_t count = differences.of_some.size();
  if (count == 0) return;
  table.without_column = fmt::format(
      "{} more setting{} only some of these runs, with one value: --keep 'model.*' shows those of the model.", count,
      count == 1 ? " stands in" : "s stand in");
}

/// A loss per token is of no use over other tokens, which the table's numbers do not show by themselves.
void note_losses(const SettingDifferences& differences, RunTable& table) {
  const bool shows_loss = std::any_of(table.columns.begin(), table.columns.end(), [](const Field& field) {
    const Metric* metric = field.kind == Kind::metric ? find_metric(field.name) : nullptr;
    return metric && metric->aspect == Aspect::token_loss;
  });
  if (!shows_loss) return;
  std::string keys;
  for (const std::string& key : differences.differing) {
    const bool decides = key.starts_with("dataset.") || key.starts_with("tokenizer.") || key == "model.type";
    if (decides) keys += (keys.empty() ? "" : ", ") + key;
  }
  if (keys.empty()) return;
  table.notes.push_back("These runs differ in " + keys +
                        ": their losses per token are of other tokens or another task, or may be. Bits per byte do not "
                        "depend on the tokens; "
                        "`runner diff A B` says of two runs what can be compared.");
}

/// A mean over a whole run is of use only beside one over as many steps.
void note_lengths(const std::vector<RunSummary>& runs, RunTable& table) {
  const bool shows_whole_run = std::any_of(table.columns.begin(), table.columns.end(), [](const Field& field) {
    return field.kind == Kind::metric &&
           (field.name == "train_loss" || field.name == "train_bits_per_byte" || field.name == "train_runtime");
  });
  std::set<double> steps;
  for (const RunSummary& run : runs)
    if (const auto found = run.metrics.find("global_step"); found != run.metrics.end()) steps.insert(found->second);
  const bool cut_short =
      std::any_of(runs.begin(), runs.end(), [](const RunSummary& run) { return run.state != RunState::finished; });
  if (!shows_whole_run || runs.size() < 2 || (steps.size() < 2 && !cut_short)) return;
  table.notes.push_back(
      "These runs are of different length, or some did not finish: train_loss, train_bits_per_byte and train_runtime "
      "are taken over a whole run and do not rank them.");
}

}  // namespace

RunTable make_table(const std::vector<RunSummary>& runs, const RunSettings& settings, const RunFields& fields,
                    const TableRequest& request) {
  const SettingDifferences differences = settings.differences(runs);
  RunTable table;
  table.grouped = request.group;
  table.columns = choose_columns(runs, differences, fields, request);
  table.rows = request.group ? group_rows(runs, settings, differences) : single_rows(runs);
  sort_rows(table.rows, fields, request);
  for (Row& row : table.rows)
    for (const Field& field : table.columns) row.cells.push_back(cell_of(row, fields, field));
  if (request.keep.empty()) note_settings_of_some(differences, table);
  note_losses(differences, table);
  note_lengths(runs, table);
  return table;
}

}  // namespace folio::runs
