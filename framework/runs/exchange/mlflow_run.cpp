#include "runs/exchange/mlflow_run.h"

#include <fmt/format.h>

#include "runs/exchange/read_values.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::optional<double> seconds(std::optional<std::int64_t> milliseconds) {
  return milliseconds ? std::optional(static_cast<double>(*milliseconds) / 1000) : std::nullopt;
}

/// MLflow's own tags begin with "mlflow."; what a person gave is a name with a value.
void add_tags(ImportedRun& imported, const MlflowRun& run) {
  std::vector<std::string> tags;
  json facts = json::object();
  for (const auto& [name, value] : run.tags) {
    if (name == "mlflow.note.content" && !value.empty()) imported.info.note = value;
    if (name == "mlflow.source.git.commit") imported.info.git_commit = value;
    if (name == "mlflow.runName" && run.name.empty()) imported.info.name = value;
    if (!name.starts_with("mlflow.")) tags.push_back(value.empty() ? name : name + "=" + value);
  }
  imported.tags(tags);
  if (!run.experiment.empty()) facts["mlflow_experiment"] = run.experiment;
  for (const char* name : {"mlflow.user", "mlflow.source.name"})
    if (const auto tag = run.tags.find(name); tag != run.tags.end())
      facts[name == std::string("mlflow.user") ? "mlflow_user" : "mlflow_source"] = tag->second;
  if (!facts.empty()) imported.facts(facts);
}

void add_metrics(ImportedRun& imported, const MlflowRun& run) {
  struct Step {
    std::int64_t time_ms = 0;
    std::map<std::string, double> metrics;
  };
  std::map<std::int64_t, Step> steps;
  for (const auto& [name, values] : run.metrics) {
    std::int64_t replaced = 0;
    for (const MlflowRun::Value& value : values) {
      Step& step = steps[value.step];
      step.time_ms = std::max(step.time_ms, value.time_ms);
      if (!step.metrics.insert_or_assign(name, value.value).second) ++replaced;
    }
    if (replaced > 0)
      imported.unread(
          fmt::format("{}: {} values of steps that were logged more than once; the last value of each step is used",
                      name, replaced));
  }
  for (const auto& [number, step] : steps)
    imported.points(number, step.metrics, static_cast<double>(step.time_ms) / 1000);
}

void add_end(ImportedRun& imported, const MlflowRun& run) {
  const auto time = seconds(run.end_ms);
  if (run.status == "RUNNING" || run.status == "SCHEDULED")
    imported.unread("it had not ended when it was read, so here it is interrupted");
  if (run.status == "FAILED")
    imported.ended(RunState::failed, "MLflow says that it failed", time);
  else
    imported.ended(run.status == "FINISHED" ? RunState::finished : RunState::interrupted, "", time);
}

}  // namespace

ImportedRun imported(const MlflowRun& run, const fs::path& place) {
  ImportedRun imported("MLflow", place);
  imported.from = "mlflow:" + run.id;
  imported.info.name = run.id;
  if (!run.name.empty()) imported.info.name = run.name;
  imported.began(seconds(run.start_ms));
  for (const auto& [name, value] : run.params) imported.settings[name] = value_of_text(value);
  for (const std::string& sentence : run.unread) imported.unread(sentence);
  add_tags(imported, run);
  add_metrics(imported, run);
  add_end(imported, run);
  return imported;
}

}  // namespace folio::runs
