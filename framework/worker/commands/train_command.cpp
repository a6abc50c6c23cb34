#include <ATen/Context.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <optional>
#include <vector>

#include "runs/record/events.h"
#include "runs/record/facts.h"
#include "runs/record/trace.h"
#include "support/child_process.h"
#include "support/machine/machine_load.h"
#include "support/passwords.h"
#include "support/utf8.h"
#include "train/machine_speed.h"
#include "train/matmul_rate.h"
#include "train/products.h"
#include "train/saving.h"
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
#include "worker/resume.h"
#include "worker/sample_text.h"
#include "worker/stop_request.h"

namespace folio::worker {
namespace {

using nlohmann::json;

void tell_warning(const std::string& warning, ProgressLines& progress) {
  const std::string told = without_passwords(without_controls(warning));
  fmt::print(std::cerr, "{}\n", told);
  progress.write({{"warning", told}});
}

/// Writes what the trainer tells into the run's events, and to whoever watches.
class RunRecorder : public train::Recorder {
 public:
  /// `trace` is made when the first step is traced; of a run that goes on after `steps` steps it goes on too.
  RunRecorder(runs::EventWriter& events, ProgressLines& progress, StopRequest& stop, std::filesystem::path trace,
              std::int64_t steps)
      : events_(events), progress_(progress), stop_(stop), trace_file_(std::move(trace)), steps_(steps) {}

  void points(std::int64_t step, double epoch, const train::Metrics& metrics) override {
    events_.points(step, epoch, metrics);
    progress_.write({{"points", metrics}, {"step", step}, {"epoch", epoch}});
  }

  void traced(const train::StepTrace& step) override {
    if (!trace_) trace_.emplace(trace_file_, steps_);
    trace_->append({step.step, step.batch, step.random_state, step.loss, step.grad_norm});
  }

  void progress(const train::StepProgress& at) override {
    events_.require_in_place();  // before a checkpoint would make the folders anew
    progress_.write({{"step", at.step},
                     {"max_steps", at.max_steps},
                     {"epoch", at.epoch},
                     {"loss", at.loss},
                     {"tokens_per_second", at.tokens_per_second},
                     {"seconds_left", at.seconds_left}});
  }

  void evaluating(std::int64_t done, std::int64_t total) override {
    progress_.stage("Evaluating", static_cast<double>(done), static_cast<double>(total));
  }

  void saving(std::int64_t step, bool beside_training) override {
    if (beside_training || told_of_memory_) return;
    told_of_memory_ = true;
    tell_warning(fmt::format("there is no memory for a copy of what a checkpoint holds, so training waits while it is "
                             "written (first after step {})",
                             step),
                 progress_);
  }

  bool stop_requested() const override { return stop_.wanted(); }

