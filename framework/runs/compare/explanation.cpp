#include "runs/compare/explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runs/compare/chance.h"
#include "runs/compare/loss_scale.h"
#include "runs/compare/next_steps.h"
#include "runs/compare/objective_words.h"
#include "runs/compare/readings.h"
#include "runs/compare/resolution.h"
#include "runs/compare/rounding.h"
#include "runs/compare/trend.h"
#include "runs/record/facts.h"
#include "support/human.h"

namespace folio::runs {
namespace {

std::string whole(double number) { return with_commas(std::llround(number)); }

std::string percent(double share) { return runs::percent(share, 3); }

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
          "the {} is {:.4f} above that, so the model has learned less than a list of word frequencies "
          "knows. ",
          loss.name, -gained);
  }
  __builtin_unreachable();
}

/// Where a loss stands between knowing nothing and knowing how often each token occurs.
std::string place_of(const Run& run, const MeasuredLoss& loss, const Yardsticks& yardsticks) {
  std::string text;
  if (yardsticks.uniform) {
    text += fmt::format("A blind guess over the vocabulary has a loss of {:.4f}: this one is {} of that. ",
                        *yardsticks.uniform, percent(loss.value / *yardsticks.uniform));
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
      "the "
      "model "
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
      percent(seen));
}

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

/// Of a schedule that has come down.
std::string learning_rate_clause(const Run& run) {
  const auto last = metric_of(run, "learning_rate");
  const auto highest = run.settings.value(nlohmann::json::json_pointer("/training/learning_rate"), nlohmann::json());
  if (!last || !highest.is_number() || highest.get<double>() <= 0) return "";
  const double share = *last / highest.get<double>();
  constexpr double kLow = 0.2;
  if (share >= kLow) return "";
  return fmt::format(
      " The learning rate had come down to {} of its highest by then, so it would not have fallen much "
      "further at that rate.",
      percent(share));
}

Claim falling_claim(const Run& run, const std::vector<Point>& points) {
  Claim claim{"Was the loss still falling?", ""};
  const auto trend = final_trend(points);
  const bool broken =
      std::any_of(points.begin(), points.end(), [](const Point& point) { return !std::isfinite(point.value); });
  if (!trend && broken) {
    claim.answer = "Not known: some of the last logged losses are no numbers.";
    return claim;
  }
  if (!trend) {
    claim.answer = fmt::format(
        "Not known: five logged points of the loss are needed, and there are {}. A smaller "
        "training.logging_steps logs more.",
        points.size());
    return claim;
  }
  const std::string found = fmt::format(
      "From step {} to step {} (the last {} logged points) a line through the training loss {} by {}; their scatter "
      "alone can make {}",
      whole(static_cast<double>(trend->first_step)), whole(static_cast<double>(trend->last_step)), trend->points,
      trend->slope <= 0 ? "falls" : "rises", rounded(std::abs(trend->change()), 3),
      rounded(trend->change_by_chance(), 2));
  if (trend->falls())
    claim.answer = "Yes. " + found + "." + learning_rate_clause(run);
  else if (trend->rises())
    claim.answer = "No, it was rising. " + found + ". A lower training.learning_rate is worth a try.";
  else
    claim.answer = "No change that can be told from noise. " + found + ".";
  return claim;
}

/// The mean of the training loss over the points up to a step, or from it on, five at most.
std::optional<double> loss_near(const std::vector<Point>& points, std::int64_t step) {
  double sum = 0;
  int count = 0;
  for (auto point = points.rbegin(); point != points.rend() && count < 5; ++point) {
    if (point->step > step) continue;
    sum += point->value;
    ++count;
  }
  return count == 0 ? std::nullopt : std::optional(sum / count);
}

