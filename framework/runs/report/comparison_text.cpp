#include "runs/report/comparison_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runs/compare/conclusion.h"
#include "runs/record/metrics.h"
#include "runs/report/run_text.h"
#include "runs/report/standings.h"
#include "support/human.h"
#include "terminal/table.h"

namespace folio::runs {
namespace {

using Align = Table::Align;

/// The names of the checks that `chosen` takes, with commas between.
template <typename Chosen>
std::string names_of(const std::vector<Check>& checks, const Chosen& chosen) {
  std::string names;
  for (const Check& check : checks)
    if (chosen(check)) names += (names.empty() ? "" : ", ") + check.name;
  return names;
}

bool unknown(const Check& check) { return check.finding == Finding::unknown; }
bool a_silent(const Check& check) { return unknown(check) && check.a == kUnknown && check.b != kUnknown; }
bool b_silent(const Check& check) { return unknown(check) && check.a != kUnknown && check.b == kUnknown; }
bool both_silent(const Check& check) { return unknown(check) && check.a == kUnknown && check.b == kUnknown; }

/// What follows for the losses from what is not known.
std::string meaning_of_unknown(const std::vector<Check>& checks) {
  const auto breaks_text = [](const Check& c) { return unknown(c) && c.on_text_loss == Effect::breaks; };
  const auto breaks_tokens = [](const Check& c) {
    return unknown(c) && c.on_token_loss == Effect::breaks && c.on_text_loss != Effect::breaks;
  };
  std::string meaning;
  if (const std::string names = names_of(checks, breaks_text); !names.empty())
    meaning += "Should one of these differ, the losses cannot be compared: " + names + ". ";
  if (const std::string names = names_of(checks, breaks_tokens); !names.empty())
    meaning += "Should one of these differ, they can be compared only per byte of text: " + names + ".";
  return meaning;
}

/// Each fact that differs with what that means, what one of the runs or neither says, and the others by name.
void add_checks(Page& page, const Comparison& comparison, bool all) {
  const Paint& paint = page.paint();
  page.heading("Can they be compared?", verdict_text(comparison.verdict, paint));
  if (comparison.verdict != Verdict::yes) {
    std::string line;
    for (const auto& [what, standing] : standings_of(comparison))
      line += (line.empty() ? "" : ", ") + what + " " + standing_text(standing, paint);
    page.paragraph(line);
  }
  const std::string unknown_word = paint.yellow("unknown");
  for (const Check& check : comparison.checks) {
    const std::string both = check.name + ": " + check.a + " | " + check.b;
    const char* word = check.a == check.b ? "both" : "differs";  // both machines may have been busy
    if (check.finding == Finding::different) page.finding(paint.yellow(word), both, check.meaning);
    const bool one_says_a_part = unknown(check) && check.a != kUnknown && check.b != kUnknown;
    if (unknown(check) && (all || one_says_a_part)) page.finding(unknown_word, both, check.meaning);
    if (all && check.finding == Finding::equal) page.finding(paint.green("same"), check.name + ": " + check.a);
  }
  if (all) return;
  const auto add_silent = [&](const char* who, bool (*silent)(const Check&)) {
    const std::string names = names_of(comparison.checks, silent);
    if (!names.empty()) page.finding(unknown_word, std::string(who) + ": " + names);
  };
  add_silent("A does not say", a_silent);
  add_silent("B does not say", b_silent);
  add_silent("neither says", both_silent);
  const std::string meaning = comparison.verdict == Verdict::no ? std::string() : meaning_of_unknown(comparison.checks);
  if (!meaning.empty()) page.finding("", meaning);
  const std::string same = names_of(comparison.checks, [](const Check& c) { return c.finding == Finding::equal; });
  if (!same.empty()) page.finding(paint.green("same"), same);
}

std::string count_of(std::size_t count, const char* what) {
  return with_commas(static_cast<std::int64_t>(count)) + " " + what + (count == 1 ? "" : "s");
}

void add_settings(Page& page, const Comparison& comparison, bool all) {
  const auto shown = [](const std::optional<nlohmann::json>& value) { return value ? value_text(*value) : "–"; };
  Table table({{"setting"}, {"A"}, {"B"}});
  std::size_t only_a = 0, only_b = 0;
  bool one_sided = false;
  for (const SettingDifference& setting : comparison.settings) {
    if (!setting.telling && !all) {
      ++(setting.a ? only_a : only_b);
      continue;
    }
    one_sided = one_sided || !setting.a || !setting.b;
    table.add_row({setting.key, shown(setting.a), shown(setting.b)});
  }
  page.heading(comparison.settings.empty() ? "No setting differs" : "Settings that differ");
  page.table(table);
  if (one_sided) page.paragraph("– the run does not have it, or does not say");
  for (const auto& [count, who] : {std::pair{only_a, "A"}, {only_b, "B"}}) {
    if (count > 0) {
      page.paragraph(count_of(count, "more setting") + (count == 1 ? " stands" : " stand") + " in " + who +
                     " alone, at " + (count == 1 ? "its default" : "their defaults") + " (--all)");
    }
  }
  if (!all) {
    if (!comparison.same_settings.empty())
      page.paragraph(count_of(comparison.same_settings.size(), "setting") + " the same (--all)");
    return;
  }
  Table same({{"setting"}, {"in both"}});
  for (const auto& [key, value] : comparison.same_settings) same.add_row({key, value_text(value)});
  page.heading(same.empty() ? "No setting is known to be the same" : "Settings that are the same");
  page.table(same);
}

/// What can be said of a metric, and of which run.
std::string outcome_text(const MetricComparison& metric, Paint paint) {
  if (metric.standing == Standing::not_comparable) return paint.dim("not comparable");
  const bool certain = metric.standing == Standing::comparable;
  const std::string leader = metric.leader == Side::b ? "B" : "A";
  switch (metric.outcome) {
    case Outcome::not_ranked:
      return "";
    case Outcome::no_number:
      return paint.dim("no number");
    case Outcome::equal:
      return "equal";
    case Outcome::not_seen:
      return paint.dim("not seen");
    case Outcome::not_known:
      return paint.dim("not known");
    case Outcome::ahead:
      return paint.yellow(leader + " in this pair" + (certain ? "" : "?"));
    case Outcome::better:
      return certain ? paint.green(leader) : paint.yellow(leader + "?");
  }
  __builtin_unreachable();
}

/// What is shown without --all: what both have and what ranks them, or at least differs.
bool worth_showing(const MetricComparison& metric) {
  const Metric* declared = find_metric(metric.name);
  const bool of_last_point = metric.name == "grad_norm" || metric.name == "learning_rate";
  const bool says_no_more = metric.name == "best_metric" || metric.name == "total_flos" ||
                            metric.name == "eval_samples" || metric.name.ends_with("_stderr");
  const bool in_both = metric.a && metric.b;
  return in_both && (!declared || declared->direction != Direction::none || metric.difference != 0.0) &&
         !of_last_point && !says_no_more;
}

std::string signed_text(const std::string& name, double difference) {
  return (difference > 0 ? "+" : "") + metric_text(name, difference);
}

std::vector<std::string> metric_row(const MetricComparison& metric, bool with_chance, Paint paint) {
  const auto shown = [&](const std::optional<double>& value) { return value ? metric_text(metric.name, *value) : "–"; };
  std::vector<std::string> row{metric.name, shown(metric.a), shown(metric.b),
                               metric.difference ? signed_text(metric.name, *metric.difference) : "",
                               metric.ratio ? significant(*metric.ratio) : ""};
  const bool judged = metric.resolution && metric.standing != Standing::not_comparable;
  if (with_chance) row.push_back(judged ? "±" + metric_text(metric.name, metric.resolution->by_chance) : "");
  row.push_back(outcome_text(metric, paint));
  return row;
}

/// What the words of the last column mean, of those that stand in it.
void add_legend(Page& page, const std::vector<MetricComparison>& shown) {
  const auto any = [&](const auto& holds) { return std::any_of(shown.begin(), shown.end(), holds); };
  const auto any_is = [&](Outcome outcome) {
    return any([&](const auto& m) { return m.outcome == outcome && m.standing != Standing::not_comparable; });
  };
  if (any_is(Outcome::not_seen))
    page.paragraph("not seen: no difference that can be seen, since chance alone can make as much");
  if (any_is(Outcome::ahead))
    page.paragraph("in this pair: ahead in this one pair of runs; other seeds or repeats may say otherwise");
  if (any_is(Outcome::not_known)) page.paragraph("not known: nothing tells how much of the difference chance makes");
  const auto doubtful = [](const MetricComparison& m) {
    return m.standing == Standing::uncertain && (m.outcome == Outcome::ahead || m.outcome == Outcome::better);
  };
  if (any(doubtful)) page.paragraph("?: unless what differs or is not known above accounts for it");
}

void add_metrics(Page& page, const Comparison& comparison, bool all) {
  if (comparison.metrics.empty()) return;
  std::vector<Table::Column> columns{
      {"metric"}, {"A", Align::right}, {"B", Align::right}, {"B - A", Align::right}, {"B / A", Align::right}};
  if (all) columns.push_back({"chance", Align::right});
  columns.push_back({"better"});
  Table table(columns);
  std::vector<MetricComparison> shown;
  std::string only_a, only_b;
  for (const MetricComparison& metric : comparison.metrics) {
    if ((!metric.a || !metric.b) && !all) {
      std::string& only = metric.a ? only_a : only_b;
      only += (only.empty() ? "" : ", ") + metric.name;
    }
    if (!all && !worth_showing(metric)) continue;
    table.add_row(metric_row(metric, all, page.paint()));
    shown.push_back(metric);
  }
  page.heading("Metrics");
  page.table(table);
  add_legend(page, shown);
  if (!only_a.empty()) page.paragraph("Only A has " + only_a + ".");
  if (!only_b.empty()) page.paragraph("Only B has " + only_b + ".");
}

/// Of a group that has not `runs` members, how many it has.
std::string group_text(const std::string& metric, const SeedGroup& group, std::size_t runs) {
  std::string text = metric_text(metric, group.mean);
  if (group.deviation) text += " ± " + metric_text(metric, *group.deviation);
  return group.runs == runs ? text : text + fmt::format(" ({})", group.runs);
}

/// Without --all: the losses, and how fast it was.
bool worth_a_spread(const MetricComparison& metric) {
  const Metric* declared = find_metric(metric.name);
  return declared && metric.name != "loss" &&
         (declared->aspect == Aspect::token_loss || declared->aspect == Aspect::text_loss ||
          metric.name == "tokens_per_second");
}

/// Whether differences are beyond what other seeds make, for the metrics of which that can be said.
void add_spread(Page& page, const Comparison& comparison, bool all) {
  const bool any = std::any_of(comparison.metrics.begin(), comparison.metrics.end(),
                               [](const MetricComparison& metric) { return metric.spread.has_value(); });
  if (!any) return;
  std::size_t runs_a = 0, runs_b = 0;
  for (const MetricComparison& metric : comparison.metrics) {
    if (!metric.spread) continue;
    runs_a = std::max(runs_a, metric.spread->a.runs);
    runs_b = std::max(runs_b, metric.spread->b.runs);
  }
  Table table({{"mean ± deviation"},
               {"A, " + count_of(runs_a, "run"), Align::right},
               {"B, " + count_of(runs_b, "run"), Align::right},
               {"B - A", Align::right},
               {"chance", Align::right},
               {""}});
  for (const MetricComparison& metric : comparison.metrics) {
    if (!metric.spread || (!all && !worth_a_spread(metric))) continue;
    table.add_row({metric.name, group_text(metric.name, metric.spread->a, runs_a),
                   group_text(metric.name, metric.spread->b, runs_b),
                   signed_text(metric.name, metric.spread->difference),
                   "±" + metric_text(metric.name, metric.spread->by_chance),
                   metric.spread->beyond() ? page.paint().green("beyond") : "within"});
  }
  page.heading("Is it more than other seeds would make?");
  page.table(table);
  page.paragraph(
      "Over each run and those that differ from it only in the seed; of speeds and memory, over each run and its "
      "repeats on this machine. A difference of means is beyond chance where chance alone exceeds it less than once "
      "in fifty (Student's t-test, standard deviation pooled).");
}

void add_loss_scale(Page& page, const Comparison& comparison) {
  const Yardsticks& a = comparison.yardsticks_a;
  const Yardsticks& b = comparison.yardsticks_b;
  if (!a.uniform && !b.uniform) return;
  Table table({{"nats per token"}, {"A", Align::right}, {"B", Align::right}, {""}});
  const auto add = [&](const std::string& name, std::optional<double> of_a, std::optional<double> of_b,
                       const char* meaning) {
    const auto shown = [](std::optional<double> value) { return value ? fmt::format("{:.4f}", *value) : "–"; };
    if (of_a || of_b) table.add_row({name, shown(of_a), shown(of_b), page.paint().dim(meaning)});
  };
  add("a blind guess", a.uniform, b.uniform, "all tokens alike: ln(vocabulary)");
  add("a unigram model", a.unigram, b.unigram, "knows how often each token occurs");
  add(comparison.loss, a.loss, b.loss, "the run");
  const auto percent = [](const std::optional<double>& share) {
    return share && std::isfinite(*share) ? fmt::format("{:.1f} %", 100 * *share) : std::string("–");
  };
  table.add_row(
      {"the run / a blind guess", percent(a.share()), percent(b.share()), page.paint().dim("100 %: nothing learned")});
  page.heading("What the losses mean");
  page.table(table);
  if (a.scored_share < 1 || b.scored_share < 1) {
    page.paragraph(
        fmt::format("Both guesses of A are multiplied by {:.4f}, of B by {:.4f}: the share of the labels of train_loss "
                    "that anything "
                    "predicts.",
                    a.scored_share, b.scored_share));
  }
  const bool other_guesses = a.uniform && b.uniform && *a.uniform != *b.uniform;
  if (other_guesses)
    page.paragraph("The share of its own blind guess says how far each run came, not which of the two is better.");
}

/// Those that say which is better; the shares of the uniform guess stand with what the losses mean.
void add_footings(Page& page, const Comparison& comparison) {
  Table table({{""}, {"A", Align::right}, {"B", Align::right}, {"B / A", Align::right}, {""}});
  std::vector<std::string> meanings;
  for (const CommonFooting& footing : comparison.footings) {
    if (!footing.ranks) continue;
    const MetricComparison* bits = comparison.metric(footing.bits_per_byte);
    table.add_row({footing.name, metric_text(footing.name, footing.a), metric_text(footing.name, footing.b),
                   significant(footing.b / footing.a), bits ? outcome_text(*bits, page.paint()) : ""});
    if (std::find(meanings.begin(), meanings.end(), footing.meaning) == meanings.end())
      meanings.push_back(footing.meaning);
  }
  if (table.empty()) return;
  page.heading("The losses on a common footing");
  page.table(table);
  for (const std::string& meaning : meanings) page.paragraph(meaning);
}

}  // namespace

void add_title(Page& page, const char* letter, const Run& run) {
  const Paint& paint = page.paint();
  std::string line = paint.bold(letter) + "  " + run.summary.name + "  " + paint.cyan(run.summary.id) + "  " +
                     state_text(run.summary, paint);
  if (const std::string plugins = plugins_line(run.settings); !plugins.empty()) line += "  " + plugins;
  page.line(line);
  if (!run.info.overrides.empty()) {
    std::string overrides;
    for (const std::string& change : run.info.overrides) overrides += (overrides.empty() ? "" : " ") + change;
    page.paragraph("with " + overrides);
  }
}

void add_comparison(Page& page, const Run& a, const Run& b, const Comparison& comparison, const Curves& curves,
                    bool all) {
  add_title(page, "A", a);
  add_title(page, "B", b);
  add_checks(page, comparison, all);
  add_settings(page, comparison, all);
  add_metrics(page, comparison, all);
  add_spread(page, comparison, all);
  add_footings(page, comparison);
  add_loss_scale(page, comparison);
  add_curves(page, a, b, comparison, curves);
  page.heading("In short");
  const Conclusion conclusion = conclusion_of(a, b, comparison);
  page.paragraph(conclusion.shows);
  for (const std::string& reading : conclusion.reads) page.paragraph(reading);
  page.paragraph(conclusion.does_not_show);
  if (conclusion.next.empty()) return;
  page.heading("What to type next");
  for (const NextStep& step : conclusion.next) {
    page.line("  " + page.paint().cyan(step.command));
    page.paragraph("# " + step.purpose);
  }
}

}  // namespace folio::runs
