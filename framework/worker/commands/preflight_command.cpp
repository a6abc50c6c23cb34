#include <algorithm>
#include <new>
#include <nlohmann/json.hpp>
#include <optional>

#include "data/collator.h"
#include "data/corpus.h"
#include "data/encoding.h"
#include "data/seen_text.h"
#include "data/token_file.h"
#include "data/token_shards.h"
#include "folio/error.h"
#include "train/execution.h"
#include "train/training_plan.h"
#include "worker/commands/commands.h"
#include "worker/environment.h"
#include "worker/estimates/estimates.h"
#include "worker/estimates/time_estimate.h"
#include "worker/initial_weights.h"
#include "worker/job.h"
#include "worker/precision.h"
#include "worker/preparation.h"
#include "worker/progress_lines.h"

namespace folio::worker {
namespace {

using nlohmann::json;

/// What can be made of a job before its data are read.
struct Parts {
  std::unique_ptr<Dataset> dataset;
  std::unique_ptr<Tokenizer> tokenizer;  ///< as it is before it learns
  std::unique_ptr<Model> model;          ///< null where only a trained tokenizer tells the size of its vocabulary
};

std::unique_ptr<Model> make_model(const Job& job, const Tokenizer& tokenizer) {
  try {
    return job.make_model(tokenizer);
  } catch (const std::bad_alloc& error) {
    throw Error(ErrorKind::experiment, job.model_name() + ": " + plain_message(error) +
                                           ": expected a smaller model, such as a smaller hidden_size or fewer layers");
  }
}

/// Makes them, and with that finds what is wrong with each, and between them.
Parts make_parts(const Job& job) {
  const c10::Device device = train::choose_device(job.training());
  Parts parts{job.make_dataset(), job.make_tokenizer(), nullptr};
  check_evaluation(job, *parts.dataset);
  const std::vector<TokenShard> shards = parts.dataset->token_shards();
  if (!shards.empty()) check_shards(job, shards, *parts.tokenizer);
  const bool pretrained = parts.tokenizer->is_pretrained();
  if (pretrained) parts.tokenizer->train([](const auto&) {}, special_tokens_of(job.objective()), {});  // has it them?
  if (!pretrained && !job.settles_vocab_size()) return parts;
  parts.model = make_model(job, *parts.tokenizer);
  if (pretrained) check_vocabulary(job, *parts.tokenizer);
  if (const auto source = job.weights_source()) check_initial_weights(*parts.model, *source);
  check_memory(*parts.model, job.training().optim, device);
  check_label_smoothing(*parts.model, job.model_name(), job.training().label_smoothing_factor);
  return parts;
}

/// Ids of a shard that are looked at, at its beginning and again at its end: a run looks at all, which may take
/// minutes.
constexpr std::size_t kIdsOfPreflight = 1 << 22;

/// What the data are, as far as that can be told without a tokenizer.
struct Outlook {
  data::Corpus corpus;
  data::PartFacts training, evaluation;
  std::optional<data::SeenText> seen;  ///< of the evaluation
  std::int64_t samples = 0, eval_samples = 0;
  bool shards = false;    ///< tokens, no text
  bool estimated = true;  ///< the numbers of samples
};

Outlook look_at(const Dataset& dataset, const std::vector<TokenShard>& shards, const data::DataOptions& options,
                double bytes_per_token) {
  Outlook outlook;
  if (!shards.empty()) {
    outlook.corpus = data::survey_shards(shards);
    outlook.samples = data::cut_shards(shards, false, options.size).size();
    outlook.eval_samples = data::cut_shards(shards, true, options.size).size();
    outlook.shards = true;
    outlook.estimated = false;
    return outlook;
  }
  outlook.corpus = data::survey(dataset);
  data::SampleEstimate training(options, bytes_per_token), evaluation(options, bytes_per_token);
  data::SeenTextSearch seen(dataset, outlook.corpus, options.validation);
  data::read_texts(dataset, outlook.corpus, options.validation, [&](const data::Text& text) {
    (text.evaluation ? evaluation : training).add(text);
    data::PartFacts& facts = text.evaluation ? outlook.evaluation : outlook.training;
    facts.bytes += static_cast<std::int64_t>(text.text.size());
    facts.characters += data::count_characters(text.text);
    if (!text.evaluation) seen.look_in(text);
  });
  outlook.seen = seen.result();
  outlook.samples = training.samples();
  outlook.eval_samples = evaluation.samples();
  outlook.estimated = options.by != data::SplitBy::characters;
  return outlook;
}

/// Of a `batch` of samples of `length` tokens, as far as the tokenizer is known: a pretrained one says itself which
/// special tokens it has.
BatchShape shape_of_batches(const Job& job, const Tokenizer& tokenizer, std::int64_t batch, std::int64_t length) {
  const data::ObjectiveOptions& options = job.data_options().objective;
  if (!tokenizer.is_pretrained()) return data::expected_shape(job.objective(), options, batch, length);
  return data::make_collator(job.objective(), options, tokenizer, job.training().data_seed)->shape(batch, length);
}

/// Of the tokens that a run maps, all of which it reads.
double token_bytes(const Outlook& outlook, const std::vector<TokenShard>& shards, double bytes_per_token,
                   std::int64_t vocab_size) {
  const auto text_bytes = static_cast<double>(outlook.training.bytes + outlook.evaluation.bytes);
  double bytes = text_bytes / bytes_per_token * data::bytes_per_token(vocab_size);
  for (const TokenShard& shard : shards) bytes += static_cast<double>(shard.count) * shard.bytes_per_token;
  return bytes;
}

}  // namespace

int validate(const std::string& request) {
  const Job job = Job::from_request(request);
  const Parts parts = make_parts(job);
  const data::DataOptions& options = job.data_options();
  if (parts.model == nullptr || options.by != data::SplitBy::tokens) return 0;
  check_length(shape_of_batches(job, *parts.tokenizer, 1, options.size), options.size, *parts.model);
  return 0;
}

int preflight(const std::string& request) {
  const double program_bytes = resident_bytes();
  const Job job = Job::from_request(request);
  const data::DataOptions& options = job.data_options();
  const auto [dataset, tokenizer, model] = make_parts(job);
  const std::vector<TokenShard> shards = dataset->token_shards();
  if (!shards.empty()) data::check_ids(shards, tokenizer->vocab_size(), kIdsOfPreflight);
  if (model == nullptr) {
    throw Error(ErrorKind::experiment,
                "model.vocab_size is not given, and how many tokens the tokenizer has is known only once it is "
                "trained: expected model.vocab_size");
  }
  const json parameters = parameter_counts(*model);

  const double bytes_per_token = guessed_bytes_per_token(job.vocab_size(*tokenizer));
  Outlook outlook = look_at(*dataset, shards, options, bytes_per_token);
  const std::int64_t length = guessed_length(options, bytes_per_token);
  const train::TrainingPlan plan = train::plan_training(job.training(), outlook.samples);
  const BatchShape shape = shape_of_batches(job, *tokenizer, plan.batch_size, length);
  if (options.by == data::SplitBy::tokens) check_length(shape, length, *model);
  check_batch_memory(*model, job.training(), shape, train::choose_device(job.training()));

  const std::int64_t most_evaluated = job.training().max_eval_samples;
  if (most_evaluated > 0) outlook.eval_samples = std::min(outlook.eval_samples, most_evaluated);

  set_thread_count();
  const std::int64_t vocab_size = job.vocab_size(*tokenizer);
  const auto shape_of_length = [&, &tokenizer = *tokenizer](std::int64_t tokens) {
    return shape_of_batches(job, tokenizer, plan.batch_size, tokens);
  };
  const ChosenExecution chosen = choose_execution(job.training(), *model, {length, shape_of_length, vocab_size});
  const train::Execution execution = chosen.execution;
  const TimeEstimate time =
      estimate_time(*model, shape, vocab_size, outlook.eval_samples, plan, job.training(), execution);

  const json memory = memory_estimate(
      *model, {.optimizer = job.training().optim,
               .execution = execution,
               .batch = shape,
               .eval_batch = shape_of_batches(
                   job, *tokenizer, std::min(job.training().per_device_eval_batch_size, outlook.eval_samples), length),
               .vocab_size = job.vocab_size(*tokenizer),
               .token_bytes = token_bytes(outlook, shards, bytes_per_token, job.vocab_size(*tokenizer)),
               .program_bytes = program_bytes});

  json notes = json::array();
  if (const auto note = smaller_batch_note(job.training(), outlook.samples)) notes.push_back(*note);
  if (const auto note = seen_text_note(outlook.seen)) notes.push_back(*note);
  for (const data::Source& source : outlook.corpus.sources)
    if (!source.provenance.note.empty()) notes.push_back(source.document + ": " + source.provenance.note);
  for (const std::string& note : tokenizer->notes()) notes.push_back(note);
  ProgressLines().write(
      {{"data",
        {{"documents", outlook.corpus.documents},
         {"shards", outlook.shards},
         {"characters", outlook.training.characters},
         {"bytes", outlook.training.bytes},
         {"stand_in", outlook.corpus.stand_in},
         {"notes", notes},
         {"samples", outlook.samples},
         {"samples_estimated", outlook.estimated},
         {"eval_characters", outlook.evaluation.characters},
         {"eval_samples", outlook.eval_samples},
         {"eval_text_seen", outlook.seen ? json(outlook.seen->share) : json(nullptr)},
         {"tokens_per_sample", length},
         {"tokens_per_sample_estimated", options.by == data::SplitBy::characters}}},
       {"plan", {{"max_steps", plan.max_steps}, {"steps_per_epoch", plan.updates_per_epoch}, {"epochs", plan.epochs}}},
       {"parameters", parameters},
       {"memory", memory},
       {"time", to_json(time)},
       {"precision", execution.precision()},
       {"precision_line", precision_line(chosen)},
       {"device", execution.device.str()}});
  return 0;
}

}  // namespace folio::worker
