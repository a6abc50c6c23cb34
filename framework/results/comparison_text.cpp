#include <algorithm>
#include <sstream>

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

constexpr std::size_t kWidth = 100;

/// The text in lines of at most kWidth columns, each behind the indent.
std::string wrapped(const std::string& text, const std::string& indent) {
  std::string result, line, word;
  std::istringstream words(text);
  while (words >> word) {
    if (!line.empty() && indent.size() + line.size() + 1 + word.size() > kWidth) {
      result += indent + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return result + indent + line + "\n";
}

/// A word that says what was found, and what follows it; all words take the same room.
std::string finding_line(const std::string& word, const std::string& rest) {
  return "  " + word + std::string(std::size_t(9 - display_width(word)), ' ') + rest + "\n";
}

/// The names of the checks that `chosen` takes, with commas between.
template <typename Chosen>
std::string names_of(const std::vector<Check>& checks, const Chosen& chosen) {
  std::string names;
  for (const Check& check : checks) {
    if (chosen(check)) names += (names.empty() ? "" : ", ") + check.name;
  }
  return names;
}

bool neither_says(const Check& check) {
  return check.finding == Finding::unknown && check.a == kUnknown && check.b == kUnknown;
}

/// Each fact that differs with what that means, each that one of the runs does not have, and the others by name.
std::string checks_section(const Comparison& comparison, Paint paint) {
  std::string differing, unknown;
  for (const Check& check : comparison.checks) {
    const std::string both = check.name + ": " + check.a + " | " + check.b;
    if (check.finding == Finding::different) {
      differing += finding_line(paint.yellow("differs"), both) + wrapped(check.meaning, std::string(11, ' '));
    } else if (check.finding == Finding::unknown && !neither_says(check)) {
      unknown += finding_line(paint.yellow("unknown"), both);
    }
  }
  std::string text = "\n" + paint.bold("Can they be compared?") + " " + verdict_text(comparison.verdict, paint) + "\n";
  text += differing + unknown;
  const std::string neither = names_of(comparison.checks, neither_says);
  if (!neither.empty()) text += finding_line(paint.yellow("unknown"), neither + ": neither run says");
  const std::string same = names_of(comparison.checks, [](const Check& c) { return c.finding == Finding::equal; });
  if (!same.empty()) text += finding_line(paint.green("same"), same);
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
    if (footing.meaning != last) text += wrapped(footing.meaning, "  ");
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
