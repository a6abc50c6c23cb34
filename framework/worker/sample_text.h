#pragma once

#include <string>
#include <vector>

#include "data/collator.h"
#include "folio/model.h"
#include "folio/tokenizer.h"
#include "worker/job.h"

namespace folio::worker {

/// What a trained model makes of a piece of text.
struct SampleText {
  std::string prompt;  ///< what it was given; a line of its own where the text is no continuation
  std::string text;
};

/// Of the first tokens of `sample`: a causal model goes on from them, a masked model fills masks in them, and one that
/// is trained on corrupted spans says these. `collator` is the run's.
SampleText sample_text(const Job& job, Model& model, const Tokenizer& tokenizer, const data::Collator& collator,
                       std::vector<TokenId> sample, c10::Device device);

}  // namespace folio::worker
