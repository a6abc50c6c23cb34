// What Hugging Face's Trainer leaves: trainer_state.json in its output folder or in the checkpoints there, and beside
// it all_results.json and the model's config.json.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "runs/exchange/folder_files.h"
#include "runs/exchange/imported_run.h"
#include "runs/exchange/read_values.h"
#include "runs/record/facts.h"
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
    if (step > last && is_there(state)) {
      last = step;
      found = state;
    }
  }
  return found;
}

/// Empty where the path is none of a Trainer's.
fs::path state_file(const fs::path& path) {
  if (fs::is_directory(path)) {
    if (is_there(path / "trainer_state.json")) return path / "trainer_state.json";
    return last_checkpoint_state(path);
  }
  return path.filename() == "trainer_state.json" ? path : fs::path();
}

/// The share of its planned steps that the run did, in [0, 1]; 1 where the state does not tell.
double share_done(const json& state) {
  const auto done = number_in(member(state, "global_step"));
  const auto planned = number_in(member(state, "max_steps"));
  return done && planned && *done >= 0 && *done < *planned ? *done / *planned : 1;
}

/// The Trainer divides what was planned by the time, also where it stopped early: here rates are of what was done.
void correct_rates(std::map<std::string, double>& metrics, double share_done) {
  for (const char* name : {"train_samples_per_second", "train_steps_per_second"})
    if (const auto rate = metrics.find(name); rate != metrics.end()) rate->second *= share_done;
}

/// One entry of log_history. The last, with train_runtime, stands for the run as a whole. Whether it is that one.
bool add_entry(ImportedRun& run, const json& entry, double share_done) {
  const auto step = integer_in(member(entry, "step"));
  if (!step) {
    run.unread("an entry of log_history without a step: " + entry.dump().substr(0, 60));
    return false;
  }
  std::map<std::string, double> metrics;
  for (const auto& [name, value] : entry.items()) {
    if (name == "step") continue;
    if (const auto number = number_in(value))
      metrics[name] = *number;
    else if (name != "epoch")
      run.unread(fmt::format("log_history, step {}: {} is not a number", *step, name));
  }
  const bool whole = metrics.contains("train_runtime");
  if (whole) correct_rates(metrics, share_done);
  whole ? run.summary(metrics) : run.points(*step, metrics);
  return whole;
}

/// The file beside the others, an object; null where there is none, or it cannot be read, which is told.
json object_in(const fs::path& file, ImportedRun& run) {
  if (!is_there(file)) return nullptr;
  try {
    json values = read_python_json(file);
    if (values.is_object()) return values;
    run.unread(file.string() + ": expected a JSON object");
  } catch (const Error& error) {  // the boundary between one file and the others
    run.unread(error.what());
  }
  return nullptr;
}

/// "5.24.0" -> 5, 24; a version that is none is 0, 0.
std::pair<int, int> version_in(const std::string& text) {
  std::pair<int, int> version{0, 0};
  const char* const end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.first);
  if (major.ec == std::errc() && major.ptr != end) std::from_chars(major.ptr + 1, end, version.second);
  return version;
}

/// The Trainer scales the evaluation of GPT2LMHeadModel as it does its training, so that is known not to be Folio's
/// mean. Of other models, and where the class is not known, it is left unknown: labels may have been smoothed in the
/// evaluation too, and no file says so. `config` is the model's config.json.
void add_definition(ImportedRun& run, const json& config) {
  const json& classes = member(config, "architectures");
  const bool gpt2 = classes.is_array() && std::find(classes.begin(), classes.end(), "GPT2LMHeadModel") != classes.end();
  constexpr std::pair kOldestKnown{4, 57};
  if (!gpt2 || version_in(text_in(config, "transformers_version")) < kOldestKnown) return;
  Facts facts;
  facts.eval_loss_definition =
      "sum over the scored tokens of each batch / labels before the shift, weighted by samples";
  run.facts(to_json(facts));
}