/// Of evaluations during the run, all finite.
std::string overfitting_over_time(const std::vector<Point>& loss, const std::vector<Point>& eval_loss) {
  const auto best = std::min_element(eval_loss.begin(), eval_loss.end(),
                                     [](const Point& a, const Point& b) { return a.value < b.value; });
  const Point& last = eval_loss.back();
  if (best->step == last.step) {
    return fmt::format("No sign of it: of {} evaluations the last one, after step {}, had the lowest loss.",
                       eval_loss.size(), whole(static_cast<double>(last.step)));
  }
  const auto scatter = scatter_of(eval_loss);
  const double by_chance = std::max(
      kFinestLoss * best->value, scatter ? chance_quantile(scatter->freedom) * scatter->error * std::sqrt(2.0) : 0.0);
  const std::string rise = fmt::format("The evaluation loss was lowest after step {} ({:.4f}) and {:.4f} after step {}",
                                       whole(static_cast<double>(best->step)), best->value, last.value,
                                       whole(static_cast<double>(last.step)));
  if (last.value - best->value <= by_chance)
    return fmt::format("No sign that can be told from chance. {}; chance alone can make {}.", rise,
                       rounded(by_chance, 2));
  const auto then = loss_near(loss, best->step);
  const auto now = loss_near(loss, last.step);
  if (!then || !now) return rise + "; what the training loss did meanwhile was not logged.";
  const bool training_fell = *now < *then;
  return fmt::format("{}{}, while the training loss went from {:.4f} to {:.4f}.{}",
                     training_fell ? fmt::format("Yes, since step {}. ", whole(static_cast<double>(best->step)))
                                   : std::string("Not by this sign. "),
                     rise, *then, *now,
                     training_fell ? " What it learned since then helps with the training text alone: more text, more "
                                     "dropout or fewer steps help, and training.load_best_model_at_end keeps the best."
                                   : " Both rose, so it is the training itself that went wrong.");
}

/// The evaluation at the end beside the training loss then, by the line through its last points: their mean would be of
/// earlier steps.
std::string overfitting_at_end(const Run& run, double evaluation, const Trend& late) {
  const double training = late.mean + late.change() / 2;
  const std::string values = fmt::format(
      "At the end eval_loss is {:.4f}, and the training loss {:.4f} by a line through the last {} logged points: ",
      evaluation, training, late.points);
  constexpr double kManyTokens = 1000;
  const double by_chance = std::max(late.change_by_chance() / 2,
                                    metric_of(run, "eval_loss_stderr").value_or(0) * chance_quantile(kManyTokens));
  const double difference = evaluation - training;
  if (std::abs(difference) <= by_chance)
    return values + fmt::format("no difference that can be seen (chance alone can make {}).", rounded(by_chance, 2));
  return values + fmt::format("{} nats per token {} on text that it was not trained on.",
                              rounded(std::abs(difference), 3), difference > 0 ? "worse" : "better");
}

Claim overfitting_claim(const Run& run, const std::vector<Point>& loss, const std::vector<Point>& eval_loss) {
  Claim claim{"Does it overfit?", ""};
  const auto evaluation = metric_of(run, "eval_loss");
  const bool keeps_text = facts_from_json(run.facts).eval_samples.value_or(0) > 0;
  if (!evaluation && eval_loss.empty() && keeps_text) {
    claim.answer = "Not known: the run ended before it was evaluated.";
    return claim;
  }
  if (!evaluation && eval_loss.empty()) {
    claim.answer =
        "Not known: no text was kept for evaluation. dataset.validation=0.1 keeps a tenth, and "
        "training.eval_strategy=epoch looks at it as training goes on.";
    return claim;
  }
  const auto broken =
      std::find_if(eval_loss.begin(), eval_loss.end(), [](const Point& p) { return !std::isfinite(p.value); });
  if (broken != eval_loss.end() || (evaluation && !std::isfinite(*evaluation))) {
    claim.answer = "Not known: an evaluation gave a loss that is no number, so the training broke down.";
    return claim;
  }
  if (eval_loss.size() >= 2) claim.answer = overfitting_over_time(loss, eval_loss);
  const auto late = final_trend(loss);
  if (evaluation && late)
    claim.answer += (claim.answer.empty() ? "" : " ") + overfitting_at_end(run, *evaluation, *late);
  if (eval_loss.size() < 2) {
    claim.answer += fmt::format(
        "{}Whether the evaluation loss had begun to rise is not known: training.eval_strategy="
        "epoch looks at it as training goes on.",
        claim.answer.empty() ? "" : " ");
  }
  return claim;
}

