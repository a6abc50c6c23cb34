#include "runs/compare/conclusion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

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
    if (metric && metric->difference && metric->standing != Standing::not_comparable) return metric;
  }
  return nullptr;
}

bool differs(const Comparison& comparison, std::string_view name) {
  return std::any_of(comparison.checks.begin(), comparison.checks.end(),
                     [&](const Check& check) { return check.name == name && check.finding == Finding::different; });
}

/// Of runs whose losses have no common scale.
std::string shows_each_alone(const Comparison& comparison) {
  const auto a = comparison.yardsticks_a.share();
  const auto b = comparison.yardsticks_b.share();
  if (!a || !b) return "This shows how the experiments differ, and no more.";
  const char* of = differs(comparison, "objective") ? "on a task of its own" : "on its own terms";
  return fmt::format(
      "This shows how far each came {}, from a blind guess over its vocabulary (100 %) towards always being right (0 "
      "%): the {} of A is {:.1f} % of its guess, that of B {:.1f} %.",
      of, comparison.loss, 100 * *a, 100 * *b);
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
    return fmt::format("neither has a finite {}: that of A is {}, that of B {}", metric.name, a, b);
  const bool a_broke = !std::isfinite(*metric.a);
  return fmt::format("{} has no finite {}, it is {}; that of {} is {}", a_broke ? "A" : "B", metric.name,
                     a_broke ? a : b, a_broke ? "B" : "A", a_broke ? b : a);
}

std::string shows_ranking(const Comparison& comparison, const MetricComparison& metric) {
  const auto value = [&](const std::optional<double>& v) { return metric_text(metric.name, *v); };
  if (!std::isfinite(*metric.a) || !std::isfinite(*metric.b)) return shows_break_down(metric);
  if (!metric.better) {
    return fmt::format("both have {} {} of {}", *metric.a == *metric.b ? "the same" : "a", metric.name,
                       *metric.a == *metric.b ? value(metric.a) : value(metric.a) + " and " + value(metric.b));
  }
  const bool b_better = *metric.better == Side::b;
  const std::string facts =
      fmt::format("{} of {} against {} (a difference of {})", metric.name, value(b_better ? metric.b : metric.a),
                  value(b_better ? metric.a : metric.b), amount(metric));
  const char* winner = b_better ? "B" : "A";
  if (comparison.only_seed_differs)
    return fmt::format("the two are one experiment with two seeds, so their {} is chance", facts);
  if (!metric.spread) return fmt::format("{} is better: {}", winner, facts);
  if (metric.spread->beyond())
    return fmt::format("{} is better, by more than other seeds would make of it: {}", winner, facts);
  return fmt::format("neither is better as far as can be told: {} has {}, but other seeds make as much of a difference",
                     winner, facts);
}

/// "; B was 1.26 times as fast", where that can be said and is worth saying.
std::string speed_clause(const Comparison& comparison) {
  const MetricComparison* speed = comparison.metric("tokens_per_second");
  constexpr double kWorthSaying = 1.1;
  if (!speed || !speed->ratio || speed->standing != Standing::comparable || *speed->ratio <= 0) return "";
  if (speed->spread && !speed->spread->beyond()) return "";
  const double ratio = *speed->ratio > 1 ? *speed->ratio : 1 / *speed->ratio;
  if (ratio < kWorthSaying) return "";
  return fmt::format("; {} took in {} times as many tokens a second", *speed->ratio > 1 ? "B" : "A", rounded(ratio, 3));
}

std::string capitalized(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

std::string shows(const Comparison& comparison, const MetricComparison* metric) {
  if (!metric) return shows_each_alone(comparison);
  const auto unknown = bearing_on(comparison, *metric, Finding::unknown);
  const std::string condition =
      unknown.empty() ? "" : "provided that the two agree in what is not known (" + listed(unknown) + "), ";
  return capitalized(condition + shows_ranking(comparison, *metric) + speed_clause(comparison) + ".");
}

/// Why losses that have no common scale say nothing of which is better.
std::string no_common_scale(const Comparison& comparison) {
  if (differs(comparison, "objective"))
    return "which is the better model, since the next token and a hidden one are different questions, as two exams are";
  if (differs(comparison, "data") || differs(comparison, "stand-in text"))
    return "which is the better model, since they read different texts and one text is harder than another";
  if (differs(comparison, "loss definition")) return "which is the better model, since their losses are different sums";
  return "which is the better model, since no loss of the two is on one scale";
}

bool evaluated(const Comparison& comparison, Side side) {
  const MetricComparison* loss = comparison.metric("eval_loss");
  return loss && (side == Side::a ? loss->a : loss->b).has_value();
}

std::string not_on_new_text(const Comparison& comparison) {
  const bool a = evaluated(comparison, Side::a);
  const bool b = evaluated(comparison, Side::b);
  if (a && b) return "";
  return std::string("how well they do on text that they were not trained on (") +
         (a   ? "only A was evaluated on such"
          : b ? "only B was evaluated on such"
              : "neither was evaluated on such") +
         ")";
}

bool of_other_length(const Comparison& comparison) {
  const MetricComparison* steps = comparison.metric("global_step");
  return steps && steps->difference && *steps->difference != 0;
}

std::string which_is_faster(const Comparison& comparison) {
  const MetricComparison* runtime = comparison.metric("train_runtime");
  if (!runtime || !runtime->difference || runtime->standing != Standing::not_comparable) return "";
  return "which is faster, since the machines differ";
}

std::vector<std::string> open_questions(const Comparison& comparison, const MetricComparison* metric) {
  std::vector<std::string> questions;
  const auto ask = [&](const std::string& question) {
    if (!question.empty()) questions.push_back(question);
  };
  if (metric) {
    const auto clouding = bearing_on(comparison, *metric, Finding::different);
    if (!clouding.empty())
      ask("how much of that comes from " + listed(clouding, " or ") + " (see above) rather than from the settings");
    if (metric->name.starts_with("train") && of_other_length(comparison)) {
      ask("which is ahead after as many steps, since " + metric->name +
          " is the mean over each whole run and the runs are of different length");
    }
  } else {
    ask(no_common_scale(comparison));
  }
  ask(not_on_new_text(comparison));
  const bool bare = metric && metric->better && !metric->spread && !comparison.only_seed_differs;
  if (bare) ask("whether other seeds would say the same (no run differs from either in its seed alone)");
  ask(which_is_faster(comparison));
  return questions;
}

}  // namespace

Conclusion conclusion_of(const Comparison& comparison) {
  const MetricComparison* metric = decisive_metric(comparison);
  Conclusion conclusion;
  conclusion.shows = shows(comparison, metric);
  const auto questions = open_questions(comparison, metric);
  conclusion.does_not_show = questions.empty()
                                 ? "It does not show how they would do on another text, or with other settings."
                                 : fmt::format("It does not show {}.", fmt::join(questions, "; nor "));
  return conclusion;
}

}  // namespace folio::runs
