#include <nlohmann/json.hpp>

#include "data/collator.h"
#include "data/corpus.h"
#include "data/encoding.h"
#include "data/token_shards.h"
#include "folio/error.h"
#include "train/execution.h"
#include "train/training_plan.h"
#include "worker/commands.h"
#include "worker/environment.h"
#include "worker/estimates.h"
#include "worker/job.h"
#include "worker/preparation.h"
#include "worker/progress_lines.h"
#include "worker/time_estimate.h"

namespace folio::worker {
namespace {

using nlohmann::json;

/// The tokenizer as it is before it learns, when it can say all that a model must know.
std::unique_ptr<Tokenizer> untrained_tokenizer(const Job& job) {
  std::unique_ptr<Tokenizer> tokenizer = job.make_tokenizer();
  if (tokenizer->is_pretrained()) {
    tokenizer->train([](const auto&) {}, special_tokens_of(job.objective()), {});  // checks that it has them
  } else if (!job.settles_vocab_size()) {
    throw Error(ErrorKind::experiment,
                "model.vocab_size is not given, and only training the tokenizer would tell how many tokens it has: "
                "expected model.vocab_size");
  }
  return tokenizer;
}

/// What the data are, as far as that can be told without a tokenizer.
struct Outlook {
  data::Corpus corpus;
  data::PartFacts training, evaluation;
  std::int64_t samples = 0, eval_samples = 0;
  bool shards = false;    ///< tokens, no text
  bool estimated = true;  ///< the numbers of samples
};

Outlook look_at(const Dataset& dataset, const data::DataOptions& options, double bytes_per_token) {
  Outlook outlook;
  if (const std::vector<TokenShard> shards = dataset.token_shards(); !shards.empty()) {
    outlook.corpus = data::survey_shards(shards);
    outlook.samples = data::cut_shards(shards, false, options.size).size();
    outlook.eval_samples = data::cut_shards(shards, true, options.size).size();
    outlook.shards = true;
    outlook.estimated = false;
    return outlook;
  }
  outlook.corpus = data::survey(dataset);
  data::SampleEstimate training(options, bytes_per_token), evaluation(options, bytes_per_token);
  data::read_texts(dataset, outlook.corpus, options.validation, [&](const data::Text& text) {
    (text.evaluation ? evaluation : training).add(text);
    data::PartFacts& facts = text.evaluation ? outlook.evaluation : outlook.training;
    facts.bytes += static_cast<std::int64_t>(text.text.size());
    facts.characters += data::count_characters(text.text);
  });
  outlook.samples = training.samples();
  outlook.eval_samples = evaluation.samples();
  outlook.estimated = options.by != data::SplitBy::characters;
  return outlook;
}

/// Of a batch of samples of `length` tokens, as far as the tokenizer is known: a pretrained one says itself which
/// special tokens it has.
BatchShape shape_of_batches(const Job& job, const Tokenizer& tokenizer, std::int64_t length) {
  const data::ObjectiveOptions& options = job.data_options().objective;
  const std::int64_t batch = job.training().per_device_train_batch_size;
  if (!tokenizer.is_pretrained()) return data::expected_shape(job.objective(), options, batch, length);
  return data::make_collator(job.objective(), options, tokenizer, job.training().data_seed)->shape(batch, length);
}

}  // namespace

int preflight(const std::string& request) {
  const Job job = Job::from_request(request);
  const data::DataOptions& options = job.data_options();
  const std::unique_ptr<Dataset> dataset = job.make_dataset();
  const std::unique_ptr<Tokenizer> tokenizer = untrained_tokenizer(job);
  const std::unique_ptr<Model> model = job.make_model(*tokenizer);
  const json parameters = parameter_counts(*model);
  const train::Execution execution = train::choose_execution(job.training());
  check_memory(*model, job.training().optim, execution);

  const double bytes_per_token = guessed_bytes_per_token(job.vocab_size(*tokenizer));
  const Outlook outlook = look_at(*dataset, options, bytes_per_token);
  const std::int64_t length = guessed_length(options, bytes_per_token);
  const BatchShape shape = shape_of_batches(job, *tokenizer, length);
  if (options.by == data::SplitBy::tokens) check_length(shape, length, *model);
  const train::TrainingPlan plan = train::plan_training(job.training(), outlook.samples);

  set_thread_count();
  const TimeEstimate time =
      estimate_time(*model, shape, job.vocab_size(*tokenizer), outlook.eval_samples, plan, job.training(), execution);

  json notes = json::array();
  for (const data::Source& source : outlook.corpus.sources)
    if (!source.provenance.note.empty()) notes.push_back(source.document + ": " + source.provenance.note);
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
         {"tokens_per_sample", length},
         {"tokens_per_sample_estimated", options.by == data::SplitBy::characters}}},
       {"plan", {{"max_steps", plan.max_steps}, {"steps_per_epoch", plan.updates_per_epoch}, {"epochs", plan.epochs}}},
       {"parameters", parameters},
       {"memory", memory_estimate(*model, job.training().optim, execution, shape)},
       {"time", to_json(time)},
       {"precision", execution.precision()},
       {"device", execution.device.str()}});
  return 0;
}

}  // namespace folio::worker
