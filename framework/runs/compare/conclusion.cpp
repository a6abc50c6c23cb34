#include "runs/compare/conclusion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "runs/compare/next_steps.h"
#include "runs/compare/objective_words.h"
#include "runs/compare/readings.h"
#include "runs/compare/rounding.h"
#include "runs/record/metrics.h"

namespace folio::runs {
namespace {

/// "data, split and tokens"
std::string listed(const std::vector<std::string>& words, const char* last = " and ") {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) text += (i == 0 ? "" : i + 1 == words.size() ? last : ", ") + words[i];
  return text;
}

/// The checks with this finding that bear on the metric.
std::vector<std::string> bearing_on(const Comparison& comparison, const MetricComparison& metric, Finding finding) {
  std::vector<std::string> names;
  const Metric* declared = find_metric(metric.name);
  for (const Check& check : comparison.checks)
    if (check.finding == finding && declared && check.effect_on(*declared) != Effect::none) names.push_back(check.name);
  return names;
}

/// The metric that says most of which model is the better one: on text not trained on, if both were evaluated; per
/// byte, if tokens differ. Null where no loss of both can be compared.
const MetricComparison* decisive_metric(const Comparison& comparison) {
  for (const char* name : {"eval_loss", "eval_bits_per_byte", "train_loss", "train_bits_per_byte"}) {
    const MetricComparison* metric = comparison.metric(name);
    if (metric && metric->a && metric->b && metric->standing != Standing::not_comparable) return metric;
  }
  return nullptr;
}

bool differs(const Comparison& comparison, std::string_view name) {
  return std::any_of(comparison.checks.begin(), comparison.checks.end(),
                     [&](const Check& check) { return check.name == name && check.finding == Finding::different; });
}

/// Of runs whose losses have no common scale.
std::string shows_each_alone(const Run& a, const Run& b, const Comparison& comparison) {
  const auto share_a = comparison.yardsticks_a.share(), share_b = comparison.yardsticks_b.share();
  const auto finite = [](const std::optional<double>& share) { return share && std::isfinite(*share); };
  if (!finite(share_a) || !finite(share_b)) return "This shows how the experiments differ, and no more.";
  const bool other_tasks = differs(comparison, "objective");
  std::string text = fmt::format(
      "This shows how far each came {}: the {} of A is {:.1f} % of that of a blind guess over its vocabulary, that of "
      "B "
      "{:.1f} %.",
      other_tasks ? "on a task of its own" : "on its own terms", comparison.loss, 100 * *share_a, 100 * *share_b);
  if (other_tasks) text += fmt::format(" A has to say {}, B {}.", objective_words(a).task, objective_words(b).task);
  return text;
}

std::string amount(const MetricComparison& metric) {
  std::string text = metric_text(metric.name, std::abs(*metric.difference));
  if (metric.a && *metric.a != 0) text += fmt::format(", {}", percent(std::abs(*metric.difference / *metric.a), 2));
  return text;
}

/// Of values that are not both finite: nothing can be reckoned with them.
std::string shows_break_down(const MetricComparison& metric) {
  const std::string a = metric_text(metric.name, *metric.a), b = metric_text(metric.name, *metric.b);
  if (!std::isfinite(*metric.a) && !std::isfinite(*metric.b))
    return fmt::format("neither run has a finite {}: that of A is {}, that of B {}", metric.name, a, b);
  const bool a_broke = !std::isfinite(*metric.a);
  return fmt::format("{} has no finite {}: it is {}; that of {} is {}", a_broke ? "A" : "B", metric.name,
                     a_broke ? a : b, a_broke ? "B" : "A", a_broke ? b : a);
}

/// "eval_loss of 4.5583 against 4.7904 (a difference of 0.2321, 5.1 %)", the leader's first.
std::string values_of(const MetricComparison& metric) {
  const bool b_leads = metric.leader == Side::b;
  const double first = b_leads ? *metric.b : *metric.a, second = b_leads ? *metric.a : *metric.b;
  return fmt::format("{} of {} against {} (a difference of {})", metric.name, metric_text(metric.name, first),
                     metric_text(metric.name, second), amount(metric));
}

std::string shows_nothing_seen(const Comparison& comparison, const MetricComparison& metric) {
  const std::string values = fmt::format("A has {} of {}, B {}", metric.name, metric_text(metric.name, *metric.a),
                                         metric_text(metric.name, *metric.b));
  if (comparison.only_seed_differs)
    return fmt::format("the two are one experiment with two seeds, so what they differ by is chance: {}", values);
  if (comparison.nothing_differs)
    return fmt::format("the two are one experiment, run twice, so what they differ by is chance: {}", values);
  return fmt::format("no difference that can be seen: {}; chance alone can make a difference of {} (judged by {})",
                     values, metric_text(metric.name, metric.resolution->by_chance),
                     to_string(metric.resolution->source));
}

std::string shows_ranking(const Comparison& comparison, const MetricComparison& metric) {
  const char* leader = metric.leader == Side::b ? "B" : "A";
  switch (metric.outcome) {
    case Outcome::no_number:
      return shows_break_down(metric);
    case Outcome::not_seen:
      return shows_nothing_seen(comparison, metric);
    case Outcome::not_known:
      return fmt::format("{} has {}, but nothing here tells how much of that is chance", leader, values_of(metric));
    case Outcome::ahead:
      return fmt::format("{} is ahead in this one pair of runs: {}; chance alone can make {} (judged by {})", leader,
                         values_of(metric), metric_text(metric.name, metric.resolution->by_chance),
                         to_string(metric.resolution->source));
    case Outcome::better:
      return fmt::format("{} is better, by more than other seeds would make of it: {}", leader, values_of(metric));
    case Outcome::equal:
    case Outcome::not_ranked:
      break;
  }
  return fmt::format("both have the same {}, {}", metric.name, metric_text(metric.name, *metric.a));
}

/// "0.0206 lower"
std::string side_of(double difference) {
  return fmt::format("{:.4f} {}", std::abs(difference), difference > 0 ? "higher" : "lower");
}

/// " Held against each other ..." where both were evaluated on the same tokens and something differs.
std::string paired_clause(const Comparison& comparison) {
  const auto& paired = comparison.paired;
  if (!paired || paired->difference == 0 || comparison.only_seed_differs || comparison.nothing_differs) return "";
  return fmt::format(
      " Compared part by part over the same text ({} {}), B's loss is {} per token than A's (95 % interval: {} to {}). "
      "This is about these two models; it does not say what other seeds would give.",
      paired->parts, paired->documents ? "documents or groups of them" : "stretches", side_of(paired->difference),
      side_of(paired->low), side_of(paired->high));
}

/// "; B was 1.26 times as fast", where that can be said and is worth saying.
std::string speed_clause(const Comparison& comparison) {
  const MetricComparison* speed = comparison.metric("tokens_per_second");
  constexpr double kWorthSaying = 1.1;
  if (!speed || !speed->ratio || speed->standing != Standing::comparable || *speed->ratio <= 0) return "";
  if (speed->outcome != Outcome::ahead && speed->outcome != Outcome::better) return "";
  const double ratio = *speed->ratio > 1 ? *speed->ratio : 1 / *speed->ratio;
  if (ratio < kWorthSaying) return "";
  return fmt::format("; {} was {} times as fast{}", *speed->ratio > 1 ? "B" : "A", rounded(ratio, 3),
                     speed->outcome == Outcome::ahead ? " in this one pair of runs" : "");
}

std::string capitalized(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

std::string shows(const Run& a, const Run& b, const Comparison& comparison, const MetricComparison* metric) {
  if (!metric) return shows_each_alone(a, b, comparison);
  const auto unknown = bearing_on(comparison, *metric, Finding::unknown);
  const std::string condition =
      unknown.empty() ? "" : "provided that the two agree in what is not known (" + listed(unknown) + "), ";
  return capitalized(condition + shows_ranking(comparison, *metric) + speed_clause(comparison) + ".") +
         paired_clause(comparison);
}

/// Why losses that have no common scale say nothing of which is better.
std::string no_common_scale(const Run& a, const Run& b, const Comparison& comparison) {
  if (differs(comparison, "objective")) {
    return fmt::format(
        "which is the better model, since to say {} and to say {} are different questions, as two exams are",
        objective_words(a).task, objective_words(b).task);
  }
  if (differs(comparison, "data") || differs(comparison, "stand-in text"))
    return "which is the better model, since they read different texts and one text is harder than another";
  if (differs(comparison, "loss definition")) return "which is the better model, since their losses are different sums";
  if (differs(comparison, "length") && standing_of(find_metric("loss"), comparison.checks) != Standing::not_comparable)
    return "which is the better model, since train_loss is a mean over the whole run and one run is shorter or was cut "
           "short";
  return "which is the better model, since no loss of the two is on one scale";
}

bool evaluated(const Comparison& comparison, Side side) {
  const MetricComparison* loss = comparison.metric("eval_loss");
  return loss && (side == Side::a ? loss->a : loss->b).has_value();
}

std::string not_on_new_text(const Comparison& comparison) {
  const bool a = evaluated(comparison, Side::a), b = evaluated(comparison, Side::b);
  if (a && b) return "";
  return std::string("how well they do on text that they were not trained on (") +
         (a   ? "only A was evaluated on such text"
          : b ? "only B was evaluated on such text"
              : "neither was evaluated on such text") +
         ")";
}

std::string which_is_faster(const Comparison& comparison) {
  const MetricComparison* speed = comparison.metric("tokens_per_second");
  if (!speed) speed = comparison.metric("train_steps_per_second");
  if (!speed || !speed->difference || speed->standing != Standing::not_comparable) return "";
  return std::string("which is faster, since ") +
         (differs(comparison, kBusyCheck) ? "other programs kept the machine busy" : "the machines differ");
}

std::vector<std::string> open_questions(const Run& a, const Run& b, const Comparison& comparison,
                                        const MetricComparison* metric) {
  std::vector<std::string> questions;
  const auto ask = [&](const std::string& question) {
    if (!question.empty()) questions.push_back(question);
  };
  if (metric) {
    const auto clouding = bearing_on(comparison, *metric, Finding::different);
    if (!clouding.empty())
      ask("how much of that comes from " + listed(clouding, " or ") + " (see above) rather than from the settings");
  } else {
    ask(no_common_scale(a, b, comparison));
  }
  ask(not_on_new_text(comparison));
  const bool bare = metric && (metric->outcome == Outcome::ahead || metric->outcome == Outcome::not_known);
  if (bare) ask("whether other seeds would say the same (no run differs from either in its seed alone)");
  ask(which_is_faster(comparison));
  return questions;
}

}  // namespace

Conclusion conclusion_of(const Run& a, const Run& b, const Comparison& comparison) {
  const MetricComparison* metric = decisive_metric(comparison);
  Conclusion conclusion;
  conclusion.shows = shows(a, b, comparison, metric);
  conclusion.reads = readings_of(a, b, comparison);
  const auto questions = open_questions(a, b, comparison, metric);
  conclusion.does_not_show = questions.empty()
                                 ? "It does not show how they would do on another text, or with other settings."
                                 : fmt::format("It does not show {}.", fmt::join(questions, "; nor "));
  conclusion.next = next_steps(a, b, comparison);
  return conclusion;
}

}  // namespace folio::runs
