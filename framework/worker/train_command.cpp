#include <ATen/Context.h>
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <optional>

#include "runs/record/events.h"
#include "runs/record/facts.h"
#include "runs/record/trace.h"
#include "train/matmul_rate.h"
#include "train/saving.h"
#include "train/trainer.h"
#include "worker/commands.h"
#include "worker/crash_report.h"
#include "worker/environment.h"
#include "worker/estimates.h"
#include "worker/failure.h"
#include "worker/model_folder.h"
#include "worker/preparation.h"
#include "worker/sample_text.h"

namespace folio::worker {
namespace {

std::atomic<bool> stop_wanted = false;

extern "C" void on_stop_signal(int) { stop_wanted = true; }

void stop_on_signals() {
  struct sigaction action{};
  action.sa_handler = on_stop_signal;
  for (const int number : {SIGINT, SIGTERM}) ::sigaction(number, &action, nullptr);
}

/// Writes what the trainer tells into the run's events, and to whoever watches.
class RunRecorder : public train::Recorder {
 public:
  /// `trace` is made when the first step is traced.
  RunRecorder(runs::EventWriter& events, ProgressLines& progress, std::filesystem::path trace)
      : events_(events), progress_(progress), trace_file_(std::move(trace)) {}

  void points(std::int64_t step, double epoch, const train::Metrics& metrics) override {
    events_.points(step, epoch, metrics);
    progress_.write({{"points", metrics}, {"step", step}, {"epoch", epoch}});
  }

  void traced(const train::StepTrace& step) override {
    if (!trace_) trace_.emplace(trace_file_);
    trace_->append({step.step, step.batch, step.random_state, step.loss, step.grad_norm});
  }

  void progress(const train::StepProgress& at) override {
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

  bool stop_requested() const override { return stop_wanted; }

 private:
  runs::EventWriter& events_;
  ProgressLines& progress_;
  std::filesystem::path trace_file_;
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

runs::Facts facts_of(const Job& job, const JobData& job_data, const Model& model) {
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
  facts.planned_steps = train::plan_training(job.training(), job_data.training.size()).max_steps;
  facts.eval_samples = job_data.evaluation.size();
  if (job_data.evaluation.size() > 0) {
    facts.eval_loss_definition = kEvalLossDefinition;
    facts.eval_hash = job_data.encoded.evaluation_hash;
    facts.eval_tokens = job_data.evaluation.token_count();
    if (facts.unigram_loss) facts.eval_unigram_loss = job_data.encoded.evaluation_unigram_loss;
    facts.eval_bytes_per_token = evaluated.bytes_per_token();
    if (evaluated.words > 0) facts.eval_bytes_per_word = evaluated.bytes_per_word();
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

void tell_notes(const JobData& job_data, ProgressLines& progress) {
  for (const std::string& warning : job_data.warnings) {
    fmt::print(stderr, "{}\n", warning);
    progress.write({{"warning", warning}});
  }
}

/// A run from its folder to its saved model; gives whether it was interrupted.
bool train_run(const runs::RunFolder& folder, runs::EventWriter& events) {
  ProgressLines progress;
  set_thread_count();
  const Job job = Job::from_run(folder);
  const JobData job_data = prepare_data(job, folder.path(), progress);
  tell_notes(job_data, progress);

  const train::Execution execution = train::choose_execution(job.training());
  const double matmul_rate = train::measure_matmul_rate(execution);
  events.environment(describe_environment(execution, matmul_rate));

  progress.stage("Building the model", 0, 1);
  at::manual_seed(job.training().seed);
  const std::unique_ptr<Model> model = job.make_model(*job_data.tokenizer);
  const auto collator =
      data::make_collator(job.objective(), job.data_options().objective, *job_data.tokenizer, job.training().data_seed);
  const std::int64_t longest = std::max(job_data.training.longest(), job_data.evaluation.longest());
  check_length(collator->shape(1, longest), longest, *model);
  check_memory(*model, job.training().optim, execution);
  check_label_smoothing(*model, job.model_name(), job.training().label_smoothing_factor);
  model->initialize();
  move_to(*model, execution.device);
  events.facts(to_json(facts_of(job, job_data, *model)));

  RunRecorder recorder(events, progress, folder.trace());
  const train::TrainingData data{job_data.training,
                                 job_data.evaluation,
                                 *collator,
                                 job.data_options().shuffle,
                                 bytes_per_token(job, job_data.encoded.training),
                                 bytes_per_token(job, job_data.encoded.evaluation),
                                 job_data.documents,
                                 job_data.encoded.evaluation_document_ends};
  train::Trainer trainer(*model, data, job.training(), execution, matmul_rate, folder.checkpoints(), recorder);
  const train::TrainingResult result = trainer.run();
  events.summary(result.metrics);
  runs::Facts learned;
  learned.eval_parts = evaluation_parts(result);
  events.facts(to_json(learned));

  progress.stage("Saving the model", 0, 1);
  save_model_folder(*model, *job_data.tokenizer, folder.model());
  if (!result.interrupted) {
    progress.stage("Writing a sample", 0, 1);
    const auto& samples = job_data.evaluation.size() > 0 ? job_data.evaluation : job_data.training;
    const SampleText sample = sample_text(job, *model, *job_data.tokenizer, *collator, samples[0], execution.device);
    events.sample(result.steps, sample.prompt, sample.text);
  }
  return result.interrupted;
}

}  // namespace

int train(const std::filesystem::path& run_folder) {
  const runs::RunFolder folder(run_folder);
  runs::EventWriter events(folder.events());
  report_crashes_to(folder.events());
  stop_on_signals();
  events.running(this_process());
  try {
    for (const runs::PluginBuild& build : runs::read_run_info(folder).plugins)
      name_library_in_crashes(build.library, build.kind + " plugin '" + build.id + "'");
    const bool interrupted = train_run(folder, events);
    interrupted ? events.interrupted() : events.finished();
    constexpr int kExitInterrupted = 128 + SIGINT;
    return interrupted ? kExitInterrupted : 0;
  } catch (...) {
    const Failure failure = current_failure();
    events.failed(failure.kind, failure.message);
    throw;
  }
}

}  // namespace folio::worker