 private:
  runs::EventWriter& events_;
  ProgressLines& progress_;
  StopRequest& stop_;
  std::filesystem::path trace_file_;
  std::int64_t steps_;
  bool told_of_memory_ = false;
  std::optional<runs::TraceWriter> trace_;
};

/// Also of a model that counts_labels_before_shift(): see Metric eval_loss.
constexpr const char* kEvalLossDefinition = "mean over the scored tokens of each batch, weighted by samples";

/// A fact that runs are held against each other by: a text that changed would part new runs from old ones.
const char* loss_definition(Objective objective, const Model& model) {
  if (model.counts_labels_before_shift()) return "sum over scored tokens / labels before the shift (Trainer 5.23)";
  switch (objective) {
    case Objective::causal:
      return "mean over the scored tokens";
    case Objective::masked:
      return "mean over the masked tokens";
    case Objective::span_corruption:
      break;
  }
  return "mean over the targets' tokens";
}

/// As a causal model scores them: all tokens of a sample but the first.
double scored_share(const data::Samples& samples, const Model& model) {
  if (!model.counts_labels_before_shift()) return 1;
  return static_cast<double>(samples.token_count() - samples.size()) / static_cast<double>(samples.token_count());
}

std::vector<runs::TextSource> text_sources(const data::Corpus& corpus) {
  std::vector<runs::TextSource> sources;
  for (const data::Source& source : corpus.sources) {
    const auto documents = source.documents > 1 ? std::optional(source.documents) : std::nullopt;
    const Provenance& from = source.provenance;
    sources.push_back({source.document, from.source, from.source_hash, from.stand_in, from.note, documents});
  }
  return sources;
}

runs::Facts facts_of(const Job& job, const JobData& job_data, const Model& model,
                     const std::optional<InitialWeights>& initial) {
  const data::PartFacts& text = job_data.encoded.training;
  const data::PartFacts& evaluated = job_data.encoded.evaluation;
  const std::int64_t vocab_size = job.vocab_size(*job_data.tokenizer);
  runs::Facts facts;
  facts.objective = to_string(job.objective());
  facts.loss_definition = loss_definition(job.objective(), model);
  facts.scored_share = scored_share(job_data.training, model);
  facts.data_hash = job_data.corpus.hash;
  facts.stand_in = job_data.corpus.stand_in;
  facts.documents = job_data.corpus.documents;
  facts.sources = text_sources(job_data.corpus);
  facts.characters = text.characters;
  facts.bytes = text.bytes;
  facts.samples = job_data.training.size();
  facts.tokens = job_data.training.token_count();
  facts.bytes_per_token = text.bytes_per_token();
  if (text.words > 0) facts.bytes_per_word = text.bytes_per_word();
  facts.tokenizer_hash = job_data.tokenizer_hash;
  facts.tokenizer_cached = job_data.tokenizer_was_cached;
  facts.tokens_cached = job_data.tokens_were_cached;
  facts.vocab_size = vocab_size;
  facts.vocab_learned = job_data.tokenizer->vocab_size();
  facts.vocab_used = job_data.encoded.distinct_tokens;
  if (job.training().per_device_train_batch_size > job_data.training.size())
    facts.batch_size = job_data.training.size();
  facts.uniform_loss = std::log(static_cast<double>(vocab_size));
  if (job.objective() != Objective::span_corruption) facts.unigram_loss = job_data.encoded.unigram_loss;
  facts.parameters = parameter_count(model);
  if (initial) {
    facts.initial_model = initial->folder;
    facts.initial_weights_hash = initial->weights_hash;
    facts.initial_config_hash = initial->config_hash;
  }
  facts.planned_steps = train::plan_training(job.training(), job_data.training.size()).max_steps;
  facts.eval_samples = job_data.evaluation.size();
  if (job_data.evaluation.size() > 0) {
    facts.eval_loss_definition = kEvalLossDefinition;
    facts.eval_hash = job_data.encoded.evaluation_hash;
    facts.eval_tokens = job_data.evaluation.token_count();
    if (facts.unigram_loss) facts.eval_unigram_loss = job_data.encoded.evaluation_unigram_loss;
    facts.eval_bytes_per_token = evaluated.bytes_per_token();
    if (evaluated.words > 0) facts.eval_bytes_per_word = evaluated.bytes_per_word();
    if (job_data.encoded.seen) facts.eval_text_seen = job_data.encoded.seen->share;
  }
  return facts;
}

/// None without an evaluation, and where a loss is not finite, which tells nothing of the parts.
std::optional<runs::EvaluationParts> evaluation_parts(const train::TrainingResult& result) {
  const train::LossParts& parts = result.evaluation_parts;
  const auto finite = [](double nats) { return std::isfinite(nats); };
  if (parts.nats.empty() || !std::all_of(parts.nats.begin(), parts.nats.end(), finite)) return std::nullopt;
  return runs::EvaluationParts{parts.documents, parts.nats, parts.scored};
}

void tell_notes(const std::vector<std::string>& notes, ProgressLines& progress) {
  for (const std::string& note : notes) tell_warning(note, progress);
}

/// Gives the model its weights: random ones, or those of a folder, which are told.
std::optional<InitialWeights> fill_model(const Job& job, Model& model, ProgressLines& progress) {
  const auto folder = job.model_folder();
  if (!folder) {
    model.initialize();
    return std::nullopt;
  }
  progress.stage("Loading the weights", 0, 1);
  InitialWeights initial = load_initial_weights(model, *folder, job.hugging_face());
  tell_notes(initial.notes, progress);
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
  if (const auto share = train::matmul_share(result.flops_per_second, machine)) result.metrics["matmul_share"] = *share;
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
  std::optional<ResumeRequest> resume;
  runs::EventWriter& events;
  StopRequest& stop;
  bool begun = false;  ///< its events say so; what fails before that leaves a run that was resumed as it was
};

/// Says that the run is at work. One that is resumed is so only once nothing stands against it.
void begin(Work& work, const std::optional<ResumePoint>& point, const json& now, ProgressLines& progress) {
  if (point) {
    const runs::ResumedEvent event = compare_conditions(*point, now, work.resume->accept_differences);
    for (const std::string& skipped : point->skipped) tell_warning("skipped a checkpoint: " + skipped, progress);
    for (const std::string& difference : event.differences) tell_warning("other than before: " + difference, progress);
    report_crashes_to(work.folder.events());
    work.events.running(this_process());
    work.events.resumed(event);
    if (!event.changes.empty()) runs::write_resolved(work.folder, now.at("settings"));
    work.events.environment(describe_machine());
    progress.write({{"resumed", point->step}});
  }
  work.begun = true;
}

/// A run from its folder to its saved model; gives whether it was interrupted. Throws Stopped where it was before there
/// was a step.
bool train_run(Work& work) {
  const auto& [folder, resume, events, stop, begun] = work;
  ProgressLines progress([&] { stop.check(); });
  set_thread_count();
  const json resolved = resume ? resume->job.at("resolved") : runs::read_resolved(folder);
  const Job job = resume ? Job::from_request(resume->job.dump()) : Job::from_run(folder, Job::Builds::same);
  std::optional<ResumePoint> point;
  if (resume) point = find_resume_point(folder, resume->from);
  const JobData job_data = prepare_data(job, folder.path(), progress);
  tell_notes(job_data.warnings, progress);
  if (begun) events.environment(describe_machine());

  progress.stage("Building the model", 0, 1);
  const auto collator =
      data::make_collator(job.objective(), job.data_options().objective, *job_data.tokenizer, job.training().data_seed);
  const Speed speed = measure_speed(job, job_data, *collator, point ? precision_of(*point) : std::nullopt);
  const train::Execution execution = speed.chosen.execution;
  const json now = conditions(resolved, job, job_data, execution);
  begin(work, point, now, progress);
  tell_speed(speed, events, progress);
  at::manual_seed(job.training().seed);
  const std::unique_ptr<Model> model = job.make_model(*job_data.tokenizer);
  const std::optional<InitialWeights> initial = fill_model(job, *model, progress);
  move_to(*model, execution.device);
  events.facts(to_json(facts_of(job, job_data, *model, initial)));

  stop.check();
  stop.keep_from_now_on();

  RunRecorder recorder(events, progress, stop, folder.trace(), point ? point->step : 0);
  const train::TrainingData data{job_data.training,
                                 job_data.evaluation,
                                 *collator,
                                 job.data_options().shuffle,
                                 bytes_per_token(job, job_data.encoded.training),
                                 bytes_per_token(job, job_data.encoded.evaluation),
                                 job_data.documents,
                                 job_data.encoded.evaluation_document_ends};
  const ProcessorTimes before = processor_times();
  train::TrainingResult result = trained(job.model_name(), [&] {
    train::Trainer trainer(*model, data, job.training(), execution, folder.checkpoints(), recorder);
    trainer.describe_checkpoints(now);
    if (point) trainer.resume_from(point->checkpoint);
    return trainer.run();
  });
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
    const auto& samples = job_data.evaluation.size() > 0 ? job_data.evaluation : job_data.training;
    const SampleText sample = sample_text(job, *model, *job_data.tokenizer, *collator, samples[0], execution.device);
    events.sample(result.steps, sample.prompt, sample.text);
  }
  return result.interrupted;
}

}  // namespace

int train(const std::filesystem::path& run_folder, const std::string& resume_request) {
  const runs::RunFolder folder(run_folder);
  StopRequest stop(folder.stop());
  runs::EventWriter events(folder.events());
  // The run's lock is for this process and not for its children.
  ::fcntl(ChildProcess::kInheritedDescriptor, F_SETFD, FD_CLOEXEC);
  Work work{folder, std::nullopt, events, stop};
  if (!resume_request.empty()) work.resume = ResumeRequest::parse(resume_request);
  work.begun = !work.resume;
  if (work.begun) {
    report_crashes_to(folder.events());
    events.running(this_process());
  }
  try {
    const bool interrupted = train_run(work);
    require_whole(folder);
    interrupted ? events.interrupted() : events.finished();
    return interrupted ? exit_code(ErrorKind::interrupted) : 0;
  } catch (const Stopped&) {
    if (work.begun) events.interrupted();
    return exit_code(ErrorKind::interrupted);
  } catch (...) {
    const Failure failure = current_failure();
    if (work.begun) events.failed(failure.kind, failure.message);
    throw;
  }
}

}  // namespace folio::worker