void add_settings(ImportedRun& run, const json& state, const fs::path& folder) {
  json training = json::object();
  for (const auto& [theirs, ours] : {std::pair{"num_train_epochs", "num_train_epochs"},
                                     {"train_batch_size", "per_device_train_batch_size"},
                                     {"max_steps", "max_steps"},
                                     {"logging_steps", "logging_steps"},
                                     {"eval_steps", "eval_steps"},
                                     {"save_steps", "save_steps"}}) {
    if (const json& value = member(state, theirs); value.is_number()) training[ours] = value;
  }
  if (const json& trial = member(state, "trial_params"); trial.is_object()) training.update(trial);
  run.settings["training"] = std::move(training);
  for (const char* file : {"training_args.bin", "optimizer.pt"})
    if (is_there(folder / file)) run.unread(std::string(file) + ": contains Python objects");
  json model = object_in(folder / "config.json", run);
  if (model.is_null()) return;
  add_definition(run, model);
  if (const std::string type = text_in(model, "model_type"); !type.empty()) model["type"] = type;
  run.settings["model"] = std::move(model);
}

/// all_results.json, which run_clm.py and its kin write: final values.
void add_results(ImportedRun& run, const fs::path& folder, double share_done) {
  std::map<std::string, double> metrics;
  const json results = object_in(folder / "all_results.json", run);
  for (const auto& [name, value] : results.items())
    if (const auto number = number_in(value)) metrics[name] = *number;
  correct_rates(metrics, share_done);
  run.summary(metrics);
}

/// "hfout/checkpoint-24" -> 24
std::optional<std::int64_t> step_of_checkpoint(const std::string& path) {
  constexpr std::string_view kPrefix = "checkpoint-";
  const std::size_t place = path.rfind(kPrefix);
  if (place == std::string::npos) return std::nullopt;
  std::int64_t step = 0;
  const char* const end = path.data() + path.size();
  const auto read = std::from_chars(path.data() + place + kPrefix.size(), end, step);
  return read.ec == std::errc() && read.ptr == end ? std::optional(step) : std::nullopt;
}

/// How far it came, and the best evaluation. Older versions tell the best step only as the checkpoint's name.
void add_progress(ImportedRun& run, const json& state) {
  std::map<std::string, double> metrics;
  if (const auto step = integer_in(member(state, "global_step"))) metrics["global_step"] = static_cast<double>(*step);
  if (const auto best = number_in(member(state, "best_metric"))) {
    metrics["best_metric"] = *best;
    auto step = integer_in(member(state, "best_global_step"));
    if (!step) step = step_of_checkpoint(text_in(state, "best_model_checkpoint"));
    if (step) metrics["best_step"] = static_cast<double>(*step);
  }
  run.summary(metrics);
}

/// Whether the state says that training came to its end: at the last step, or because a callback stopped it early.
bool came_to_end(const json& state) {
  const json& control = member(member(member(state, "stateful_callbacks"), "TrainerControl"), "args");
  if (member(control, "should_training_stop") == true) return true;
  const auto planned = integer_in(member(state, "max_steps"));
  return !planned || integer_in(member(state, "global_step")).value_or(0) >= *planned;
}

}  // namespace

FoundRuns import_trainer(const fs::path& path) {
  const fs::path file = state_file(path);
  if (file.empty()) return {};
  const json state = read_python_json(file);
  const json& log = member(state, "log_history");
  if (!log.is_array()) {
    throw Error(ErrorKind::store,
                file.string() + ": has no list 'log_history', expected a file of Hugging Face's Trainer");
  }
  const fs::path folder = fs::is_directory(path) ? path : path.parent_path();
  ImportedRun run("Hugging Face's Trainer", folder);
  run.info.note = "imported from " + file.string();
  run.began(file_time(file));
  add_settings(run, state, folder);
  bool whole = false;
  const double done = share_done(state);
  for (const json& entry : log) whole = add_entry(run, entry, done) || whole;
  add_results(run, folder, done);
  add_progress(run, state);
  run.ended(whole || came_to_end(state) ? RunState::finished : RunState::interrupted);
  FoundRuns found;
  found.runs.push_back(std::move(run));
  return found;
}

}  // namespace folio::runs
