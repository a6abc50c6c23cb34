#include "runs/compare/explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runs/compare/chance.h"
#include "runs/compare/loss_explanation.h"
#include "runs/compare/next_steps.h"
#include "runs/compare/objective_words.h"
#include "runs/compare/readings.h"
#include "runs/compare/resolution.h"
#include "runs/compare/rounding.h"
#include "runs/compare/trend.h"
#include "runs/record/facts.h"
#include "runs/record/json_values.h"
#include "support/human.h"

namespace folio::runs {
namespace {

std::string whole(double number) { return whole_number(number); }

/// Of a schedule that has come down.
std::string learning_rate_clause(const Run& run) {
  const auto last = metric_of(run, "learning_rate");
  const auto highest = value_at(run.settings, "/training/learning_rate");
  if (!last || !highest.is_number() || highest.get<double>() <= 0) return "";
  const double share = *last / highest.get<double>();
  constexpr double kLow = 0.2;
  if (share >= kLow) return "";
  return fmt::format(
      " The learning rate had come down to {} of its highest by then, so it would not have fallen much "
      "further at that rate.",
      percent(share, 3));
}

Claim falling_claim(const Run& run, const std::vector<Point>& points) {
  Claim claim{"Was the loss still falling?", ""};
  const auto trend = final_trend(points);
  if (!trend && points.size() >= kFewestForTrend) {
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
  const double by_chance = std::max(late.change_by_chance() / 2, evaluation_by_chance(run));
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
                    percent(static_cast<double>(*facts.vocab_used) / static_cast<double>(*facts.vocab_size), 3));
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
        percent(*share, 3), rate ? fmt::format(" ({} GFLOP/s)", whole(*rate / 1e9)) : std::string());
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
  if (threads && processors && text_in(run.environment, "device") == "cpu") {
    claim.answer += fmt::format(" It ran on {} threads of {} processors", whole(*threads), whole(*processors));
    const auto precision = text_in(run.environment, "precision");
    claim.answer += precision.empty() ? "." : " in " + precision + ".";
  }
  const auto peak = metric_of(run, "peak_memory_bytes");
  const auto memory = environment("memory_bytes");
  if (peak && memory && *memory > 0) {
    claim.answer += fmt::format(" It held {} of memory at most, {} of the machine's.", human_bytes(*peak),
                                percent(*peak / *memory, 3));
  }
  return claim;
}

Claim comparing_claim(const Run& run) {
  Claim claim{"What can it be compared with?", ""};
  const Facts facts = facts_from_json(run.facts);
  const bool has_guess = facts.uniform_loss || facts.vocab_size;
  claim.answer = fmt::format(
      "Its loss: {}with runs that say {} of the same text in the same tokens{}. Its times: with runs on the same "
      "machine, if "
      "nothing else kept it busy. `runner diff` says which of these hold.",
      has_guess ? "with what is said of it above, and " : "", objective_words(run).task,
      facts.objective == "causal" ? "; in bits per byte also with runs over other tokens" : "");
  const auto steps = next_steps(run);
  for (std::size_t i = 0; i < steps.size(); ++i)
    claim.answer +=
        fmt::format("{}`{}` ({})", i == 0 ? " To type next: " : ", then ", steps[i].command, steps[i].purpose);
  if (!steps.empty()) claim.answer += ".";
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
  claims.push_back(comparing_claim(run));
  return claims;
}

}  // namespace folio::runs
