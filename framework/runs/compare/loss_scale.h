#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runs/compare/comparability.h"
#include "runs/record/run.h"

namespace folio::runs {

/// What one run's loss stands against, in nats per token; none where it is not known.
struct Yardsticks {
  std::optional<double> loss;
  std::optional<double> uniform;  ///< a guess that gives every token the same chance: ln(vocabulary)
  /// A guess that knows how often each token occurs in the training text: on that text, or for an evaluation's loss on
  /// the text of the evaluation.
  std::optional<double> unigram;

  double scored_share = 1;  ///< what both guesses were multiplied by

  /// The loss as a share of the uniform guess: 1 means that nothing was learned.
  std::optional<double> share() const;
};

/// Those of one of the run's losses ("train_loss"), in its own sum: where train_loss divides by labels that nothing
/// says (the fact scored_share), both guesses are taken that way too.
Yardsticks yardsticks_of(const Run& run, const std::string& loss);

/// Two losses over different tokens, put on one scale.
struct CommonFooting {
  std::string name;
  std::string meaning;
  double a = 0, b = 0;
  bool ranks = true;          ///< whether the lower is the better one
  std::string bits_per_byte;  ///< the metric whose difference decides that of these
};

/// Bits per byte and perplexity per word, where both runs are causal (only such a model says every token of the text),
/// and each loss as a share of the uniform guess. None where the tokens are known to be the same, so that the losses
/// can be compared as they are, and none where the losses have no common scale: another text, another objective.
std::vector<CommonFooting> common_footings(const Run& a, const Run& b, const std::vector<Check>& checks);

}  // namespace folio::runs