Claim data_claim(const Run& run) {
  Claim claim{"Was there enough text?", ""};
  const Facts facts = facts_from_json(run.facts);
  const double wanted = text_wanted(run);
  if (wanted == 0) {
    claim.answer = "Not known: the run does not say how many tokens or parameters it had.";
    return claim;
  }
  claim.answer = wanted > 1 ? std::string("No. ") + kTextRule + " " + size_and_text(run, "This one")
                            : fmt::format("Yes: {} tokens for {} parameters. ", with_commas(facts.tokens.value_or(0)),
                                          with_commas(facts.parameters.value_or(0))) +
                                  kTextRule;
  if (facts.vocab_used && facts.vocab_size && *facts.vocab_size > 0) {
    claim.answer +=
        fmt::format(" The text uses {} of the vocabulary's {} tokens ({}).", with_commas(*facts.vocab_used),
                    with_commas(*facts.vocab_size),
                    percent(static_cast<double>(*facts.vocab_used) / static_cast<double>(*facts.vocab_size)));
  }
  return claim;
}

Claim hardware_claim(const Run& run) {
  Claim claim{"How much of the machine did it use?", ""};
  const auto environment = [&](const char* name) {
    const auto value = run.environment.value(name, nlohmann::json());
    return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
  };
  const auto share = metric_of(run, "matmul_share");
  const auto rate = environment("matmul_flops_per_second");
  if (run.environment.value("machine_was_busy", nlohmann::json()) == true) {
    claim.answer =
        "Not known: the machine was busy with other work meanwhile, which slowed the run and the matrix products that "
        "it is held against.";
  } else if (share && *share <= 1) {
    claim.answer = fmt::format(
        "Training reached {} of the speed of the model's matrix products alone on this machine{}; the rest of the time "
        "went into all else that training does, evaluations too.",
        percent(*share), rate ? fmt::format(" ({} GFLOP/s)", whole(*rate / 1e9)) : std::string());
  } else if (rate && run.summary.state != RunState::finished) {
    claim.answer = "Not known: the run did not come to its end.";
  } else if (share || rate) {
    claim.answer =
        "Not known: the run was faster than the matrix products that it is held against, whose speed was measured too "
        "low.";
  } else {
    claim.answer = "Not known: the run did not measure it.";
  }
  const auto threads = environment("threads");
  const auto processors = environment("processors");
  if (threads && processors && run.environment.value("device", "") == "cpu") {
    claim.answer += fmt::format(" It ran on {} threads of {} processors", whole(*threads), whole(*processors));
    const auto precision = run.environment.value("precision", "");
    claim.answer += precision.empty() ? "." : " in " + precision + ".";
  }
  const auto peak = metric_of(run, "peak_memory_bytes");
  const auto memory = environment("memory_bytes");
  if (peak && memory && *memory > 0) {
    claim.answer += fmt::format(" It held {} of memory at most, {} of the machine's.", human_bytes(*peak),
                                percent(*peak / *memory));
  }
  return claim;
}

Claim comparing_claim(const Run& run) {
  Claim claim{"What can it be compared with?", ""};
  const bool causal = facts_from_json(run.facts).objective == "causal";
  claim.answer = fmt::format(
      "Its loss: with both guesses above, and with runs that say {} of the same text in the same tokens{}. Its times: "
      "with "
      "runs on the same machine, if nothing else kept it busy. `runner diff` says which of these hold.",
      objective_words(run).task, causal ? "; in bits per byte also with runs over other tokens" : "");
  const auto steps = next_steps(run);
  for (std::size_t i = 0; i < steps.size(); ++i)
    claim.answer +=
        fmt::format("{}`{}` ({})", i == 0 ? " To type next: " : ", then ", steps[i].command, steps[i].purpose);
  if (!steps.empty()) claim.answer += ".";
  return claim;
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

std::vector<Claim> explain(const Run& run, const std::vector<Point>& loss, const std::vector<Point>& eval_loss) {
  std::vector<Claim> claims;
  if (facts_from_json(run.facts).stand_in == true) {
    claims.push_back({"What did it read?",
                      "Not the book: a generated stand-in, since the book could not be had. Compare it with no run on "
                      "the book."});
  }
  claims.push_back(loss_claim(run, loss));
  claims.push_back(falling_claim(run, loss));
  claims.push_back(overfitting_claim(run, loss, eval_loss));
  claims.push_back(data_claim(run));
  claims.push_back(hardware_claim(run));
  claims.push_back(comparing_claim(run));
  return claims;
}

}  // namespace folio::runs
