#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "data/collator.h"
#include "data/samples.h"

namespace folio::train {

/// A part of the evaluation set that is evaluated on its own too.
struct EvaluationDocument {
  std::string name;
  data::Samples samples;   ///< at least one
  double bytes_per_token;  ///< 0 where bits per byte mean nothing
};

/// What is trained and evaluated on.
struct TrainingData {
  const data::Samples& training;
  const data::Samples& evaluation;  ///< may be empty
  const data::Collator& collator;   ///< makes batches of both
  bool shuffle;
  double training_bytes_per_token = 0;  ///< 0 where bits per byte mean nothing: the objective does not say every token
  double evaluation_bytes_per_token = 0;
  std::span<const EvaluationDocument> documents = {};  ///< parts of the evaluation set
  /// How many evaluation samples there are after each document's last; empty where that is not known.
  std::span<const std::int64_t> evaluation_document_ends = {};
};

}  // namespace folio::train
