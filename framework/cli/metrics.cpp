// metrics: what every figure means.

#include "runs/record/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/view/print_json.h"
#include "runs/record/facts.h"
#include "runs/report/metrics_json.h"
#include "runs/report/metrics_page.h"
#include "support/error.h"
#include "support/nearest_name.h"
#include "terminal/page.h"

namespace folio::cli {
namespace {

using runs::Metric;

struct MetricsOptions {
  std::string name;
  bool json = false;
  bool markdown = false;
};

const Metric& metric_called(const std::string& name) {
  if (const Metric* metric = runs::find_metric(name)) return *metric;
  std::vector<std::string> names;
  for (const Metric& metric : runs::all_metrics()) names.emplace_back(metric.name);
  for (const runs::FactMeaning& fact : runs::fact_meanings()) names.emplace_back(fact.name);
  throw Error(ErrorKind::usage, fmt::format("there is no metric '{}'{}", name, did_you_mean(name, names)));
}

/// Markdown as it reads on a terminal.
std::string plain(std::string_view markdown) {
  std::string text(markdown);
  std::erase_if(text, [](char c) { return c == '*' || c == '`'; });
  return text;
}

void show_metric(const Metric& metric) {
  Page page = Page::for_output();
  const std::string unit = metric.unit.empty() ? "" : fmt::format("{}; ", metric.unit);
  const std::string better = metric.direction == runs::Direction::none
                                 ? "says nothing of quality"
                                 : fmt::format("{} is better", runs::to_string(metric.direction));
  page.heading(metric.name, "(" + unit + better + ")");
  page.paragraph(plain(metric.meaning));
  page.heading("Exactly");
  page.paragraph(plain(metric.definition));
  if (metric.definition.find('*') != std::string_view::npos) page.paragraph(plain(runs::metric_letters()));
  std::cout << page.text();
}

void list_metrics() {
  Page page = Page::for_output();
  Table table({{"metric"}, {"what it means"}});
  for (const Metric& metric : runs::all_metrics())
    table.add_row({std::string(metric.name), std::string(metric.meaning)});
  page.table(table);
  Table facts({{"fact"}, {"what it means"}});
  for (const runs::FactMeaning& fact : runs::fact_meanings())
    facts.add_row({std::string(fact.name), std::string(fact.meaning)});
  page.table(facts);
  std::cout << page.text();
}

const runs::FactMeaning* find_fact(const std::vector<runs::FactMeaning>& facts, const std::string& name) {
  const auto found = std::find_if(facts.begin(), facts.end(), [&](const auto& fact) { return fact.name == name; });
  return found == facts.end() ? nullptr : &*found;
}

void show_fact(const runs::FactMeaning& fact) {
  Page page = Page::for_output();
  page.heading(fact.name, fact.unit.empty() ? "(a fact)" : fmt::format("(a fact; {})", fact.unit));
  page.paragraph(fact.meaning);
  std::cout << page.text();
}

void metrics(const MetricsOptions& options) {
  const std::vector<runs::FactMeaning> facts = runs::fact_meanings();
  const runs::FactMeaning* fact = runs::find_metric(options.name) == nullptr ? find_fact(facts, options.name) : nullptr;
  if (options.markdown)
    std::cout << runs::metrics_page();
  else if (options.json)
    if (options.name.empty())
      print_json(runs::meanings_json());
    else
      print_json(fact != nullptr ? runs::to_json(*fact) : runs::to_json(metric_called(options.name)));
  else if (options.name.empty())
    list_metrics();
  else if (fact != nullptr)
    show_fact(*fact);
  else
    show_metric(metric_called(options.name));
}

}  // namespace

void add_metrics(const Command& program, const GlobalOptions&, int&) {
  const Command command = program.subcommand("metrics", "Explain a metric, or list all metrics");
  const auto options = std::make_shared<MetricsOptions>();
  command.option("NAME", options->name, "a metric or a fact, as named by show, diff and compare");
  command.flag("--json", options->json, "print JSON: name, better, unit, meaning, definition");
  command.flag("--md", options->markdown, "print all of them in Markdown: docs/metrics.md");
  command.footer("Examples:\n  runner metrics\n  runner metrics train_loss");
  command.action([options] { metrics(*options); });
}

}  // namespace folio::cli
