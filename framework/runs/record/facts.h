#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace folio::runs {

/// Something that a run's documents came from.
struct TextSource {
  std::string name;                       ///< of its first document
  std::string source;                     ///< a path or an address
  std::string source_hash;                ///< SHA-256 of what lay there
  bool stand_in = false;                  ///< generated in place of a text that could not be had
  std::string note;                       ///< what a reader should know of it; may be empty
  std::optional<std::int64_t> documents;  ///< where it gave more than one
};

/// The loss of the final model on each part of the evaluation set: two models that were evaluated on the same tokens
/// can be held against each other part by part.
struct EvaluationParts {
  bool documents = false;            ///< whether each part is whole documents; else it is a stretch of samples
  std::vector<double> nats;          ///< cross-entropies of the part's scored tokens, added up
  std::vector<std::int64_t> scored;  ///< how many these are
};

/// What such a model has on the copy of the text that Folio has, where a run's own text is not known.
struct CopyFacts {
  std::optional<double> unigram_loss;      ///< nats per token
  std::optional<std::int64_t> tokens;      ///< of the training samples
  std::optional<std::int64_t> parameters;  ///< of such a model
  std::optional<std::string> tokenizer;    ///< what cut the text, in words
  std::optional<std::string> command;      ///< what makes these figures
};

/// What a run's data, tokenizer and model turned out to be: what must be known to say whether two runs can be compared.
/// A fact that is not there is unknown. In JSON each is called as it is here.
struct Facts {
  std::optional<std::string> objective;        ///< "causal", "masked", "span_corruption"
  std::optional<std::string> loss_definition;  ///< over what the loss of a training step is a mean
  /// Of the labels by whose number train_loss divides, those that are scored: 1, or below it for a model that counts
  /// labels before the shift.
  std::optional<double> scored_share;
  std::optional<std::string> eval_loss_definition;  ///< over what eval_loss is a mean

  std::optional<std::string> data_hash;  ///< SHA-256 over the names and texts of all documents
  std::optional<bool> stand_in;          ///< whether some text was generated in place of one that could not be had
  std::optional<std::int64_t> documents;
  std::optional<std::vector<TextSource>> sources;

  // Of the text that was trained on.
  std::optional<std::int64_t> characters;  ///< Unicode code points
  std::optional<std::int64_t> bytes;       ///< of UTF-8
  std::optional<std::int64_t> samples;
  std::optional<std::int64_t> tokens;  ///< of these samples
  std::optional<double> bytes_per_token;
  std::optional<double> bytes_per_word;  ///< a word is what stands between blanks

  std::optional<std::string> tokenizer_hash;  ///< SHA-256 of tokenizer.json
  std::optional<std::string> tokenizer;       ///< where it came from, in words; baselines alone have it
  std::optional<bool> tokenizer_cached;       ///< whether it was found in the cache
  std::optional<bool> tokens_cached;
  std::optional<std::int64_t> vocab_size;     ///< tokens that the model can say
  std::optional<std::int64_t> vocab_learned;  ///< tokens that the tokenizer has
  std::optional<std::int64_t> vocab_used;     ///< different tokens that the samples have

  /// Samples of a training batch, where per_device_train_batch_size asks for more than there are.
  std::optional<std::int64_t> batch_size;

  std::optional<double> uniform_loss;  ///< nats per token: a guess that gives every token the same chance
  /// Nats per token: a guess that knows how often each token occurs. None for span corruption, in whose targets every
  /// fifth token is a sentinel, which no frequency tells.
  std::optional<double> unigram_loss;
  std::optional<std::int64_t> parameters;  ///< learned numbers of the model; what stands in two places counts once
  std::optional<std::int64_t> trainable_parameters;  ///< of these not frozen

  // Of a model whose weights were taken from elsewhere.
  std::optional<std::string> initial_model;         ///< the folder
  std::optional<std::string> initial_weights_hash;  ///< SHA-256 of its weights
  std::optional<std::string> initial_config_hash;   ///< SHA-256 of its config.json

  // Of the text that was kept for evaluation.
  std::optional<std::int64_t> eval_samples;  ///< 0 where none was kept, and nothing else is known then
  std::optional<std::string> eval_hash;      ///< SHA-256 over its texts, and over max_eval_samples
  std::optional<std::int64_t> eval_tokens;
  std::optional<double> eval_bytes_per_token;
  std::optional<double> eval_bytes_per_word;
  std::optional<double> eval_text_seen;  ///< share of its stretches that stand in the training text too
  /// Nats per token: the loss of the guess of unigram_loss on the evaluation samples.
  std::optional<double> eval_unigram_loss;
  std::optional<EvaluationParts> eval_parts;

  std::optional<std::int64_t> planned_steps;  ///< optimizer steps that training would have to its end
  std::optional<CopyFacts> on_our_copy;       ///< baselines alone have it
};

/// The facts that are known.
nlohmann::json to_json(const Facts& facts);

/// Those that `values` has. What is of another type counts as not there, what has another name is left out: a run of
/// another program, or of another Folio, may have any.
Facts facts_from_json(const nlohmann::json& values);

/// What a member is called in JSON.
template <typename T>
const char* fact_name(std::optional<T> Facts::* member);

/// Throws Error (experiment) where a run's adapters were trained on other weights than those of this folder.
void require_initial_weights(const Facts& facts, const std::filesystem::path& folder, const std::string& weights_hash);

/// What a fact says, for a reader who does not know it.
struct FactMeaning {
  std::string_view name;
  std::string_view unit;  ///< empty where there is none
  std::string_view meaning;
};

/// Of every fact, in the order of the members.
std::vector<FactMeaning> fact_meanings();

}  // namespace folio::runs
