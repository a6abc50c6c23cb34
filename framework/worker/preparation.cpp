#include "worker/preparation.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "data/token_shards.h"
#include "folio/error.h"
#include "formats/transformers_files.h"
#include "support/human.h"
#include "support/sha256.h"
#include "worker/token_cache.h"
#include "worker/tokenizer_cache.h"

namespace folio::worker {
namespace {

/// The cache is asked for tokens that were made in this way; a change of what encode_corpus() makes counts it up.
constexpr int kTokensVersion = 2;

Progress reporting(ProgressLines& progress, const char* stage, const char* unit = "") {
  return [&progress, stage, unit](double done, double total) { progress.stage(stage, done, total, unit); };
}

void check_any(const data::Samples& samples, const data::PartFacts& facts, const data::DataOptions& options,
               const char* what) {
  if (samples.size() > 0 || facts.bytes == 0) return;
  throw Error(ErrorKind::experiment, fmt::format("dataset.split.size is {}, but the {} text has only {} characters, "
                                                 "too few for one whole sample; expected a smaller size{}",
                                                 options.size, what, with_commas(facts.characters),
                                                 options.validation > 0 ? " or another dataset.validation" : ""));
}

/// What asks for evaluation, with its value; none where nothing does. What else needs it (the best model, early
/// stopping) needs eval_strategy.
std::optional<std::string> asks_for_evaluation(const train::TrainingArguments& training) {
  if (training.eval_each_document) return "training.eval_each_document is true";
  if (training.eval_on_start) return "training.eval_on_start is true";
  if (training.eval_strategy == train::Interval::no) return std::nullopt;
  return fmt::format("training.eval_strategy is '{}'",
                     training.eval_strategy == train::Interval::steps ? "steps" : "epoch");
}

/// `remedy`: what is to be done where nothing is kept for an evaluation that is asked for.
void check_kept(const Job& job, bool kept, const char* remedy) {
  const std::optional<std::string> asking = asks_for_evaluation(job.training());
  if (kept || !asking) return;
  throw Error(ErrorKind::experiment, *asking + ", but nothing is kept for evaluation: expected " + remedy);
}

constexpr const char* kKeepText = "a dataset.validation above 0";
constexpr const char* kKeepTokens = "tokens for evaluation in the data set's options";

struct TrainedTokenizer {
  std::unique_ptr<Tokenizer> tokenizer;
  bool was_cached = false;
};

TrainedTokenizer train_tokenizer(const Job& job, const Dataset& dataset, const data::Corpus& corpus,
                                 ProgressLines& progress) {
  const double validation = job.data_options().validation;
  std::unique_ptr<Tokenizer> tokenizer = job.make_tokenizer();
  const auto texts = [&](const std::function<void(std::string_view)>& sink) {
    data::read_texts(dataset, corpus, validation, [&](const data::Text& text) {
      if (!text.evaluation && !text.text.empty()) sink(text.text);
    });
  };
  const auto train = [&] {
    tokenizer->train(texts, special_tokens_of(job.objective()), reporting(progress, "Training the tokenizer"));
  };
  bool was_cached = false;
  if (tokenizer->is_pretrained()) {
    train();  // checks that it has the special tokens
  } else {
    const nlohmann::json decides{job.tokenizer_identity(), corpus.hash, data::kCutVersion, validation};
    was_cached = load_or_train(*tokenizer, sha256_hex(decides.dump()), train);
  }
  return {std::move(tokenizer), was_cached};
}

/// The one that the data set's tokens were made with.
TrainedTokenizer tokenizer_of_shards(const Job& job, const std::vector<TokenShard>& shards) {
  std::unique_ptr<Tokenizer> tokenizer = job.make_tokenizer();
  check_shards(job, shards, *tokenizer);
  tokenizer->train([](const auto&) {}, special_tokens_of(job.objective()), {});  // checks that it has them
  return {std::move(tokenizer)};
}

/// A sample lies within one shard.
void check_any_sample(const std::vector<TokenShard>& shards, bool for_evaluation, std::int64_t size) {
  std::int64_t longest = -1;
  for (const TokenShard& shard : shards)
    if (shard.for_evaluation == for_evaluation) longest = std::max(longest, static_cast<std::int64_t>(shard.count));
  if (longest < 0 || longest >= size) return;
  throw Error(ErrorKind::experiment,
              fmt::format("dataset.split.size is {}, but the longest shard for {} has {} tokens, too few for one whole "
                          "sample; expected a smaller size",
                          size, for_evaluation ? "evaluation" : "training", with_commas(longest)));
}

/// The hash of everything that decides the corpus' tokens.
std::string tokens_key(const Job& job, const data::Corpus& corpus, const std::string& tokenizer_hash) {
  const data::DataOptions& options = job.data_options();
  return sha256_hex(nlohmann::json{{"version", kTokensVersion},
                                   {"cut", data::kCutVersion},
                                   {"tokenizer", job.tokenizer_identity()},
                                   {"tokenizer_json", tokenizer_hash},
                                   {"data", corpus.hash},
                                   {"by", options.by},
                                   {"size", options.size},
                                   {"stride", options.stride},
                                   {"validation", options.validation},
                                   {"each_document", job.training().eval_each_document}}
                        .dump());
}

/// A corpus in tokens, cut into samples.
struct Tokens {
  data::EncodingFacts encoded;
  data::Samples training;
  data::Samples evaluation;
  std::vector<train::EvaluationDocument> documents;  ///< also those without a sample
  bool were_cached = false;
  std::string note{};  ///< of CachedTokens
};

Tokens encode_texts(const Job& job, const Dataset& dataset, const data::Corpus& corpus, const Tokenizer& tokenizer,
                    const std::string& key, const std::filesystem::path& run_folder, ProgressLines& progress) {
  const data::DataOptions& options = job.data_options();
  CachedTokens files = load_or_encode(key, run_folder, {tokenizer.vocab_size(), data::block_size(options)},
                                      [&](data::TokenFileWriter& training, data::TokenFileWriter& evaluation) {
                                        return data::encode_corpus(
                                            dataset, corpus, tokenizer, options, job.training().eval_each_document,
                                            training, evaluation, reporting(progress, "Encoding the text", "bytes"));
                                      });
  std::vector<train::EvaluationDocument> documents;
  for (const data::DocumentFacts& document : files.encoded.documents) {
    documents.push_back(
        {document.name, files.evaluation.samples(document.range), bytes_per_token(job, document.facts)});
  }
  return {.encoded = std::move(files.encoded),
          .training = files.training.samples(),
          .evaluation = files.evaluation.samples(),
          .documents = std::move(documents),
          .were_cached = files.were_cached,
          .note = std::move(files.note)};
}

Tokens take_shards(const Job& job, const std::vector<TokenShard>& shards, const data::Corpus& corpus,
                   const Tokenizer& tokenizer, const std::string& key, ProgressLines& progress) {
  const std::int64_t size = job.data_options().size;
  const bool each = job.training().eval_each_document;
  data::EncodingFacts encoded = load_or_measure(key, [&] {
    return data::measure_shards(shards, corpus, tokenizer, size, each,
                                reporting(progress, "Checking the tokens", "bytes"));
  });
  std::vector<train::EvaluationDocument> documents;
  for (const TokenShard& shard : shards) {
    if (!each || !shard.for_evaluation) continue;
    const data::PartFacts& facts = encoded.documents.at(documents.size()).facts;
    documents.push_back({shard.name, data::cut_shards({shard}, true, size), bytes_per_token(job, facts)});
  }
  return {.encoded = std::move(encoded),
          .training = data::cut_shards(shards, false, size),
          .evaluation = data::cut_shards(shards, true, size),
          .documents = std::move(documents)};
}

/// Leaves at most so many samples to each evaluation. What was left out is not what a run was held against, so the
/// hash of what was is another.
void limit_evaluation(std::int64_t most, std::int64_t vocab_size, Tokens& tokens) {
  if (most == 0) return;
  if (tokens.evaluation.size() > most) {
    tokens.evaluation = tokens.evaluation.first(most);
    std::string& hash = tokens.encoded.evaluation_hash;
    hash = sha256_hex(fmt::format("the first {} samples of {}", most, hash));
    data::count_tokens(tokens.training, tokens.evaluation, vocab_size, tokens.encoded);
  }
  for (train::EvaluationDocument& document : tokens.documents) document.samples = document.samples.first(most);
}

/// Too short a document cannot be evaluated alone.
bool has_no_sample(const train::EvaluationDocument& document) { return document.samples.size() == 0; }

std::vector<std::string> warnings_of(const data::Corpus& corpus,
                                     const std::vector<train::EvaluationDocument>& documents) {
  std::vector<std::string> warnings;
  for (const data::Source& source : corpus.sources) {
    const std::string& note = source.provenance.note;
    if (!note.empty()) warnings.push_back(source.document + ": " + note);
  }
  for (const train::EvaluationDocument& document : documents) {
    if (!has_no_sample(document)) continue;
    warnings.push_back(document.name +
                       ": its validation part is too short for one whole sample, so it has no separate loss");
  }
  return warnings;
}

}  // namespace

std::optional<std::string> smaller_batch_note(const train::TrainingArguments& training, std::int64_t samples) {
  if (training.per_device_train_batch_size <= samples) return std::nullopt;
  return fmt::format(
      "training.per_device_train_batch_size is {}, but there are only {} training samples, so each batch has only "
      "these; a smaller dataset.split.size gives more samples",
      training.per_device_train_batch_size, samples);
}

std::optional<std::string> seen_text_note(const std::optional<data::SeenText>& seen) {
  constexpr double kLeastShare = 0.005;  // some line or other stands twice in most texts
  constexpr double kWithoutCopy = 0.03;  // without any document of which most is there
  if (!seen || seen->share < (seen->document ? kLeastShare : kWithoutCopy)) return std::nullopt;
  const std::string where =
      seen->document ? fmt::format(", such as that of document {} ('{}')", with_commas(*seen->document + 1), seen->name)
                     : "";
  return fmt::format(
      "{:.1f} % of the text kept for evaluation is in the training text too, word for word{}; so the evaluation partly "
      "measures what the model knows by heart. Give the data set each text once",
      100 * seen->share, where);
}

void check_vocabulary(const ModelJob& job, const Tokenizer& tokenizer) {
  if (tokenizer.vocab_size() <= job.vocab_size(tokenizer)) return;
  throw Error(ErrorKind::experiment,
              fmt::format("model.vocab_size is {}, but the tokenizer has {} tokens: expected at least as many",
                          job.vocab_size(tokenizer), tokenizer.vocab_size()));
}

void check_evaluation(const Job& job, const Dataset& dataset) {
  const std::vector<TokenShard> shards = dataset.token_shards();
  if (shards.empty()) return check_kept(job, job.data_options().validation > 0, kKeepText);
  const bool kept = std::any_of(shards.begin(), shards.end(), [](const TokenShard& s) { return s.for_evaluation; });
  check_kept(job, kept, kKeepTokens);
}

void check_shards(const Job& job, const std::vector<TokenShard>& shards, const Tokenizer& tokenizer) {
  const data::DataOptions& options = job.data_options();
  if (options.by != data::SplitBy::tokens)
    throw Error(ErrorKind::experiment, "dataset.split.by must be 'tokens' for a data set of tokens");
  if (options.validation > 0) {
    throw Error(ErrorKind::experiment, fmt::format("dataset.validation is {}, but a data set of tokens has its own "
                                                   "option for what is kept for evaluation: expected 0",
                                                   options.validation));
  }
  if (!tokenizer.is_pretrained()) {
    throw Error(ErrorKind::experiment,
                "the data set has tokens, not text, so no tokenizer can be trained on it: expected 'tokenizer.type: "
                "pretrained' with the tokenizer.json that the tokens were made with");
  }
  check_any_sample(shards, false, options.size);
  check_any_sample(shards, true, options.size);
}

double bytes_per_token(const Job& job, const data::PartFacts& text) {
  return job.says_every_token() ? text.bytes_per_token() : 0;
}

JobData prepare_data(const Job& job, const std::filesystem::path& run_folder, ProgressLines& progress) {
  const auto bytes_read = [&](std::int64_t bytes) {
    progress.stage("Reading the text", static_cast<double>(bytes), 0);
  };
  bytes_read(0);
  std::unique_ptr<Dataset> dataset = job.make_dataset();
  const std::vector<TokenShard> shards = dataset->token_shards();
  const bool is_text = shards.empty();
  data::Corpus corpus = is_text ? data::survey(*dataset, bytes_read) : data::survey_shards(shards);

  auto [tokenizer, tokenizer_was_cached] =
      is_text ? train_tokenizer(job, *dataset, corpus, progress) : tokenizer_of_shards(job, shards);
  check_vocabulary(job, *tokenizer);
  std::string tokenizer_hash = sha256_hex(tokenizer_json_of(*tokenizer, job.objective()));

  const std::string key = tokens_key(job, corpus, tokenizer_hash);
  Tokens tokens = is_text ? encode_texts(job, *dataset, corpus, *tokenizer, key, run_folder, progress)
                          : take_shards(job, shards, corpus, *tokenizer, key, progress);
  check_any(tokens.training, tokens.encoded.training, job.data_options(), "training");
  check_any(tokens.evaluation, tokens.encoded.evaluation, job.data_options(), "validation");
  check_kept(job, tokens.evaluation.size() > 0, is_text ? kKeepText : kKeepTokens);
  limit_evaluation(job.training().max_eval_samples, tokenizer->vocab_size(), tokens);
  std::vector<std::string> warnings = warnings_of(corpus, tokens.documents);
  if (!tokens.note.empty()) warnings.push_back(std::move(tokens.note));
  if (auto note = seen_text_note(tokens.encoded.seen)) warnings.push_back(std::move(*note));
  if (auto note = smaller_batch_note(job.training(), tokens.training.size())) warnings.push_back(std::move(*note));
  for (std::string& note : tokenizer->notes()) warnings.push_back(std::move(note));
  std::erase_if(tokens.documents, has_no_sample);

  return {.dataset = std::move(dataset),
          .corpus = std::move(corpus),
          .tokenizer = std::move(tokenizer),
          .tokenizer_hash = std::move(tokenizer_hash),
          .tokenizer_was_cached = tokenizer_was_cached,
          .tokens_were_cached = tokens.were_cached,
          .encoded = std::move(tokens.encoded),
          .training = std::move(tokens.training),
          .evaluation = std::move(tokens.evaluation),
          .documents = std::move(tokens.documents),
          .warnings = std::move(warnings)};
}

void check_length(const BatchShape& shape, std::int64_t sample_length, const Model& model) {
  if (shape.length <= model.max_length()) return;
  throw Error(ErrorKind::experiment,
              fmt::format("the longest sample has {} tokens{}, but the model takes at most {}: expected a smaller "
                          "dataset.split.size or a larger model.max_position_embeddings",
                          shape.length, shape.length > sample_length ? ", including the special tokens around it" : "",
                          model.max_length()));
}

}  // namespace folio::worker
