#include "worker/training/run_facts.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "data/corpus.h"
#include "train/fine_tuning.h"
#include "train/training_plan.h"
#include "worker/estimates/estimates.h"

namespace folio::worker {
namespace {

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

}  // namespace

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
  facts.trainable_parameters = train::trainable_count(model);
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

std::optional<runs::EvaluationParts> evaluation_parts(const train::TrainingResult& result) {
  const train::LossParts& parts = result.evaluation_parts;
  const auto finite = [](double nats) { return std::isfinite(nats); };
  if (parts.nats.empty() || !std::all_of(parts.nats.begin(), parts.nats.end(), finite)) return std::nullopt;
  return runs::EvaluationParts{parts.documents, parts.nats, parts.scored};
}

}  // namespace folio::worker
