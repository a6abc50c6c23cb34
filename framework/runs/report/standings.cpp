#include "runs/report/standings.h"

#include "runs/record/metrics.h"

namespace folio::runs {
namespace {

/// Some metric that is measured at a step, and not over the whole run.
Metric metric_of_step(Aspect aspect) {
  Metric metric;
  metric.aspect = aspect;
  metric.phase = Phase::step;
  return metric;
}

std::string names_of_found(const std::vector<Check>& checks, Finding finding) {
  std::string names;
  for (const Check& check : checks)
    if (check.finding == finding) names += (names.empty() ? "" : ", ") + check.name;
  return names;
}

}  // namespace

std::string verdict_text(Verdict verdict, Paint paint) {
  switch (verdict) {
    case Verdict::yes:
      return paint.green("Yes.");
    case Verdict::partly:
      return paint.yellow("Partly.");
    case Verdict::no:
      return paint.red("Their losses cannot.");
  }
  __builtin_unreachable();
}

std::string standing_text(Standing standing, Paint paint) {
  switch (standing) {
    case Standing::comparable:
      return paint.green("yes");
    case Standing::uncertain:
      return paint.yellow("perhaps");
    case Standing::not_comparable:
      return paint.red("no");
  }
  __builtin_unreachable();
}

std::vector<std::pair<std::string, Standing>> standings_of(const Comparison& comparison) {
  const auto of = [&](const Metric& metric) { return standing_of(&metric, comparison.checks); };
  std::vector<std::pair<std::string, Standing>> standings{{"loss per token", of(metric_of_step(Aspect::token_loss))},
                                                          {"mean over the whole run", of(*find_metric("train_loss"))},
                                                          {"per byte of text", of(metric_of_step(Aspect::text_loss))}};
  if (comparison.metric("eval_loss")) standings.emplace_back("evaluation", of(*find_metric("eval_loss")));
  standings.emplace_back("speed", of(metric_of_step(Aspect::speed)));
  standings.emplace_back("memory", of(metric_of_step(Aspect::memory)));
  return standings;
}

std::string differences_text(const Comparison& comparison) {
  const std::string different = names_of_found(comparison.checks, Finding::different);
  const std::string unknown = names_of_found(comparison.checks, Finding::unknown);
  if (unknown.empty()) return different;
  return different + (different.empty() ? "" : "; ") + "not known: " + unknown;
}

}  // namespace folio::runs
