#include "runs/compare/loss_explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runs/compare/chance.h"
#include "runs/compare/loss_scale.h"
#include "runs/compare/objective_words.h"
#include "runs/compare/readings.h"
#include "runs/compare/resolution.h"
#include "runs/compare/rounding.h"
#include "runs/compare/trend.h"
#include "runs/record/facts.h"
#include "support/human.h"

namespace folio::runs {
namespace {

/// A loss of the run, and how far it strays by chance.
struct MeasuredLoss {
  std::string name;  ///< "eval_loss", or what it is in words
  double value = 0;
  double by_chance = 0;  ///< 0 where it is not known
};

/// Against the model that knows word frequencies alone, in the words of the run's objective.
std::string against_frequencies_text(const Run& run, const MeasuredLoss& loss, const FrequencyLoss& frequencies) {
  const double gained = frequencies.loss - loss.value;
  switch (against_frequencies(loss.value, frequencies.loss, loss.by_chance)) {
    case AgainstFrequencies::below:
      return fmt::format("the {} is {:.4f} below that, so the model has learned {}. ", loss.name, gained,
                         objective_words(run).learned);
    case AgainstFrequencies::not_seen:
      return fmt::format("the {} cannot be told from that (chance alone can make a difference of {:.4f}). ", loss.name,
                         loss.by_chance);
    case AgainstFrequencies::above:
      return fmt::format(
          "the {} is {:.4f} above that, so the model has learned less than a list of word frequencies knows. ",
          loss.name, -gained);
  }
  __builtin_unreachable();
}

/// Where a loss stands between knowing nothing and knowing how often each token occurs.
std::string place_of(const Run& run, const MeasuredLoss& loss, const Yardsticks& yardsticks) {
  std::string text;
  if (yardsticks.uniform) {
    text += fmt::format("A blind guess over the vocabulary has a loss of {:.4f}: this one is {} of that. ",
                        *yardsticks.uniform, percent(loss.value / *yardsticks.uniform, 3));
  }
  if (yardsticks.scored_share < 1) {
    text += fmt::format(
        "(It is ln(vocabulary) times {:.4f}, since only that share of the labels of train_loss is predicted "
        "from anything.) ",
        yardsticks.scored_share);
  }
  const auto frequencies = frequency_loss(run, yardsticks);
  if (!frequencies) return text;
  text += fmt::format("A model that knows only how often each token occurs (a unigram model) has {:.4f}: ",
                      frequencies->loss);
  text += against_frequencies_text(run, loss, *frequencies);
  const std::string copy = copy_clause(*frequencies);
  return copy.empty() ? text : text + "The unigram model is " + copy + ". ";
}

/// How far the mean of so many of the logged losses strays by chance; 0 where their scatter does not tell.
double chance_of_mean(const std::vector<Point>& points, std::size_t count) {
  const auto scatter = scatter_of(points);
  if (!scatter || count == 0) return 0;
  return chance_quantile(scatter->freedom) * scatter->error / std::sqrt(static_cast<double>(count));
}

std::string evenly_likely(const Run& run, double loss) {
  return fmt::format(
      "A loss of {:.4f} a token is that of a choice between {} equally likely tokens (exp of the loss) each time that "
      "the model "
      "has to say {}. ",
      loss, rounded(std::exp(loss), 3), objective_words(run).task);
}

std::string late_loss(const Run& run, const Yardsticks& yardsticks, const std::vector<Point>& points,
                      const Trend& late) {
  std::string text =
      fmt::format("Over the last {} logged points the loss was {:.4f} on average. ", late.points, late.mean);
  const auto frequencies = frequency_loss(run, yardsticks);
  if (!frequencies || *yardsticks.loss < frequencies->loss) return text;
  if (against_frequencies(late.mean, frequencies->loss, chance_of_mean(points, late.points)) ==
      AgainstFrequencies::below)
    text += fmt::format("That is below the unigram model: by then it had learned {}. ", objective_words(run).learned);
  return text;
}

/// What the evaluation is worth where the training text has a part of its text.
std::string seen_text(const Run& run) {
  const double seen = facts_from_json(run.facts).eval_text_seen.value_or(0);
  constexpr double kWorthSaying = 0.005;
  if (seen < kWorthSaying) return "";
  return fmt::format(
      "But {} of that text is in the training text too, so the loss partly measures what the model knows by heart. ",
      percent(seen, 3));
}

/// What follows from a loss beside both guesses. Of a run's mean loss its points would tell more (explain()).
std::string standing_in_short(const Run& run, const std::string& name, const Yardsticks& yardsticks) {
  if (!std::isfinite(*yardsticks.loss)) return "the training broke down";
  const double by_chance = loss_by_chance(run, name);
  if (*yardsticks.loss > *yardsticks.uniform + by_chance) return "worse than guessing blindly";
  if (*yardsticks.loss > *yardsticks.uniform - by_chance)
    return "no different from guessing blindly, as far as can be seen";
  if (!yardsticks.unigram) return "better than guessing blindly";
  switch (against_frequencies(*yardsticks.loss, *yardsticks.unigram, by_chance)) {
    case AgainstFrequencies::below:
      return std::string("it has learned ") + objective_words(run).learned;
    case AgainstFrequencies::not_seen:
      return "no different from knowing word frequencies, as far as can be seen";
    case AgainstFrequencies::above:
      return name == "train_loss" ? "over the whole run it knew less than a list of word frequencies"
                                  : "it knows less than a list of word frequencies";
  }
  __builtin_unreachable();
}

}  // namespace

Claim loss_claim(const Run& run, const std::vector<Point>& points) {
  const bool evaluated = metric_of(run, "eval_loss").has_value();
  const std::string name = evaluated ? "eval_loss" : "train_loss";
  const Yardsticks yardsticks = yardsticks_of(run, name);
  Claim claim{"What does the loss mean?", ""};
  if (!yardsticks.loss) {
    claim.answer = is_active(run.summary.state) ? "The run has no loss yet."
                                                : "The run did not come to a loss that stands for the whole of it.";
    return claim;
  }
  if (!std::isfinite(*yardsticks.loss)) {
    claim.answer = fmt::format(
        "{} is {}, which is not a number to be compared with anything: the training broke down. A lower "
        "training.learning_rate, some training.warmup_steps or training.precision=float32 usually help.",
        name, significant(*yardsticks.loss));
    return claim;
  }
  claim.answer = fmt::format(
      "{} is {:.4f}{}. ", name, *yardsticks.loss,
      evaluated ? ", on text that was kept for evaluation" : ", the mean over the whole run, its first steps too");
  if (evaluated) claim.answer += seen_text(run);
  const double by_chance = std::max(loss_by_chance(run, name), evaluated ? 0 : chance_of_mean(points, points.size()));
  claim.answer += place_of(run, {name, *yardsticks.loss, by_chance}, yardsticks);
  const auto late = evaluated ? std::nullopt : final_trend(points);
  if (late) claim.answer += late_loss(run, yardsticks, points, *late);
  const double of_labels = late ? late->mean : *yardsticks.loss;
  claim.answer += evenly_likely(run, of_labels / (evaluated ? 1 : facts_from_json(run.facts).scored_share.value_or(1)));
  if (yardsticks.uniform) claim.answer += kNoZero;
  return claim;
}

std::string loss_in_short(const Run& run) {
  const bool evaluated = metric_of(run, "eval_loss").has_value();
  const std::string name = evaluated ? "eval_loss" : "train_loss";
  const Yardsticks yardsticks = yardsticks_of(run, name);
  if (!yardsticks.loss || !yardsticks.uniform) return "";
  const Facts facts = facts_from_json(run.facts);
  std::string text = fmt::format(
      "What the loss means: {} is {:.4f} nats per token{}.\n", name, *yardsticks.loss,
      evaluated ? ", on text that was kept for evaluation" : ", the mean over the whole run, its first steps too");
  text += fmt::format("  {:7.4f}  a blind guess over the vocabulary{}\n", *yardsticks.uniform,
                      facts.vocab_size ? " of " + with_commas(*facts.vocab_size) : "");
  if (yardsticks.unigram)
    text +=
        fmt::format("  {:7.4f}  a unigram model, which knows only how often each token occurs\n", *yardsticks.unigram);
  text += fmt::format("  {:7.4f}  this model: {}\n", *yardsticks.loss, standing_in_short(run, name, yardsticks));
  const double share = facts.scored_share.value_or(1);
  if (!evaluated && share < 1)
    text += fmt::format("(Both guesses times {:.4f}, the share of the labels of train_loss that anything predicts.)\n",
                        share);
  if (facts.vocab_used && facts.vocab_size && *facts.vocab_size > 0) {
    text += fmt::format("The text uses {} of the vocabulary's {} tokens ({:.1f} %).\n", with_commas(*facts.vocab_used),
                        with_commas(*facts.vocab_size),
                        100 * static_cast<double>(*facts.vocab_used) / static_cast<double>(*facts.vocab_size));
  }
  return text;
}

}  // namespace folio::runs
