#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/collator.h"
#include "data/corpus.h"
#include "data/encoding.h"
#include "data/samples.h"
#include "folio/tokenizer.h"
#include "train/training_data.h"
#include "worker/job.h"
#include "worker/progress_lines.h"

namespace folio::worker {

/// A job's data, ready to be trained on. The samples lie in mapped files.
struct JobData {
  std::unique_ptr<Dataset> dataset;  ///< in whose memory samples may lie
  data::Corpus corpus;
  std::unique_ptr<Tokenizer> tokenizer;
  std::string tokenizer_hash;  ///< SHA-256 of its tokenizer.json
  bool tokenizer_was_cached = false;
  bool tokens_were_cached = false;
  data::EncodingFacts encoded;
  data::Samples training;
  data::Samples evaluation;                          ///< empty without a validation share
  std::vector<train::EvaluationDocument> documents;  ///< what training.eval_each_document asks for
  std::vector<std::string> warnings;
};

/// Reads the documents, trains the tokenizer on what is to be trained on (never on the validation share) and makes the
/// samples, as far as the cache does not have them. `run_folder` holds the tokens where there is no cache. Throws Error
/// (experiment) when the text gives no sample, or data, tokenizer and model do not fit together; what the plugins throw
/// passes.
///
/// training.max_eval_samples leaves the first so many samples of the validation share, and of each document's part.
JobData prepare_data(const Job& job, const std::filesystem::path& run_folder, ProgressLines& progress);

/// Throws Error (experiment) where the tokenizer has more tokens than the model.
void check_vocabulary(const ModelJob& job, const Tokenizer& tokenizer);

/// Throws Error (experiment) naming the training argument that asks for evaluation where nothing is kept for it:
/// `dataset`, which is the job's, gives text, of which dataset.validation keeps none, or tokens of training alone.
void check_evaluation(const Job& job, const Dataset& dataset);

/// What to tell of a batch that is larger than the data; none where it is not.
std::optional<std::string> smaller_batch_note(const train::TrainingArguments& training, std::int64_t samples);

/// What to tell where a document that is kept for evaluation is trained on too; none where none is.
std::optional<std::string> seen_text_note(const std::optional<data::SeenText>& seen);

/// Throws Error (experiment) where a data set of tokens does not fit what the experiment says of splits, validation and
/// tokenizer, or its shards give no sample.
void check_shards(const Job& job, const std::vector<TokenShard>& shards, const Tokenizer& tokenizer);

/// Bytes of text to a token; 0 where bits per byte mean nothing, since the objective does not say every token.
double bytes_per_token(const Job& job, const data::PartFacts& text);

/// Throws Error (experiment) naming both lengths when what the objective makes of a sample of `sample_length` tokens,
/// which is of this shape, is longer than the model takes.
void check_length(const BatchShape& shape, std::int64_t sample_length, const Model& model);

}  // namespace folio::worker
