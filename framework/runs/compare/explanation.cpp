#include "runs/compare/explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runs/compare/loss_scale.h"
#include "runs/compare/rounding.h"
#include "runs/compare/trend.h"
#include "runs/record/facts.h"
#include "support/human.h"

namespace folio::runs {
namespace {

std::string whole(double number) { return with_commas(std::llround(number)); }

std::string percent(double share) { return runs::percent(share, 3); }

/// What the model was asked, as "the next token".
const char* task_of(const Run& run) {
  const std::optional<std::string> objective = facts_from_json(run.facts).objective;
  return objective == "masked" ? "a hidden token" : objective == "causal" ? "the next token" : "a token";
}

/// Where a loss stands between knowing nothing and knowing how often each token occurs.
std::string place_of(double loss, const Yardsticks& yardsticks) {
  std::string text;
  if (yardsticks.uniform) {
    text += fmt::format("A blind guess over the vocabulary has {:.4f}: the loss is {} of that. ", *yardsticks.uniform,
                        percent(loss / *yardsticks.uniform));
  }
  if (!yardsticks.unigram) return text;
  text += fmt::format("A model that knows only how often each token occurs (a unigram model) has {:.4f}: ",
                      *yardsticks.unigram);
  const double gained = *yardsticks.unigram - loss;
  if (gained <= 0) {
    return text +
           fmt::format("this one is {:.4f} above, so it makes no use yet of what stands around a token. ", -gained);
  }
  return text + fmt::format("this one is {:.4f} below, so it has learned something of what follows what. ", gained);
}

Claim loss_claim(const Run& run, const std::vector<Point>& points) {
  const bool evaluated = metric_of(run, "eval_loss").has_value();
  const std::string name = evaluated ? "eval_loss" : "train_loss";
  const Yardsticks yardsticks = yardsticks_of(run, name);
  Claim claim{"What does the loss mean?", ""};
  if (!yardsticks.loss) {
    claim.answer = "The run has no loss yet.";
    return claim;
  }
  claim.answer = fmt::format(
      "{} is {:.4f}{}. ", name, *yardsticks.loss,
      evaluated ? ", on text that the model was not trained on" : ", the mean over the whole run, its first steps too");
  claim.answer += place_of(*yardsticks.loss, yardsticks);
  const auto late = final_trend(points);
  if (!evaluated && late) {
    claim.answer +=
        fmt::format("Over the last {} logged points the loss was {:.4f} on the average. ", late->points, late->mean);
    if (yardsticks.unigram && late->mean < *yardsticks.unigram && *yardsticks.loss >= *yardsticks.unigram)
      claim.answer += "That is below the unigram model: by then it had learned something of what follows what. ";
  }
  const double reached = !evaluated && late ? late->mean : *yardsticks.loss;
  claim.answer += fmt::format(
      "At {:.4f} the model wavers as if among {} equally likely tokens (exp of the loss) when "
      "it says {}.",
      reached, rounded(std::exp(reached), 3), task_of(run));
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
      "further: what helps is a longer run from the start.",
      percent(share));
}

Claim falling_claim(const Run& run, const std::vector<Point>& points) {
  Claim claim{"Was the loss still falling?", ""};
  const auto trend = final_trend(points);
  if (!trend) {
    claim.answer = fmt::format(
        "Not known: five logged points of the loss are needed, and there are {}. A smaller "
        "training.logging_steps logs more.",
        points.size());
    return claim;
  }
  const std::string found = fmt::format(
      "From step {} to step {} (the last {} logged points) a line through the training loss {} by {}; their scatter "
      "alone would make up to {} of it",
      whole(static_cast<double>(trend->first_step)), whole(static_cast<double>(trend->last_step)), trend->points,
      trend->slope <= 0 ? "falls" : "rises", rounded(std::abs(trend->change()), 3),
      rounded(trend->change_by_chance(), 2));
  if (trend->falls())
    claim.answer = "Yes. " + found + "." + learning_rate_clause(run);
  else if (trend->rises())
    claim.answer = "No, it was rising. " + found + ". A lower training.learning_rate is worth a try.";
  else
    claim.answer = "Not that it could be told from noise. " + found + ".";
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

/// Of evaluations during the run.
std::string overfitting_over_time(const std::vector<Point>& loss, const std::vector<Point>& eval_loss) {
  const auto best = std::min_element(eval_loss.begin(), eval_loss.end(),
                                     [](const Point& a, const Point& b) { return a.value < b.value; });
  const Point& last = eval_loss.back();
  if (best->step == last.step) {
    return fmt::format("No sign of it: of {} evaluations the last one, after step {}, had the lowest loss.",
                       eval_loss.size(), whole(static_cast<double>(last.step)));
  }
  const auto then = loss_near(loss, best->step);
  const auto now = loss_near(loss, last.step);
  const std::string rise = fmt::format("The evaluation loss was lowest after step {} ({:.4f}) and {:.4f} after step {}",
                                       whole(static_cast<double>(best->step)), best->value, last.value,
                                       whole(static_cast<double>(last.step)));
  if (!then || !now) return rise + "; what the training loss did meanwhile was not logged.";
  const bool training_fell = *now < *then;
  return fmt::format("{}{}, while the training loss went from {:.4f} to {:.4f}.{}",
                     training_fell ? "Yes, since then. " : "Not by this sign. ", rise, *then, *now,
                     training_fell ? " What it learned since helps with the training text alone: more text, more "
                                     "dropout or fewer steps help, and training.load_best_model_at_end keeps the best."
                                   : " Both rose, so that it is the training that went astray.");
}

Claim overfitting_claim(const Run& run, const std::vector<Point>& loss, const std::vector<Point>& eval_loss) {
  Claim claim{"Does it overfit?", ""};
  const auto evaluation = metric_of(run, "eval_loss");
  if (!evaluation && eval_loss.empty()) {
    claim.answer =
        "Not known: no text was kept for evaluation. dataset.validation=0.1 keeps a tenth, and "
        "training.eval_strategy=epoch looks at it as training goes on.";
    return claim;
  }
  if (eval_loss.size() >= 2) claim.answer = overfitting_over_time(loss, eval_loss);
  const auto late = final_trend(loss);
  if (evaluation && late) {
    claim.answer += fmt::format(
        "{}At the end eval_loss is {:.4f}, the training loss {:.4f} over the last {} logged "
        "points: {} nats per token {} on text that it was not trained on.",
        claim.answer.empty() ? "" : " ", *evaluation, late->mean, late->points,
        rounded(std::abs(*evaluation - late->mean), 3), *evaluation > late->mean ? "worse" : "better");
  }
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
  if (!facts.tokens || !facts.parameters || *facts.tokens <= 0) {
    claim.answer = "Not known: the run does not say how many tokens or parameters it had.";
    return claim;
  }
  // Hoffmann et al. 2022, "Training Compute-Optimal Large Language Models": some 20 tokens for each parameter.
  constexpr double kTokensPerParameter = 20;
  const auto tokens = static_cast<double>(*facts.tokens);
  const double wanted = static_cast<double>(*facts.parameters) * kTokensPerParameter;
  claim.answer = fmt::format("The text has {} tokens for {} parameters", with_commas(*facts.tokens),
                             with_commas(*facts.parameters));
  claim.answer += wanted > tokens
                      ? fmt::format(
                            "; a model of that size makes full use of some 20 tokens a parameter (Hoffmann et "
                            "al., 2022), which is {} times as much text.",
                            rounded(wanted / tokens, 2))
                      : ", the 20 tokens a parameter or more that a model can make use of (Hoffmann et al., 2022).";
  if (facts.vocab_used && facts.vocab_size && *facts.vocab_size > 0) {
    claim.answer +=
        fmt::format(" It uses {} of the vocabulary's {} tokens ({}).", with_commas(*facts.vocab_used),
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
  if (share) {
    const auto rate = environment("matmul_flops_per_second");
    claim.answer = fmt::format(
        "Training reached {} of the speed of plain matrix products on this machine{}; the rest "
        "of the time went into all else that a step does.",
        percent(*share), rate ? fmt::format(" ({} GFLOP/s)", whole(*rate / 1e9)) : std::string());
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

}  // namespace

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
  return claims;
}

}  // namespace folio::runs
