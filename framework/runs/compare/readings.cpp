#include "runs/compare/readings.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "runs/compare/rounding.h"
#include "runs/record/metrics.h"
#include "support/human.h"

namespace folio::runs {
namespace {

/// Of one of two runs: its loss beside word frequencies.
struct Beside {
  const Run& run;
  const Yardsticks& yardsticks;
  std::optional<FrequencyLoss> frequencies;
  double by_chance = 0;  ///< how far its loss strays

  bool above() const {
    return frequencies && yardsticks.loss && std::isfinite(*yardsticks.loss) &&
           against_frequencies(*yardsticks.loss, frequencies->loss, by_chance) == AgainstFrequencies::above;
  }
};

std::string both_above(const Beside& a, const Beside& b, const std::string& loss) {
  std::string text = fmt::format(
      "{} have learned less than a list of word frequencies knows. Such a list, a unigram model, has a loss of "
      "{:.4f} on A's tokens and of {:.4f} on B's; the {} of A is {:.4f}, that of B {:.4f}.",
      loss == "train_loss" ? "Over the whole run both" : "Both", a.frequencies->loss, b.frequencies->loss, loss,
      *a.yardsticks.loss, *b.yardsticks.loss);
  for (const auto& [who, run] : {std::pair{"A", &a}, {"B", &b}})
    if (const std::string copy = copy_clause(*run->frequencies); !copy.empty())
      text += fmt::format(" The list for {} is {}.", who, copy);
  if (loss == "train_loss") text += " train_loss is the mean over all steps, so at its end each may have been lower.";
  return text;
}

std::string one_above(const Beside& run, const char* who, const std::string& loss) {
  std::string text = fmt::format(
      "{} has learned less than a list of word frequencies knows: such a list, a unigram model, has a loss of {:.4f} "
      "on its tokens, and its {} is {:.4f}.",
      who, run.frequencies->loss, loss, *run.yardsticks.loss);
  if (const std::string copy = copy_clause(*run.frequencies); !copy.empty())
    text += fmt::format(" That list is {}.", copy);
  return text;
}

/// The metrics that both have and that measure the same thing.
std::string comparable_metrics(const Comparison& comparison) {
  std::string names;
  for (const MetricComparison& metric : comparison.metrics) {
    const Metric* declared = find_metric(metric.name);
    if (!metric.a || !metric.b || metric.standing != Standing::comparable) continue;
    if (declared && declared->direction != Direction::none) names += (names.empty() ? "" : ", ") + metric.name;
  }
  return names;
}

std::string which_beside_which(const Comparison& comparison) {
  std::string text = fmt::format(
      "Read each run's {} beside the blind guess{} of the same run, not beside the other's. ", comparison.loss,
      comparison.yardsticks_a.unigram || comparison.yardsticks_b.unigram ? " and, where it is known, the unigram model"
                                                                         : "");
  const std::string names = comparable_metrics(comparison);
  return text + (names.empty() ? "No figure that the two runs measured may be read beside the other run's."
                               : "Beside each other you may read: " + names + ".");
}

/// Why losses are above word frequencies: too few steps, or a model too large for its text. Empty where neither is
/// known.
std::string why_so_high(const std::vector<std::pair<const char*, const Run*>>& runs) {
  std::string reasons;
  bool by_size = false;
  for (const auto& [who, run] : runs) {
    const auto epochs = metric_of(*run, "epoch");
    const bool read_less_than_once = epochs && *epochs < 1;
    if (read_less_than_once)
      reasons += fmt::format(" {} had read only {} of its text by its end.", who, percent(*epochs, 3));
    if (read_less_than_once || text_wanted(*run) <= 1) continue;
    reasons += " " + size_and_text(*run, who);
    by_size = true;
  }
  if (reasons.empty()) return "";
  return (by_size ? std::string("Why: a model so large learns little from so little text. ") + kTextRule : "Why:") +
         reasons;
}

}  // namespace

AgainstFrequencies against_frequencies(double loss, double unigram, double by_chance) {
  if (std::abs(loss - unigram) <= by_chance) return AgainstFrequencies::not_seen;
  return loss < unigram ? AgainstFrequencies::below : AgainstFrequencies::above;
}

std::optional<FrequencyLoss> frequency_loss(const Run& run, const Yardsticks& yardsticks) {
  if (yardsticks.unigram) return FrequencyLoss{*yardsticks.unigram, std::nullopt};
  const auto copy = facts_from_json(run.facts).on_our_copy;
  if (!copy || !copy->unigram_loss) return std::nullopt;
  return FrequencyLoss{*copy->unigram_loss, copy};
}

std::string copy_clause(const FrequencyLoss& reference) {
  if (!reference.copy) return "";
  std::string text = "of our copy of the book, as the run's own text is not known";
  if (reference.copy->tokenizer) text += ", cut by " + *reference.copy->tokenizer;
  return reference.copy->command ? text + " (`" + *reference.copy->command + "` counts it)" : text;
}

double text_wanted(const Run& run) {
  const Facts facts = facts_from_json(run.facts);
  const CopyFacts copy = facts.on_our_copy.value_or(CopyFacts{});
  const auto parameters = facts.parameters ? facts.parameters : copy.parameters;
  const auto tokens = facts.tokens ? facts.tokens : copy.tokens;
  if (!parameters || !tokens || *tokens <= 0) return 0;
  constexpr double kTokensPerParameter = 20;
  return static_cast<double>(*parameters) * kTokensPerParameter / static_cast<double>(*tokens);
}

std::string size_and_text(const Run& run, const std::string& who) {
  const Facts facts = facts_from_json(run.facts);
  const CopyFacts copy = facts.on_our_copy.value_or(CopyFacts{});
  std::string text =
      fmt::format("{} has {} parameters and a text of {} tokens{}", who,
                  with_commas(facts.parameters ? *facts.parameters : *copy.parameters),
                  with_commas(facts.tokens ? *facts.tokens : *copy.tokens), facts.tokens ? "" : " (on our copy)");
  const auto epochs = metric_of(run, "epoch");
  if (epochs && std::isfinite(*epochs) && *epochs > 0)
    text += fmt::format(", which it read {} {}", significant(*epochs, 3), *epochs == 1 ? "time" : "times");
  return text + fmt::format("; it could use {} times as much text.", rounded(text_wanted(run), 2));
}

std::vector<std::string> readings_of(const Run& a, const Run& b, const Comparison& comparison) {
  std::vector<std::string> texts;
  const bool apart = comparison.verdict == Verdict::no;
  const Beside beside_a{a, comparison.yardsticks_a, frequency_loss(a, comparison.yardsticks_a),
                        loss_by_chance(a, comparison.loss)};
  const Beside beside_b{b, comparison.yardsticks_b, frequency_loss(b, comparison.yardsticks_b),
                        loss_by_chance(b, comparison.loss)};
  if (apart && comparison.yardsticks_a.share() && comparison.yardsticks_b.share()) texts.push_back(kNoZero);
  if (beside_a.above() && beside_b.above()) {
    texts.push_back(both_above(beside_a, beside_b, comparison.loss));
  } else if (beside_a.above() || beside_b.above()) {
    texts.push_back(beside_a.above() ? one_above(beside_a, "A", comparison.loss)
                                     : one_above(beside_b, "B", comparison.loss));
  }
  std::vector<std::pair<const char*, const Run*>> high;
  if (beside_a.above()) high.emplace_back("A", &a);
  if (beside_b.above()) high.emplace_back("B", &b);
  if (const std::string why = why_so_high(high); !why.empty()) texts.push_back(why);
  if (apart) texts.push_back(which_beside_which(comparison));
  return texts;
}

}  // namespace folio::runs
