#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runs/compare/comparison.h"

namespace folio::runs {

/// Where a loss stands against a model that knows only how often each token occurs (a unigram model).
enum class AgainstFrequencies { below, not_seen, above };

/// `by_chance`: how far the loss strays by chance, in nats.
AgainstFrequencies against_frequencies(double loss, double unigram, double by_chance);

/// The loss of word frequencies alone: of the run's own text, else of Folio's copy of it.
struct FrequencyLoss {
  double loss = 0;                ///< nats per token
  std::optional<CopyFacts> copy;  ///< where it is of the copy
};

/// None where neither is known.
std::optional<FrequencyLoss> frequency_loss(const Run& run, const Yardsticks& yardsticks);

/// "of our copy of the book, as the run's own text is not known, cut by ..."; empty where it is the run's own.
std::string copy_clause(const FrequencyLoss& reference);

constexpr const char* kTextRule =
    "A model can make use of some 20 tokens of text for each of its parameters (Hoffmann et al. 2022, \"Training "
    "Compute-Optimal Large Language Models\").";

/// How many times its text a run's model could make use of by that rule; 0 where the run does not say.
double text_wanted(const Run& run);

/// "A has 124,439,808 parameters and a text of 42,658 tokens, which it read 3 times; it could use 58,000 times as much
/// text." Of a run whose text_wanted() is known.
std::string size_and_text(const Run& run, const std::string& who);

/// What has to be said with a loss as a share of a blind guess: that 0 % is not to be reached.
constexpr const char* kNoZero =
    "0 % is a place that no text allows, since no reader can be certain of what is hidden or comes next: people guess "
    "English at about one bit a letter (Shannon 1951).";

/// How to read two losses that cannot be ranked, or of which both are high: against word frequencies, why they are
/// where they are, and which numbers may be read beside which.
std::vector<std::string> readings_of(const Run& a, const Run& b, const Comparison& comparison);

}  // namespace folio::runs
