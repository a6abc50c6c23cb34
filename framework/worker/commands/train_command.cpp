#include <ATen/Context.h>
#include <fcntl.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <optional>
#include <vector>

#include "formats/checkpoint_manifest.h"
#include "runs/record/events.h"
#include "runs/record/facts.h"
#include "support/child_process.h"
#include "support/machine/machine_load.h"
#include "support/passwords.h"
#include "train/machine_speed.h"
#include "train/matmul_rate.h"
#include "train/products.h"
#include "train/saving/model_files.h"
#include "train/trainer.h"
#include "worker/commands/commands.h"
#include "worker/crash_report.h"
#include "worker/environment.h"
#include "worker/estimates/estimates.h"
#include "worker/failure.h"
#include "worker/initial_weights.h"
#include "worker/model_folder.h"
#include "worker/model_outputs.h"
#include "worker/plugin_calls.h"
#include "worker/precision.h"
#include "worker/preparation.h"
#include "worker/sample_text.h"
#include "worker/stop_request.h"
#include "worker/training/hang_watch.h"
#include "worker/training/resume.h"
#include "worker/training/run_facts.h"
#include "worker/training/run_recorder.h"

namespace folio::worker {
namespace {

using nlohmann::json;

/// Gives the model its weights: random ones, or those of a folder, which are told.
std::optional<InitialWeights> fill_model(const Job& job, Model& model, ProgressLines& progress) {
  const auto source = job.weights_source();
  if (!source) {
    model.initialize();
    return std::nullopt;
  }
  progress.stage("Loading the weights", 0, 1);
  InitialWeights initial = load_initial_weights(model, *source);
  tell_warnings(initial.notes, progress);
  return initial;
}

/// The precision that a run takes, and how fast the machine multiplies in it.
struct Speed {
  ChosenExecution chosen;
  std::vector<train::Product> products;
  double matmul_rate = 0;  ///< before training
};

/// Of a model that is made for this alone, so that what is measured leaves no trace in the one that is trained. Before
/// that it looks whether the model can be trained here on these samples.
/// `precision`: what the run began with, where it is resumed.
Speed measure_speed(const Job& job, const JobData& job_data, const data::Collator& collator,
                    const std::optional<std::string>& precision) {
  train::TrainingArguments training = job.training();
  if (precision && training.precision == "auto") training.precision = *precision;
  const std::unique_ptr<Model> model = job.make_model(*job_data.tokenizer);
  const std::int64_t longest = std::max(job_data.training.longest(), job_data.evaluation.longest());
  check_length(collator.shape(1, longest), longest, *model);
  check_memory(*model, training.optim, train::choose_device(training));
  check_label_smoothing(*model, job.model_name(), training.label_smoothing_factor);
  check_outputs(*model, job.model_name(), collator.collate(job_data.training, std::array<std::int64_t, 1>{0}, 0),
                job.vocab_size(*job_data.tokenizer));

  const std::int64_t samples = job_data.training.size();
  const std::int64_t batch = std::min(training.per_device_train_batch_size, samples);
  const std::int64_t length = std::max<std::int64_t>(1, job_data.training.token_count() / samples);
  const std::int64_t vocab_size = job.vocab_size(*job_data.tokenizer);
  check_batch_memory(*model, training, collator.shape(batch, length), train::choose_device(training));
  Speed speed;
  speed.chosen = choose_execution(
      training, *model, {length, [&](std::int64_t tokens) { return collator.shape(batch, tokens); }, vocab_size});
  speed.products = train::products_of(*model, collator.shape(batch, length), vocab_size);
  speed.matmul_rate = train::measure_matmul_rate(speed.products, speed.chosen.execution);
  return speed;
}

void tell_speed(const Speed& speed, runs::EventWriter& events, ProgressLines& progress) {
  json environment{{"device", speed.chosen.execution.device.str()},
                   {"precision", speed.chosen.execution.precision()},
                   {"matmul_flops_per_second", speed.matmul_rate}};
  environment.update(speed.chosen.record);
  events.environment(environment);
  const std::string line = precision_line(speed.chosen);
  if (line.empty()) return;
  fmt::print(std::cerr, "{}\n", line);
  progress.write({{"note", line}});
}

/// Measures the rate of the products again, records the better one, and holds the run's own against it. Where the
/// machine was busy meanwhile neither is the machine's, and the share is not known. `taken`: share_taken() of the
/// training.
void judge_speed(const Speed& speed, std::optional<double> taken, train::TrainingResult& result,
                 runs::EventWriter& events) {
  const double rate_after = train::measure_matmul_rate(speed.products, speed.chosen.execution);
  const train::MachineSpeed machine = train::judge_machine(speed.matmul_rate, rate_after, taken);
  json environment{{"matmul_flops_per_second", machine.matmul_rate}};
  if (machine.was_busy) environment["machine_was_busy"] = *machine.was_busy;
  events.environment(environment);
  if (!result.flops_per_second) return;
  if (const auto share = train::matmul_share(*result.flops_per_second, machine))
    result.metrics["matmul_share"] = *share;
}

/// That of a run that is resumed is the one that it began with, whatever would be measured now.
std::optional<std::string> precision_of(const ResumePoint& point) {
  const json& environment = point.context.at("environment");
  return environment.contains("precision") ? std::optional<std::string>(environment["precision"]) : std::nullopt;
}

void require_record(const runs::RunFolder& folder) {
  for (const auto& file : {folder.info(), folder.experiment(), folder.resolved(), folder.events()})
    if (!std::filesystem::exists(file))
      throw Error(ErrorKind::run, file.string() + ": was removed while the run was at work");
}

/// Before a run is called finished.
void require_whole(const runs::RunFolder& folder) {
  require_record(folder);
  require_model_folder(folder.model());
}

/// A run that is at work: what it was asked for, and where it tells what happens.
struct Work {
  const runs::RunFolder& folder;
  TrainRequest request;
  runs::EventWriter& events;
  StopRequest& stop;
  bool begun = false;     ///< its events say so; what fails before that leaves a run that was resumed as it was
  bool training = false;  ///< it has begun to train, so that there may be checkpoints
};

/// What is looked for beside the training.
HangWatch::Asked hang_watch(const train::TrainingArguments& training, const StopRequest& stop,
                            ProgressLines& progress) {
  std::optional<double> limit_seconds;
  if (training.hang_minutes > 0) limit_seconds = 60 * training.hang_minutes;
  return {limit_seconds, [&stop] { return stop.seen(); },
          [&progress](const std::string& plugin) {
            fmt::print(std::cerr, "The run is to stop, and waits for {} to come back.\n", plugin);
            progress.write({{"waits_for", plugin}});
          }};
}

/// Says that the run is at work. One that is resumed is so only once nothing stands against it.
void begin(Work& work, const std::optional<runs::ResumedEvent>& resumed, const json& now, ProgressLines& progress) {
  if (resumed) {
    tell_warnings(resumed->differences, progress);
    report_crashes_to(work.folder.events());
    work.events.running(this_process());
    work.events.resumed(*resumed);
    if (!resumed->changes.empty()) runs::write_resolved(work.folder, now.at("settings"));
    work.events.environment(describe_machine());
    progress.write({{"resumed", resumed->step}});
  }
  work.begun = true;
}

/// A run from its folder to its saved model; gives whether it was interrupted. Throws Stopped where it was before there
/// was a step.
bool train_run(Work& work) {
  const auto& [folder, request, events, stop, begun, training] = work;
  const std::optional<ResumeRequest>& resume = request.resume;
  ProgressLines progress([&] { stop.check(); });
  set_thread_count();
  const json resolved = resume ? resume->job.at("resolved") : runs::read_resolved(folder);
  const Job job = resume ? Job::from_request(resume->job.dump()) : Job::from_run(folder, Job::Builds::same);
  std::optional<ResumePoint> point;
  if (resume) point = find_resume_point(folder, resume->from);
  const JobData job_data = prepare_data(job, folder.path(), progress);
  tell_warnings(job_data.warnings, progress);
  if (begun) events.environment(describe_machine());

  const HangWatch watch(hang_watch(job.training(), stop, progress));
  progress.stage("Building the model", 0, 1);
  const auto collator =
      data::make_collator(job.objective(), job.data_options().objective, *job_data.tokenizer, job.training().data_seed);
  const Speed speed = measure_speed(job, job_data, *collator, point ? precision_of(*point) : std::nullopt);
  const train::Execution execution = speed.chosen.execution;
  at::manual_seed(job.training().seed);
  const std::unique_ptr<Model> model = job.make_model(*job_data.tokenizer);
  std::optional<InitialWeights> initial;
  const bool checkpoint_has_all = point && model->lora() == nullptr;
  if (!checkpoint_has_all) initial = fill_model(job, *model, progress);
  const json now = conditions(folder.path().filename().string(), resolved, job, job_data, execution,
                              model->lora() != nullptr ? initial : std::nullopt);
  std::optional<runs::ResumedEvent> resumed;
  if (point) {
    tell_warnings(point->skipped, progress);
    resumed = compare_conditions(*point, now, resume->accept_differences);
  }
  move_to(*model, execution.device);

  stop.check();
  stop.keep_from_now_on();

  const auto& samples = job_data.evaluation.size() > 0 ? job_data.evaluation : job_data.training;
  const auto write = [&] {
    return sample_text(job, *model, *job_data.tokenizer, *collator, samples[0], execution.device);
  };
  RunRecorder recorder(events, progress, stop, folder.trace(), point ? point->step : 0, write);
  const train::TrainingData data{job_data.training,
                                 job_data.evaluation,
                                 *collator,
                                 job.data_options().shuffle,
                                 bytes_per_token(job, job_data.encoded.training),
                                 bytes_per_token(job, job_data.encoded.evaluation),
                                 job_data.documents,
                                 job_data.encoded.evaluation_document_ends};
  train::Trainer trainer(*model, data, job.training(), execution, folder.checkpoints(), recorder);
  trainer.describe_checkpoints(now, model_folder_texts(*model, *job_data.tokenizer, job.objective()));
  if (point) trainer.resume_from(point->checkpoint);
  if (request.stop_after) trainer.stop_after(*request.stop_after);
  begin(work, resumed, now, progress);
  tell_speed(speed, events, progress);
  events.facts(to_json(facts_of(job, job_data, *model, initial)));
  const ProcessorTimes before = processor_times();
  work.training = true;
  train::TrainingResult result = trained(job.model_name(), [&] { return trainer.run(); });
  if (result.steps == 0) throw Stopped{};
  judge_speed(speed, share_taken(before, processor_times()), result, events);
  events.summary(result.metrics);
  runs::Facts learned;
  learned.eval_parts = evaluation_parts(result);
  events.facts(to_json(learned));

  progress.stage("Saving the model", 0, 1);
  require_record(folder);
  save_model_folder(*model, *job_data.tokenizer, job.objective(), folder.model());
  if (!result.interrupted) {
    progress.stage("Writing a sample", 0, 1);
    const SampleText sample = write();
    events.sample(result.steps, sample.prompt, sample.text);
  }
  return result.interrupted;
}

/// From where a run that failed can go on.
std::string newest_checkpoint(const runs::RunFolder& folder) {
  const std::vector<CheckpointFolder> saved = checkpoints_in(folder.checkpoints());
  if (saved.empty()) return "no checkpoint was saved before";
  return "the newest checkpoint on the disk is that of step " + std::to_string(saved.front().step);
}

/// Records that the run failed, which may itself fail where the disk is full; what is told is the first failure.
void record(const Failure& failure, runs::EventWriter& events) {
  try {
    events.failed(failure.kind, failure.message);
  } catch (const Error& unrecorded) {
    fmt::print(std::cerr, "That the run failed could not be recorded: {}\n", without_passwords(unrecorded.what()));
  }
}

}  // namespace

int train(const std::filesystem::path& run_folder, const std::string& request) {
  const runs::RunFolder folder(run_folder);
  StopRequest stop(folder.stop());
  runs::EventWriter events(folder.events());
  // The run's lock is for this process and not for its children.
  ::fcntl(ChildProcess::kInheritedDescriptor, F_SETFD, FD_CLOEXEC);
  Work work{folder, {}, events, stop};
  if (!request.empty()) work.request = TrainRequest::parse(request);
  work.begun = !work.request.resume;
  if (work.begun) {
    report_crashes_to(folder.events());
    events.running(this_process());
  }
  try {
    const bool interrupted = train_run(work);
    require_whole(folder);
    interrupted ? events.interrupted() : events.finished();
    return interrupted ? stop.exit_code() : 0;
  } catch (const Stopped&) {
    if (work.begun) events.interrupted();
    return stop.exit_code();
  } catch (...) {
    Failure failure = current_failure();
    if (work.training && failure.kind == ErrorKind::run) {
      if (failure.message.ends_with('.')) failure.message.pop_back();
      failure.message += "; " + newest_checkpoint(folder);
    }
    if (work.begun) record(failure, events);
    throw Error(failure.kind, failure.message);
  }
}

}  // namespace folio::worker
