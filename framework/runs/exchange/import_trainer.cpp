// What Hugging Face's Trainer leaves: trainer_state.json in its output folder or in the checkpoints there, and beside
// it all_results.json and the model's config.json.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "runs/exchange/imported_run.h"
#include "support/error.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The trainer_state.json of the last checkpoint; empty where there is none.
fs::path last_checkpoint_state(const fs::path& folder) {
  fs::path found;
  std::int64_t last = -1;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    constexpr std::string_view kPrefix = "checkpoint-";
    std::int64_t step = -1;
    if (!name.starts_with(kPrefix)) continue;
    std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), step);
    const fs::path state = entry.path() / "trainer_state.json";
    if (step > last && fs::exists(state)) {
      last = step;
      found = state;
    }
  }
  return found;
}

/// Empty where the path is none of a Trainer's.
fs::path state_file(const fs::path& path) {
  if (fs::is_directory(path)) {
    if (fs::exists(path / "trainer_state.json")) return path / "trainer_state.json";
    return last_checkpoint_state(path);
  }
  return path.filename() == "trainer_state.json" ? path : fs::path();
}

/// One entry of log_history. The last, with train_runtime, stands for the run as a whole.
void add_entry(ImportedRun& run, const json& entry) {
  const auto step = entry.find("step");
  if (!entry.is_object() || step == entry.end() || !step->is_number_integer()) {
    run.report.unread.push_back("an entry of log_history without a step: " + entry.dump().substr(0, 60));
    return;
  }
  std::map<std::string, double> metrics;
  for (const auto& [name, value] : entry.items()) {
    if (name == "step") continue;
    if (const auto number = number_in(value))
      metrics[name] = *number;
    else if (name != "epoch")
      run.report.unread.push_back(fmt::format("log_history, step {}: {} is not a number", step->dump(), name));
  }
  metrics.contains("train_runtime") ? run.summary(metrics) : run.points(*step, metrics);
}

void add_settings(ImportedRun& run, const json& state, const fs::path& folder) {
  json& training = run.settings["training"] = json::object();
  for (const auto& [theirs, ours] : {std::pair{"num_train_epochs", "num_train_epochs"},
                                     {"train_batch_size", "per_device_train_batch_size"},
                                     {"logging_steps", "logging_steps"},
                                     {"eval_steps", "eval_steps"},
                                     {"save_steps", "save_steps"}}) {
    if (state.contains(theirs) && state[theirs].is_number()) training[ours] = state[theirs];
  }
  for (const char* file : {"training_args.bin", "optimizer.pt"})
    if (fs::exists(folder / file)) run.report.unread.push_back(std::string(file) + ": holds Python objects");
  const fs::path config = folder / "config.json";
  if (!fs::exists(config)) return;
  try {
    json model = read_python_json(config);
    if (model.contains("model_type")) model["type"] = model["model_type"];
    run.settings["model"] = std::move(model);
  } catch (const Error& error) {  // the boundary between one file and the others
    run.report.unread.emplace_back(error.what());
  }
}

/// all_results.json, which run_clm.py and its kin write: final values.
void add_results(ImportedRun& run, const fs::path& folder) {
  const fs::path file = folder / "all_results.json";
  if (!fs::exists(file)) return;
  try {
    std::map<std::string, double> metrics;
    const json results = read_python_json(file);
    for (const auto& [name, value] : results.items())
      if (const auto number = number_in(value)) metrics[name] = *number;
    run.summary(metrics);
  } catch (const Error& error) {  // the same
    run.report.unread.emplace_back(error.what());
  }
}

}  // namespace

std::vector<ImportedRun> import_trainer(const fs::path& path) {
  const fs::path file = state_file(path);
  if (file.empty()) return {};
  const json state = read_python_json(file);
  if (!state.is_object() || !state.contains("log_history") || !state["log_history"].is_array()) {
    throw Error(ErrorKind::store,
                file.string() + ": has no list 'log_history', expected that of Hugging Face's Trainer");
  }
  const fs::path folder = fs::is_directory(path) ? path : path.parent_path();
  ImportedRun run("Hugging Face's Trainer", folder);
  run.info.note = "imported from " + file.string();
  add_settings(run, state, folder);
  for (const json& entry : state["log_history"]) add_entry(run, entry);
  add_results(run, folder);
  const std::int64_t step = state.value("global_step", std::int64_t{0});
  const std::int64_t planned = state.value("max_steps", std::int64_t{0});
  run.summary({{"global_step", static_cast<double>(step)}});
  run.ended(step >= planned ? RunState::finished : RunState::interrupted);
  std::vector<ImportedRun> runs;
  runs.push_back(std::move(run));
  return runs;
}

}  // namespace folio::runs
