#include "worker/preparation.h"

#include <fmt/format.h>

#include "folio/error.h"
#include "support/human.h"
#include "support/sha256.h"
#include "worker/tokenizer_cache.h"

namespace folio::worker {
namespace {

Progress reporting(ProgressLines& progress, const char* stage) {
  return [&progress, stage](double done, double total) { progress.stage(stage, done, total); };
}

std::string text_hash(const data::Corpus::Part& part) {
  Sha256 hash;
  for (const std::string& text : part.texts) {
    hash.update(std::to_string(text.size()) + '\0');
    hash.update(text);
  }
  return hash.hex_digest();
}

double bytes_per_token(const data::Corpus::Part& part, const Tokenizer& tokenizer) {
  std::size_t tokens = 0;
  for (const std::string& text : part.texts) tokens += tokenizer.encode(text).size();
  return tokens == 0 ? 0 : static_cast<double>(part.bytes) / static_cast<double>(tokens);
}

void check_vocabulary(const Job& job, const Tokenizer& tokenizer) {
  if (tokenizer.vocab_size() <= job.vocab_size(tokenizer)) return;
  throw Error(ErrorKind::experiment,
              fmt::format("model.vocab_size is {}, but the tokenizer has {} tokens: expected at least as many",
                          job.vocab_size(tokenizer), tokenizer.vocab_size()));
}

void check_any(const data::Samples& samples, const data::Corpus::Part& part, const data::DataOptions& options,
               const char* what) {
  if (samples.size() > 0 || part.texts.empty()) return;
  throw Error(
      ErrorKind::experiment,
      fmt::format("dataset.split.size is {}, but the {} text has only {} characters, which give no whole sample; "
                  "expected a smaller size{}",
                  options.size, what, with_commas(part.characters),
                  options.validation > 0 ? " or another dataset.validation" : ""));
}

}  // namespace

Prepared prepare(const Job& job, ProgressLines& progress) {
  Prepared prepared;
  progress.stage("Reading the text", 0, 1);
  prepared.corpus = data::read_corpus(*job.make_dataset(), job.data_options().validation);
  const data::Corpus::Part& text = prepared.corpus.training;

  prepared.tokenizer = job.make_tokenizer();
  const auto texts = [&](const std::function<void(std::string_view)>& sink) {
    for (const std::string& document : text.texts) sink(document);
  };
  const auto train = [&] {
    prepared.tokenizer->train(texts, special_tokens_of(job.objective()), reporting(progress, "Training the tokenizer"));
  };
  if (prepared.tokenizer->is_pretrained()) {
    train();
  } else {
    prepared.tokenizer_was_cached =
        load_or_train(*prepared.tokenizer, tokenizer_cache_file(job.tokenizer_identity(), text_hash(text)), train);
  }
  check_vocabulary(job, *prepared.tokenizer);

  const data::DataOptions& options = job.data_options();
  prepared.training = data::make_samples(text, *prepared.tokenizer, options, reporting(progress, "Cutting samples"));
  prepared.evaluation = data::make_samples(prepared.corpus.evaluation, *prepared.tokenizer, options,
                                           reporting(progress, "Cutting samples"));
  check_any(prepared.training, text, options, "training");
  check_any(prepared.evaluation, prepared.corpus.evaluation, options, "validation");
  prepared.training_bytes_per_token = bytes_per_token(text, *prepared.tokenizer);
  prepared.evaluation_bytes_per_token = bytes_per_token(prepared.corpus.evaluation, *prepared.tokenizer);
  return prepared;
}

void check_length(const data::Samples& samples, const Model& model) {
  if (samples.longest() <= model.max_length()) return;
  throw Error(ErrorKind::experiment,
              fmt::format("the longest sample has {} tokens, but the model takes at most {}: expected a smaller "
                          "dataset.split.size or a larger model.max_position_embeddings",
                          samples.longest(), model.max_length()));
}

}  // namespace folio::worker
