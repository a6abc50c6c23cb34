#pragma once

#include <memory>

#include "data/corpus.h"
#include "data/samples.h"
#include "folio/tokenizer.h"
#include "worker/job.h"
#include "worker/progress_lines.h"

namespace folio::worker {

/// A job's data, ready to be trained on.
struct Prepared {
  data::Corpus corpus;
  std::unique_ptr<Tokenizer> tokenizer;
  bool tokenizer_was_cached = false;
  data::Samples training;
  data::Samples evaluation;  ///< empty without a validation share
  double training_bytes_per_token = 0;
  double evaluation_bytes_per_token = 0;  ///< 0 without a validation share
};

/// Reads the documents, trains the tokenizer on what is to be trained on (never on the validation share) or takes it
/// from the cache, and makes the samples. Throws Error (experiment) when the text gives no sample, or a sample is
/// longer than the model takes; what the plugins throw passes.
Prepared prepare(const Job& job, ProgressLines& progress);

/// Throws Error (experiment) naming both lengths.
void check_length(const data::Samples& samples, const Model& model);

}  // namespace folio::worker
