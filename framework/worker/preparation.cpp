#include "worker/preparation.h"

#include <fmt/format.h>

#include "data/token_shards.h"
#include "folio/error.h"
#include "support/human.h"
#include "support/sha256.h"
#include "worker/token_cache.h"
#include "worker/tokenizer_cache.h"

namespace folio::worker {
namespace {

/// The cache is asked for tokens that were made in this way; a change of what encode_corpus() makes counts it up.
constexpr int kTokensVersion = 1;

Progress reporting(ProgressLines& progress, const char* stage, const char* unit = "") {
  return [&progress, stage, unit](double done, double total) { progress.stage(stage, done, total, unit); };
}

void check_vocabulary(const Job& job, const Tokenizer& tokenizer) {
  if (tokenizer.vocab_size() <= job.vocab_size(tokenizer)) return;
  throw Error(ErrorKind::experiment,
              fmt::format("model.vocab_size is {}, but the tokenizer has {} tokens: expected at least as many",
                          job.vocab_size(tokenizer), tokenizer.vocab_size()));
}

void check_any(const data::Samples& samples, const data::PartFacts& facts, const data::DataOptions& options,
               const char* what) {
  if (samples.size() > 0 || facts.bytes == 0) return;
  throw Error(
      ErrorKind::experiment,
      fmt::format("dataset.split.size is {}, but the {} text has only {} characters, which give no whole sample; "
                  "expected a smaller size{}",
                  options.size, what, with_commas(facts.characters),
                  options.validation > 0 ? " or another dataset.validation" : ""));
}

void make_tokenizer(const Job& job, Prepared& prepared, ProgressLines& progress) {
  const double validation = job.data_options().validation;
  prepared.tokenizer = job.make_tokenizer();
  const auto texts = [&](const std::function<void(std::string_view)>& sink) {
    data::read_texts(*prepared.dataset, prepared.corpus, validation, [&](const data::Text& text) {
      if (!text.evaluation && !text.text.empty()) sink(text.text);
    });
  };
  const nlohmann::json decides{job.tokenizer_identity(), prepared.corpus.hash, validation};
  const auto train = [&] {
    prepared.tokenizer->train(texts, special_tokens_of(job.objective()), reporting(progress, "Training the tokenizer"));
  };
  if (prepared.tokenizer->is_pretrained()) {
    train();  // checks that it has the special tokens
  } else {
    prepared.tokenizer_was_cached = load_or_train(*prepared.tokenizer, sha256_hex(decides.dump()), train);
  }
}

std::string tokens_key(const Job& job, const Prepared& prepared) {
  const data::DataOptions& options = job.data_options();
  return sha256_hex(nlohmann::json{{"version", kTokensVersion},
                                   {"tokenizer", job.tokenizer_identity()},
                                   {"tokenizer_json", prepared.tokenizer_hash},
                                   {"data", prepared.corpus.hash},
                                   {"by", options.by},
                                   {"size", options.size},
                                   {"stride", options.stride},
                                   {"validation", options.validation},
                                   {"each_document", job.training().eval_each_document}}
                        .dump());
}

void encode_texts(const Job& job, const std::filesystem::path& run_folder, Prepared& prepared,
                  ProgressLines& progress) {
  const data::DataOptions& options = job.data_options();
  const Tokenizer& tokenizer = *prepared.tokenizer;
  CachedTokens tokens =
      load_or_encode(tokens_key(job, prepared), run_folder, {tokenizer.vocab_size(), data::block_size(options)},
                     [&](data::TokenFileWriter& training, data::TokenFileWriter& evaluation) {
                       return data::encode_corpus(*prepared.dataset, prepared.corpus, tokenizer, options,
                                                  job.training().eval_each_document, training, evaluation,
                                                  reporting(progress, "Encoding the text", "bytes"));
                     });
  prepared.tokens_were_cached = tokens.were_cached;
  prepared.training = tokens.training.samples();
  prepared.evaluation = tokens.evaluation.samples();
  prepared.encoded = std::move(tokens.encoded);
  for (const data::DocumentFacts& document : prepared.encoded.documents) {
    prepared.documents.push_back(
        {document.name, tokens.evaluation.samples(document.range), document.facts.bytes_per_token()});
  }
}

void take_shards(const Job& job, const std::vector<TokenShard>& shards, Prepared& prepared, ProgressLines& progress) {
  const data::DataOptions& options = job.data_options();
  if (options.by != data::SplitBy::tokens) {
    throw Error(ErrorKind::experiment, "dataset.split.by must be 'tokens' for a data set that gives tokens");
  }
  if (options.validation > 0) {
    throw Error(ErrorKind::experiment,
                fmt::format("dataset.validation is {}, but a data set of tokens says itself which of them are kept for "
                            "evaluation: expected 0",
                            options.validation));
  }
  prepared.tokenizer = job.make_tokenizer();
  if (!prepared.tokenizer->is_pretrained()) {
    throw Error(ErrorKind::experiment,
                "the data set gives tokens, not text, so no tokenizer can be trained on it: expected "
                "'tokenizer.type: pretrained' with the tokenizer.json that the tokens were made with");
  }
  prepared.tokenizer->train([](const auto&) {}, special_tokens_of(job.objective()), {});  // checks that it has them
  prepared.tokenizer_hash = sha256_hex(prepared.tokenizer->to_json());
  const bool each = job.training().eval_each_document;
  prepared.encoded = load_or_measure(tokens_key(job, prepared), [&] {
    return data::measure_shards(shards, prepared.corpus, *prepared.tokenizer, options.size, each,
                                reporting(progress, "Checking the tokens", "bytes"));
  });
  prepared.training = data::cut_shards(shards, false, options.size);
  prepared.evaluation = data::cut_shards(shards, true, options.size);
  std::size_t document = 0;
  for (const TokenShard& shard : shards) {
    if (!each || !shard.for_evaluation) continue;
    prepared.documents.push_back({shard.name, data::cut_shards({shard}, true, options.size),
                                  prepared.encoded.documents.at(document++).facts.bytes_per_token()});
  }
}

/// Documents that are too short to be evaluated alone are told, and left out.
void leave_out_short_documents(Prepared& prepared) {
  std::erase_if(prepared.documents, [&](const train::EvaluationDocument& document) {
    if (document.samples.size() > 0) return false;
    prepared.warnings.push_back(document.name +
                                ": its validation part gives no whole sample, so it has no loss of its own");
    return true;
  });
}

}  // namespace

Prepared prepare(const Job& job, const std::filesystem::path& run_folder, ProgressLines& progress) {
  Prepared prepared;
  const auto bytes_read = [&](std::int64_t bytes) {
    progress.stage("Reading the text", static_cast<double>(bytes), 0);
  };
  bytes_read(0);
  prepared.dataset = job.make_dataset();
  const std::vector<TokenShard> shards = prepared.dataset->token_shards();
  prepared.corpus = shards.empty() ? data::survey(*prepared.dataset, bytes_read) : data::survey_shards(shards);
  if (shards.empty()) {
    make_tokenizer(job, prepared, progress);
    check_vocabulary(job, *prepared.tokenizer);
    prepared.tokenizer_hash = sha256_hex(prepared.tokenizer->to_json());
    encode_texts(job, run_folder, prepared, progress);
  } else {
    take_shards(job, shards, prepared, progress);
    check_vocabulary(job, *prepared.tokenizer);
  }
  check_any(prepared.training, prepared.encoded.training, job.data_options(), "training");
  check_any(prepared.evaluation, prepared.encoded.evaluation, job.data_options(), "validation");
  if (job.training().eval_each_document && prepared.evaluation.size() == 0) {
    throw Error(
        ErrorKind::experiment,
        "training.eval_each_document is true, but nothing is kept for evaluation: expected a dataset.validation "
        "above 0");
  }
  for (const data::Source& source : prepared.corpus.sources) {
    const std::string& note = source.provenance.note;
    if (!note.empty()) prepared.warnings.push_back(source.document + ": " + note);
  }
  leave_out_short_documents(prepared);
  if (!job.says_every_token()) {
    for (train::EvaluationDocument& document : prepared.documents) document.bytes_per_token = 0;
  }
  return prepared;
}

void check_length(const BatchShape& shape, std::int64_t sample_length, const Model& model) {
  if (shape.length <= model.max_length()) return;
  throw Error(ErrorKind::experiment,
              fmt::format("the longest sample has {} tokens{}, but the model takes at most {}: expected a smaller "
                          "dataset.split.size or a larger model.max_position_embeddings",
                          shape.length, shape.length > sample_length ? ", the special tokens around it counted" : "",
                          model.max_length()));
}

}  // namespace folio::worker
