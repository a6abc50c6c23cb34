#include "runs/record/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "support/error.h"

namespace folio::runs {
namespace {

using nlohmann::json;

/// Calls `visit` with each member's name in JSON and the member.
template <typename Visit>
void for_each_fact(Visit&& visit) {
  visit("objective", &Facts::objective);
  visit("loss_definition", &Facts::loss_definition);
  visit("scored_share", &Facts::scored_share);
  visit("eval_loss_definition", &Facts::eval_loss_definition);
  visit("data_hash", &Facts::data_hash);
  visit("stand_in", &Facts::stand_in);
  visit("documents", &Facts::documents);
  visit("sources", &Facts::sources);
  visit("characters", &Facts::characters);
  visit("bytes", &Facts::bytes);
  visit("samples", &Facts::samples);
  visit("tokens", &Facts::tokens);
  visit("bytes_per_token", &Facts::bytes_per_token);
  visit("bytes_per_word", &Facts::bytes_per_word);
  visit("tokenizer_hash", &Facts::tokenizer_hash);
  visit("tokenizer", &Facts::tokenizer);
  visit("tokenizer_cached", &Facts::tokenizer_cached);
  visit("tokens_cached", &Facts::tokens_cached);
  visit("vocab_size", &Facts::vocab_size);
  visit("vocab_learned", &Facts::vocab_learned);
  visit("vocab_used", &Facts::vocab_used);
  visit("batch_size", &Facts::batch_size);
  visit("uniform_loss", &Facts::uniform_loss);
  visit("unigram_loss", &Facts::unigram_loss);
  visit("parameters", &Facts::parameters);
  visit("trainable_parameters", &Facts::trainable_parameters);
  visit("initial_model", &Facts::initial_model);
  visit("initial_weights_hash", &Facts::initial_weights_hash);
  visit("initial_config_hash", &Facts::initial_config_hash);
  visit("eval_samples", &Facts::eval_samples);
  visit("eval_hash", &Facts::eval_hash);
  visit("eval_tokens", &Facts::eval_tokens);
  visit("eval_bytes_per_token", &Facts::eval_bytes_per_token);
  visit("eval_bytes_per_word", &Facts::eval_bytes_per_word);
  visit("eval_unigram_loss", &Facts::eval_unigram_loss);
  visit("eval_parts", &Facts::eval_parts);
  visit("planned_steps", &Facts::planned_steps);
  visit("on_our_copy", &Facts::on_our_copy);
  visit("eval_text_seen", &Facts::eval_text_seen);
}

constexpr FactMeaning kMeanings[] = {
    {"objective", "", "What the model learned to predict: causal, masked or span_corruption."},
    {"loss_definition", "", "Which tokens the loss is averaged over."},
    {"scored_share", "share",
     "The share of the labels that train_loss is divided by which are scored: below 1 if labels are counted before the "
     "shift. A guess with the loss x for each scored token has the train_loss scored_share * x."},
    {"eval_loss_definition", "", "Which tokens eval_loss is averaged over."},
    {"data_hash", "", "SHA-256 of the names and texts of all documents: equal if two runs read the same text."},
    {"stand_in", "", "Whether some text was generated because a book was not available."},
    {"documents", "documents", "Number of texts in the data set."},
    {"sources", "", "Where the texts came from: paths or addresses, with the SHA-256 of their contents."},
    {"characters", "characters", "Unicode code points of the text that was trained on."},
    {"bytes", "bytes", "Bytes in UTF-8 of the text that was trained on."},
    {"samples", "samples", "Number of pieces that the training text was cut into."},
    {"tokens", "tokens", "Tokens in these samples, each counted once, however many epochs there were."},
    {"batch_size", "samples", "Samples in a training batch, if the data was too small for the requested batch size."},
    {"bytes_per_token", "bytes", "Bytes of text per token, on average; used to turn a loss into bits per byte."},
    {"bytes_per_word", "bytes", "Bytes per word, on average; words are separated by blanks."},
    {"tokenizer_hash", "", "SHA-256 of tokenizer.json: equal if two runs cut text in the same way."},
    {"tokenizer", "", "Where the tokenizer came from, in words; only in the baselines that come with Folio."},
    {"tokenizer_cached", "", "Whether the trained tokenizer was found in the cache."},
    {"tokens_cached", "", "Whether the tokens of the text were found in the cache."},
    {"vocab_size", "tokens", "Number of tokens that the model can produce: the size of its output."},
    {"vocab_learned", "tokens", "Number of tokens that the tokenizer learned; for a short text fewer than requested."},
    {"vocab_used", "tokens", "Number of different tokens that occur in the training samples."},
    {"uniform_loss", "nats",
     "The loss of a guess that gives every token of the vocabulary the same chance: ln(vocab_size)."},
    {"unigram_loss", "nats",
     "The loss of a guess that knows only how often each token occurs in the training text: the entropy of their "
     "frequencies. A model whose loss is above it has learned less than a list of frequencies knows."},
    {"parameters", "", "Number of learned parameters of the model; one that is used in two places counts once."},
    {"trainable_parameters", "",
     "How many of the parameters the run trains: all but those that training.freeze or model.lora freezes."},
    {"initial_model", "", "The folder that the weights were taken from (model.from)."},
    {"initial_weights_hash", "",
     "SHA-256 of the file with the weights that training began with; of several files, of the lines that sha256sum "
     "prints of them. Equal if two runs began with the same weights."},
    {"initial_config_hash", "", "SHA-256 of the config.json of the folder that the weights were taken from."},
    {"eval_samples", "samples", "Number of samples in the text that was kept for evaluation."},
    {"eval_hash", "", "SHA-256 of the texts that were kept for evaluation."},
    {"eval_tokens", "tokens", "Tokens in the evaluation samples."},
    {"eval_bytes_per_token", "bytes", "Like bytes_per_token, for the text that was kept for evaluation."},
    {"eval_bytes_per_word", "bytes", "Like bytes_per_word, for the text that was kept for evaluation."},
    {"eval_unigram_loss", "nats",
     "Like unigram_loss, for the text that was kept for evaluation; the frequencies are still those of the training "
     "text. Compare eval_loss with this."},
    {"eval_parts", "",
     "The final model's loss on each part of the evaluation text (documents, or stretches of samples; 128 at most), "
     "used to compare two runs that were evaluated on the same tokens."},
    {"planned_steps", "steps", "Optimizer steps of the whole training, if nothing ends it early."},
    {"on_our_copy", "",
     "Figures of such a model on Folio's copy of the book, because the run's own text is not known; only in the "
     "baselines that come with Folio."},
    {"eval_text_seen", "share",
     "The share of the evaluation text that the training text contains too, counted in stretches of 13 words, "
     "regardless of case, spaces and punctuation. It is large if documents were copied, and then the evaluation "
     "partly measures what the model knows by heart."},
};

template <typename T>
json fact_to_json(const T& value) {
  return value;
}

json fact_to_json(const std::vector<TextSource>& sources) {
  json list = json::array();
  for (const TextSource& source : sources) {
    json& entry = list.emplace_back(json{{"name", source.name},
                                         {"source", source.source},
                                         {"source_hash", source.source_hash},
                                         {"stand_in", source.stand_in},
                                         {"note", source.note}});
    if (source.documents) entry["documents"] = *source.documents;
  }
  return list;
}

json fact_to_json(const EvaluationParts& parts) {
  return {{"by", parts.documents ? "documents" : "stretches"}, {"nats", parts.nats}, {"scored", parts.scored}};
}

json fact_to_json(const CopyFacts& facts) {
  json values = json::object();
  if (facts.unigram_loss) values["unigram_loss"] = *facts.unigram_loss;
  if (facts.tokens) values["tokens"] = *facts.tokens;
  if (facts.parameters) values["parameters"] = *facts.parameters;
  if (facts.tokenizer) values["tokenizer"] = *facts.tokenizer;
  if (facts.command) values["command"] = *facts.command;
  return values;
}

/// Each sets the fact where the value is of its type.
void read_fact(const json& value, std::optional<std::string>& fact) {
  if (value.is_string()) fact = value.get<std::string>();
}

void read_fact(const json& value, std::optional<bool>& fact) {
  if (value.is_boolean()) fact = value.get<bool>();
}

void read_fact(const json& value, std::optional<double>& fact) {
  if (value.is_number()) fact = value.get<double>();
}

/// A count. Other programs may write one as 288.0.
void read_fact(const json& value, std::optional<std::int64_t>& fact) {
  constexpr double kExact = 9007199254740992;  // 2^53: up to here a double tells whole numbers apart
  if (!value.is_number()) return;
  const auto number = value.get<double>();
  if (number == std::floor(number) && number >= 0 && number <= kExact) fact = static_cast<std::int64_t>(number);
}

template <typename T>
std::optional<T> part_of(const json& object, const char* name) {
  std::optional<T> part;
  if (const auto found = object.find(name); found != object.end()) read_fact(*found, part);
  return part;
}

/// The numbers of a list; none where it has anything else.
template <typename T>
std::vector<T> numbers_in(const json& list) {
  std::vector<T> numbers;
  if (!list.is_array()) return numbers;
  for (const json& entry : list) {
    std::optional<T> number;
    read_fact(entry, number);
    if (!number) return {};
    numbers.push_back(*number);
  }
  return numbers;
}

void read_fact(const json& value, std::optional<EvaluationParts>& fact) {
  if (!value.is_object()) return;
  EvaluationParts parts{part_of<std::string>(value, "by") == "documents",
                        numbers_in<double>(value.value("nats", json())),
                        numbers_in<std::int64_t>(value.value("scored", json()))};
  if (!parts.nats.empty() && parts.nats.size() == parts.scored.size()) fact = std::move(parts);
}

void read_fact(const json& value, std::optional<CopyFacts>& fact) {
  if (!value.is_object()) return;
  fact = CopyFacts{part_of<double>(value, "unigram_loss"), part_of<std::int64_t>(value, "tokens"),
                   part_of<std::int64_t>(value, "parameters"), part_of<std::string>(value, "tokenizer"),
                   part_of<std::string>(value, "command")};
}

void read_fact(const json& value, std::optional<std::vector<TextSource>>& fact) {
  if (!value.is_array()) return;
  std::vector<TextSource> sources;
  for (const json& entry : value) {
    const auto name = part_of<std::string>(entry, "name");
    const auto source = part_of<std::string>(entry, "source");
    const auto source_hash = part_of<std::string>(entry, "source_hash");
    const auto stand_in = part_of<bool>(entry, "stand_in");
    const auto note = part_of<std::string>(entry, "note");
    if (!name || !source || !source_hash || !stand_in || !note) return;
    sources.push_back({*name, *source, *source_hash, *stand_in, *note, part_of<std::int64_t>(entry, "documents")});
  }
  fact = std::move(sources);
}

}  // namespace

json to_json(const Facts& facts) {
  json values = json::object();
  for_each_fact([&](const char* name, auto member) {
    if (facts.*member) values[name] = fact_to_json(*(facts.*member));
  });
  return values;
}

void require_initial_weights(const Facts& facts, const std::filesystem::path& folder, const std::string& weights_hash) {
  const std::string wanted = facts.initial_weights_hash.value_or(weights_hash);
  if (wanted == weights_hash) return;
  throw Error(ErrorKind::experiment,
              fmt::format("{}: has not the weights that the run's adapters were trained on: expected the SHA-256 {}, "
                          "found {}",
                          folder.string(), wanted, weights_hash));
}

Facts facts_from_json(const json& values) {
  Facts facts;
  for_each_fact([&](const char* name, auto member) {
    if (const auto found = values.find(name); found != values.end()) read_fact(*found, facts.*member);
  });
  return facts;
}

template <typename T>
const char* fact_name(std::optional<T> Facts::* member) {
  using Member = std::optional<T> Facts::*;
  const char* found = nullptr;
  for_each_fact([&](const char* name, auto candidate) {
    if constexpr (std::is_same_v<decltype(candidate), Member>) {
      if (candidate == member) found = name;
    }
  });
  assert(found != nullptr);
  return found;
}

std::vector<FactMeaning> fact_meanings() {
  std::vector<FactMeaning> meanings;
  for_each_fact([&](std::string_view name, auto) {
    const auto* found =
        std::find_if(std::begin(kMeanings), std::end(kMeanings), [&](const auto& each) { return each.name == name; });
    if (found == std::end(kMeanings)) throw std::logic_error("the fact '" + std::string(name) + "' has no meaning");
    meanings.push_back(*found);
  });
  return meanings;
}

template const char* fact_name(std::optional<std::string> Facts::*);
template const char* fact_name(std::optional<bool> Facts::*);
template const char* fact_name(std::optional<std::int64_t> Facts::*);
template const char* fact_name(std::optional<double> Facts::*);
template const char* fact_name(std::optional<EvaluationParts> Facts::*);

}  // namespace folio::runs
