#include "worker/training/resume.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <optional>
#include <utility>

#include "folio/error.h"
#include "formats/adapter_config.h"
#include "formats/checkpoint_manifest.h"
#include "formats/model_weights.h"
#include "runs/record/run.h"
#include "train/trainer.h"
#include "worker/environment.h"

namespace folio::worker {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::array kParts{"settings", "environment", "plugins", "inputs"};

/// Throws Error (run) where the checkpoint is not whole, or is none of a run of Folio's.
ResumePoint resume_point(const fs::path& checkpoint, std::vector<std::string> skipped) {
  const CheckpointManifest manifest = verify_checkpoint(checkpoint);
  const auto fail = [&](const std::string& problem) {
    throw Error(ErrorKind::run, checkpoint.string() + ": " + problem);
  };
  for (const char* needed : {"training.json", "training.safetensors"})
    if (!manifest.files.contains(needed)) fail(std::string("its manifest does not name ") + needed);
  if (!manifest.files.contains(kWeightsFile) && !manifest.files.contains(kAdapterWeightsFile))
    fail("its manifest does not name the weights");
  if (train::steps_of(checkpoint) != manifest.step) fail("its manifest and its training.json tell different steps");
  json context = train::context_of(checkpoint);
  for (const char* part : kParts)
    if (!context.is_object() || !context.contains(part) || !context[part].is_object())
      fail("training.json: context: expected an object with " + std::string(part));
  return {checkpoint, manifest.step, std::move(context), std::move(skipped)};
}

ResumePoint newest(const runs::RunFolder& folder) {
  std::vector<std::string> skipped;
  for (const CheckpointFolder& saved : checkpoints_in(folder.checkpoints())) {
    try {
      return resume_point(saved.path, skipped);
    } catch (const Error& error) {  // the boundary between one checkpoint and the one before it
      skipped.push_back("a checkpoint is passed over: " + std::string(error.what()));
    }
  }
  if (skipped.empty())
    throw Error(ErrorKind::run, folder.checkpoints().string() +
                                    ": has no checkpoint to resume from: the run ended "
                                    "before one was saved (training.save_strategy)");
  throw Error(ErrorKind::run, fmt::format("{}: has no checkpoint that is whole:\n  {}", folder.checkpoints().string(),
                                          fmt::join(skipped, "\n  ")));
}

ResumePoint best(const runs::RunFolder& folder) {
  ResumePoint last = newest(folder);
  const auto step = train::best_step_of(last.checkpoint);
  if (!step)
    throw Error(ErrorKind::run,
                "the run has no best checkpoint: it was not evaluated before " + last.checkpoint.filename().string());
  const fs::path checkpoint = checkpoint_path(folder.checkpoints(), *step);
  return checkpoint == last.checkpoint ? last : resume_point(checkpoint, std::move(last.skipped));
}

/// Settings by which a run may be made longer.
bool is_raised(const std::string& key, const json& then, const json& now) {
  if (key != "training.num_train_epochs" && key != "training.max_steps") return false;
  return then.is_number() && now.is_number() && now.get<double>() > then.get<double>();
}

std::string shown(const json& value) { return value.is_null() ? "nothing" : runs::value_text(value); }

/// The values of two objects that differ, by key.
std::map<std::string, std::pair<json, json>> differing(const std::map<std::string, json>& then,
                                                       const std::map<std::string, json>& now) {
  std::map<std::string, std::pair<json, json>> found;
  for (const auto& [key, value] : then) {
    const auto other = now.find(key);
    if (other == now.end() || other->second != value) found[key] = {value, other == now.end() ? json() : other->second};
  }
  for (const auto& [key, value] : now)
    if (!then.contains(key)) found[key] = {json(), value};
  return found;
}

std::map<std::string, json> members_of(const json& object) {
  std::map<std::string, json> members;
  for (const auto& [key, value] : object.items()) members[key] = value;
  return members;
}

}  // namespace

TrainRequest TrainRequest::parse(const std::string& text) {
  const json request = json::parse(text);
  TrainRequest parsed;
  if (request.contains("resume")) {
    const json& resume = request["resume"];
    parsed.resume = {resume.at("from"), resume.at("accept_differences"), resume.at("job")};
  }
  if (request.contains("stop_after")) parsed.stop_after = request["stop_after"];
  return parsed;
}

ResumePoint find_resume_point(const runs::RunFolder& folder, const std::string& from) {
  if (from == "last") return newest(folder);
  if (from == "best") return best(folder);
  return resume_point(from, {});
}

json conditions(const std::string& run, const json& resolved, const Job& job, const JobData& data,
                const train::Execution& execution, const std::optional<InitialWeights>& beneath) {
  const json machine = describe_machine();
  json environment{{"device", execution.device.str()}, {"precision", execution.precision()}};
  for (const char* key : {"folio_version", "torch_version", "processor", "processor_features", "threads"})
    environment[key] = machine.at(key);
  for (const auto& [name, value] : machine.at("variables").items())
    if (decides_numbers(name)) environment[name] = value;
  json plugins = json::object();
  for (const auto& [kind, hash] : job.library_hashes()) plugins[kind + " plugin"] = hash;
  json inputs{{"run", run}, {"text", data.corpus.hash}, {"tokenizer", data.tokenizer_hash}};
  if (beneath) inputs["weights of model.from"] = beneath->weights_hash;
  return {{"settings", resolved}, {"environment", environment}, {"plugins", plugins}, {"inputs", inputs}};
}

runs::ResumedEvent compare_conditions(const ResumePoint& point, const json& now, bool accept_differences) {
  runs::ResumedEvent event{point.step, json::object(), {}};
  const auto then = runs::flat_settings(point.context["settings"]), today = runs::flat_settings(now.at("settings"));
  for (const auto& [key, values] : differing(then, today)) {
    event.changes[key] = {values.first, values.second};
    if (!is_raised(key, values.first, values.second))
      event.differences.push_back(fmt::format("{}: {} then, {} now", key, shown(values.first), shown(values.second)));
  }
  for (const char* part : {"environment", "plugins", "inputs"})
    for (const auto& [key, values] : differing(members_of(point.context[part]), members_of(now.at(part))))
      event.differences.push_back(fmt::format("{}: {} then, {} now", key, shown(values.first), shown(values.second)));
  if (event.differences.empty() || accept_differences) return event;
  throw Error(ErrorKind::usage,
              fmt::format("the run would not go on as it began:\n  {}\nWith --accept-differences it goes on all the "
                          "same, and they are recorded.",
                          fmt::join(event.differences, "\n  ")));
}

}  // namespace folio::worker
