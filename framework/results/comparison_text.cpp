#include <algorithm>

#include "results/metrics.h"
#include "results/rendering.h"
#include "support/human.h"
#include "support/table.h"

namespace folio::results {
namespace {

using Align = Table::Align;

std::string title_of(const char* letter, const Run& run, Paint paint) {
  return paint.bold(letter) + "  " + run.summary.name + "  " + paint.cyan(run.summary.id) + "  " +
         state_text(run.summary, paint) + "\n";
}

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

/// Each fact that differs or is not known with what that means, then the names of those that are the same.
std::string checks_section(const Comparison& comparison, Paint paint) {
  std::string text = "\n" + paint.bold("Can they be compared?") + " " + verdict_text(comparison.verdict, paint) + "\n";
  std::string same;
  for (const Finding finding : {Finding::different, Finding::unknown, Finding::equal}) {
    for (const Check& check : comparison.checks) {
      if (check.finding != finding) continue;
      if (finding == Finding::equal) {
        same += (same.empty() ? "" : ", ") + check.name;
        continue;
      }
      const std::string word = finding == Finding::different ? "differs" : "unknown";
      text += "  " + paint.yellow(word) + "  " + check.name + ": " + check.a + " | " + check.b + "\n";
      text += "           " + paint.dim(check.meaning) + "\n";
    }
  }
  if (!same.empty()) text += "  " + paint.green("same") + "     " + same + "\n";
  return text;
}

std::string indented(const Table& table) {
  std::string text = "  " + table.to_text();
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos && ++at < text.size();)
    text.insert(at, "  ");
  return text;
}

std::string settings_section(const Comparison& comparison, Paint paint) {
  if (comparison.settings.empty()) return "\nNo setting differs.\n";
  Table table({{""}, {"A"}, {"B"}});
  const auto shown = [](const std::optional<nlohmann::json>& value) { return value ? value_text(*value) : "–"; };
  for (const auto& [key, a, b] : comparison.settings) table.add_row({key, shown(a), shown(b)});
  return "\n" + paint.bold("Settings that differ") + "  (– where a run does not have or not say it)\n" +
         indented(table);
}

std::string better_text(const MetricComparison& metric, Paint paint) {
  if (metric.standing == Standing::not_comparable) return paint.dim("not comparable");
  if (!metric.better) return "";
  const std::string letter = *metric.better == Side::a ? "A" : "B";
  return metric.standing == Standing::comparable ? paint.green(letter) : paint.yellow(letter + "?");
}

std::string signed_text(const std::string& name, double difference) {
  return (difference > 0 ? "+" : "") + metric_text(name, difference);
}

std::string metrics_section(const Comparison& comparison, Paint paint) {
  if (comparison.metrics.empty()) return "";
  Table table(
      {{""}, {"A", Align::right}, {"B", Align::right}, {"B - A", Align::right}, {"B / A", Align::right}, {"better"}});
  for (const MetricComparison& metric : comparison.metrics) {
    const auto shown = [&](const std::optional<double>& value) {
      return value ? metric_text(metric.name, *value) : "–";
    };
    table.add_row({metric.name, shown(metric.a), shown(metric.b),
                   metric.difference ? signed_text(metric.name, *metric.difference) : "",
                   metric.ratio ? significant(*metric.ratio) : "", better_text(metric, paint)});
  }
  std::string text = "\n" + paint.bold("Metrics") + "\n" + indented(table);
  const bool doubtful = std::any_of(comparison.metrics.begin(), comparison.metrics.end(), [](const auto& metric) {
    return metric.better && metric.standing == Standing::uncertain;
  });
  if (doubtful) text += paint.dim("  ?  if what differs or is not known above does not account for it") + "\n";
  return text;
}

std::string footings_section(const Comparison& comparison, Paint paint) {
  if (comparison.footings.empty()) return "";
  Table table({{""}, {"A", Align::right}, {"B", Align::right}});
  for (const CommonFooting& footing : comparison.footings) {
    table.add_row({footing.name, significant(footing.a), significant(footing.b)});
  }
  std::string text = "\n" + paint.bold("On a common footing") + "\n" + indented(table);
  std::string last;
  for (const CommonFooting& footing : comparison.footings) {
    if (footing.meaning != last) text += "  " + paint.dim(footing.meaning) + "\n";
    last = footing.meaning;
  }
  return text;
}

}  // namespace

std::string to_text(const Run& a, const Run& b, const Comparison& comparison, Paint paint) {
  return title_of("A", a, paint) + title_of("B", b, paint) + checks_section(comparison, paint) +
         settings_section(comparison, paint) + metrics_section(comparison, paint) + footings_section(comparison, paint);
}

}  // namespace folio::results
