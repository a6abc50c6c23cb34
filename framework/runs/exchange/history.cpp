#include "runs/exchange/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "runs/exchange/read_values.h"

namespace folio::runs {
namespace {

using nlohmann::json;

constexpr const char* kGlobalStep = "train/global_step";
// Of Folio and PyTorch Lightning, W&B's API and its pages, others; Keras has epochs alone.
constexpr std::array kSteps{"step", "_step", "Step", "global_step", "trainer/global_step", kGlobalStep, "epoch"};

bool is_step(const std::string& name) {
  return name != "epoch" && std::find(kSteps.begin(), kSteps.end(), name) != kSteps.end();
}

}  // namespace

std::optional<std::int64_t> step_in(const json& row) {
  for (const char* name : kSteps)
    if (const auto step = integer_in(member(row, name))) return step;
  return std::nullopt;
}

void History::add_row(const json& source, std::optional<std::int64_t> step) {
  if (!step) step = step_in(source);
  if (!step) {
    ++without_step_;
    return;
  }
  Row row{.step = *step};
  row.global_step = integer_in(member(source, kGlobalStep));
  add_values(source, "", row);
  if (!row.metrics.empty()) rows_.push_back(std::move(row));
}

void History::add_values(const json& object, const std::string& prefix, Row& row) {
  for (const auto& [key, value] : object.items()) {
    const std::string name = prefix.empty() ? key : prefix + "." + key;
    if (name == "_timestamp") row.time = number_in(value);
    if (is_step(name) || name.starts_with('_') || value.is_null()) continue;  // W&B's own begin with '_'
    if (value.is_object() && !value.contains("_type")) {
      add_values(value, name, row);
    } else if (const auto number = number_in(value)) {
      row.metrics[name] = *number;
      names_[name] = true;
    } else {
      ++not_numbers_[name];
    }
  }
}

std::string History::metric_name(const std::string& name) const {
  constexpr std::string_view kTrain = "train/", kEval = "eval/";
  std::string ours = name;
  if (name.starts_with(kTrain)) ours = name.substr(kTrain.size());
  if (name.starts_with(kEval)) ours = "eval_" + name.substr(kEval.size());
  return names_.contains(ours) ? name : ours;
}

std::optional<double> History::write(ImportedRun& run) const {
  const bool global = !rows_.empty() && std::all_of(rows_.begin(), rows_.end(),
                                                    [](const Row& row) { return row.global_step.has_value(); });
  struct Step {
    std::optional<double> time;
    std::map<std::string, double> metrics;
  };
  std::map<std::int64_t, Step> steps;
  std::optional<double> began;
  std::map<std::string, std::int64_t> repeated;
  for (const Row& row : rows_) {
    Step& step = steps[global ? *row.global_step : row.step];
    if (row.time) step.time = row.time;
    if (row.time) began = std::min(began.value_or(*row.time), *row.time);
    for (const auto& [name, value] : row.metrics)
      if (!step.metrics.insert_or_assign(metric_name(name), value).second) ++repeated[name];
  }
  for (const auto& [number, step] : steps) run.points(number, step.metrics, step.time);
  for (const auto& [name, count] : repeated)
    run.unread(fmt::format(
        "{}: {} values of steps that were logged more than once; the last value of each step is used", name, count));
  for (const auto& [name, count] : not_numbers_)
    run.unread(fmt::format("{}: {} values that are not numbers", name, count));
  if (without_step_ > 0) run.unread(fmt::format("{} rows without a step", without_step_));
  return began;
}

}  // namespace folio::runs
