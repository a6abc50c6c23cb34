#include "runs/compare/repetition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "runs/record/events.h"
#include "runs/record/json_values.h"
#include "runs/record/metrics.h"
#include "runs/record/trace.h"

namespace folio::runs {
namespace {

using nlohmann::json;

constexpr const char* kNothing = "nothing";

using Values = std::map<std::string, double>;

/// What decides a run's numbers beside its settings: the pointer into the run's environment or facts, and its name as
/// a checkpoint has it.
struct Condition {
  const char* name;
  bool is_fact;
  const char* pointer;
};

constexpr std::array kConditions{
    Condition{"folio_version", false, "/folio_version"},
    Condition{"torch_version", false, "/torch_version"},
    Condition{"processor", false, "/processor"},
    Condition{"processor_features", false, "/processor_features"},
    Condition{"threads", false, "/threads"},
    Condition{"device", false, "/device"},
    Condition{"precision", false, "/precision"},
    Condition{"text", true, "/data_hash"},
    Condition{"tokenizer", true, "/tokenizer_hash"},
    Condition{"weights of model.from", true, "/initial_weights_hash"},
};

bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

std::string exact_text(const Values& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? kNothing : fmt::format("{}", found->second);
}

/// What the run logged of its steps behind `after`, without what a resumed run superseded and without what says how the
/// machine did.
std::map<std::int64_t, Values> logged_values(const Run& run, std::int64_t after) {
  std::map<std::int64_t, Values> logged;
  for_each_event(run.folder.events(), [&](const Event& event) {
    if (const auto* resumed = std::get_if<ResumedEvent>(&event.what))
      logged.erase(logged.upper_bound(resumed->step), logged.end());
    const auto* points = std::get_if<PointsEvent>(&event.what);
    if (points == nullptr || points->step <= after) return;
    for (const auto& [name, value] : points->metrics) {
      const Metric* metric = find_metric(name);
      if (metric == nullptr || !is_of_machine(*metric)) logged[points->step][name] = value;
    }
  });
  return logged;
}

/// None where the run has no trace.
std::vector<StepFingerprint> traced_steps(const Run& run, std::int64_t after, std::int64_t last) {
  std::error_code error;
  if (!std::filesystem::exists(run.folder.trace(), error)) return {};
  std::vector<StepFingerprint> steps = read_trace(run.folder.trace());
  std::erase_if(steps, [&](const StepFingerprint& step) { return step.step <= after || step.step > last; });
  return steps;
}

/// Takes `parts` of a step that is earlier than what is known to be unequal so far, or adds those of the same step.
void note(Repetition& repetition, std::int64_t step, const std::vector<RecordedPair>& parts) {
  if (parts.empty() || (!repetition.equal() && step > repetition.parted_at)) return;
  if (repetition.equal() || step < repetition.parted_at) repetition.parts.clear();
  repetition.parted_at = step;
  repetition.parts.insert(repetition.parts.end(), parts.begin(), parts.end());
}

void compare_values(Repetition& repetition, const Run& run, const Run& again) {
  auto then = logged_values(run, repetition.after), now = logged_values(again, repetition.after);
  std::set<std::int64_t> steps;
  for (const auto* logged : {&then, &now})
    for (const auto& [step, values] : *logged)
      if (step <= repetition.last) steps.insert(step);
  std::set<std::string> metrics;
  for (const std::int64_t step : steps) {
    std::set<std::string> names;
    for (auto* logged : {&then, &now})
      for (const auto& [name, value] : (*logged)[step]) names.insert(name);
    std::vector<RecordedPair> parts;
    for (const std::string& name : names) {
      const Values &in_run = then[step], &in_again = now[step];
      const bool both = in_run.contains(name) && in_again.contains(name);
      if (!both || !same_bits(in_run.at(name), in_again.at(name)))
        parts.push_back({name, exact_text(in_run, name), exact_text(in_again, name)});
    }
    note(repetition, step, parts);
    repetition.values += static_cast<std::int64_t>(names.size());
    metrics.merge(names);
  }
  repetition.metrics.assign(metrics.begin(), metrics.end());
}

void compare_traces(Repetition& repetition, const Run& run, const Run& again) {
  const auto then = traced_steps(run, repetition.after, repetition.last);
  if (then.empty()) return;
  const auto now = traced_steps(again, repetition.after, repetition.last);
  repetition.traced = static_cast<std::int64_t>(then.size());
  const auto divergence = first_divergence(then, now);
  if (!divergence) return;
  if (divergence->ended)
    return note(repetition, repetition.after + static_cast<std::int64_t>(std::min(then.size(), now.size())) + 1,
                {{"the trace", fmt::format("{} steps", then.size()), fmt::format("{} steps", now.size())}});
  const auto at = [&](const std::vector<StepFingerprint>& steps) {
    return *std::find_if(steps.begin(), steps.end(), [&](const auto& step) { return step.step == divergence->step; });
  };
  const StepFingerprint in_run = at(then), in_again = at(now);
  std::vector<RecordedPair> parts;
  const auto add = [&](bool differs, const char* what, const auto& a, const auto& b, const char* format) {
    if (differs) parts.push_back({what, fmt::format(fmt::runtime(format), a), fmt::format(fmt::runtime(format), b)});
  };
  add(divergence->batch, "the trace's batch", in_run.batch, in_again.batch, "{:016x}");
  add(divergence->random, "the trace's random state", in_run.random, in_again.random, "{:016x}");
  add(divergence->loss, "the trace's loss", in_run.loss, in_again.loss, "{}");
  add(divergence->gradients, "the trace's gradient norm", in_run.grad_norm, in_again.grad_norm, "{}");
  note(repetition, divergence->step, parts);
}

/// A condition that one of the runs does not know is left out.
std::vector<RecordedPair> differing_conditions(const Run& run, const Run& again) {
  std::vector<RecordedPair> found;
  const auto add = [&](const std::string& name, const json& then, const json& now) {
    if (!then.is_null() && !now.is_null() && then != now) found.push_back({name, value_text(then), value_text(now)});
  };
  for (const Condition& condition : kConditions)
    add(condition.name, value_at(condition.is_fact ? run.facts : run.environment, condition.pointer),
        value_at(condition.is_fact ? again.facts : again.environment, condition.pointer));
  const json then = value_at(run.environment, "/variables"), now = value_at(again.environment, "/variables");
  if (then.is_object() && now.is_object()) {
    std::set<std::string> names;
    for (const json* variables : {&then, &now})
      for (const auto& [name, value] : variables->items()) names.insert(name);
    for (const std::string& name : names) add(name, then.value(name, json(kNothing)), now.value(name, json(kNothing)));
  }
  for (const PluginBuild& build : run.info.plugins)
    for (const PluginBuild& other : again.info.plugins)
      if (build.kind == other.kind) add(build.kind + " plugin", build.library_hash, other.library_hash);
  return found;
}

}  // namespace

Repetition compare_repetition(const Run& run, const Run& again, std::int64_t after, std::int64_t last,
                              const std::vector<RecordedPair>& files) {
  Repetition repetition;
  repetition.after = after;
  repetition.last = last;
  compare_values(repetition, run, again);
  compare_traces(repetition, run, again);
  std::vector<RecordedPair> parts;
  for (const RecordedPair& file : files) {
    repetition.files.push_back(file.what);
    if (file.then != file.now) parts.push_back(file);
  }
  note(repetition, last, parts);
  repetition.conditions = differing_conditions(run, again);
  return repetition;
}

std::vector<std::int64_t> logged_steps(const Run& run, std::int64_t after) {
  std::vector<std::int64_t> steps;
  for (const auto& [step, values] : logged_values(run, after))
    if (!values.empty()) steps.push_back(step);
  return steps;
}

}  // namespace folio::runs
