#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <set>

#include "cli/commands.h"
#include "cli/session/results_store.h"
#include "cli/session/run_choice.h"
#include "cli/view/print_json.h"
#include "runs/plot/make_plot.h"
#include "runs/query/compare_runs.h"
#include "runs/query/store_source.h"
#include "runs/report/html_report.h"
#include "support/files.h"
#include "support/human.h"
#include "support/utf8.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;
using runs::RunSummary;

struct ReportOptions {
  runs::RunChoice choice;
  std::vector<std::string> metrics;
  fs::path to = "report.html";
  bool json = false;
};

/// Of the metrics that were asked for, else of the losses, those that some run has a curve of: one point is none.
std::vector<std::string> metrics_with_curves(const std::vector<RunSummary>& chosen, const ReportOptions& options,
                                             runs::Store& store) {
  if (!options.metrics.empty()) return options.metrics;
  std::vector<std::string> metrics;
  for (const char* metric : {"loss", "eval_loss", "eval_bits_per_byte"}) {
    const auto has_curve = [&](const RunSummary& run) { return store.points(run.id, metric).size() > 1; };
    if (std::any_of(chosen.begin(), chosen.end(), has_curve)) metrics.emplace_back(metric);
  }
  return metrics;
}

/// What makes the page again.
std::string command_of(const GlobalOptions& global, const ReportOptions& options,
                       const std::vector<RunSummary>& chosen) {
  std::string command = "./runner report";
  for (const RunSummary& run : chosen) command += " " + run.id;
  if (!options.metrics.empty()) command += fmt::format(" --metric {}", fmt::join(options.metrics, ","));
  if (global.results != global.usual_results) command += " --results " + without_controls(global.results.string());
  return command;
}

/// The comparison of two runs knows what chance makes; of more it says whether they may be compared.
std::vector<runs::Comparison> comparisons_of(runs::Store& store, const std::vector<RunSummary>& all,
                                             const std::vector<runs::Run>& runs) {
  std::vector<runs::Comparison> comparisons;
  if (runs.size() == 2) {
    comparisons.push_back(runs::compare_runs(store, all, runs[0].summary.id, runs[1].summary.id).comparison);
    return comparisons;
  }
  for (std::size_t i = 1; i < runs.size(); ++i) comparisons.push_back(runs::compare(runs[0], runs[i]));
  return comparisons;
}

void write_report(const GlobalOptions& global, const ReportOptions& options) {
  if (options.to.extension() != ".html" && options.to.extension() != ".htm")
    throw Error(ErrorKind::usage, without_controls(options.to.string()) + ": a report ends in .html");
  runs::Store store = open_store(global);
  const std::vector<RunSummary> all = store.list();
  const runs::RunSettings settings = store.settings();
  const runs::RunFields fields(all, settings);
  runs::RunChoice choice = options.choice;
  if (choice.names.empty() && choice.where.empty()) choice.names = {"latest"};
  std::vector<RunSummary> chosen = runs::choose_runs(all, fields, choice, store.unread());
  std::set<std::string> seen;
  std::erase_if(chosen, [&](const RunSummary& run) { return !seen.insert(run.id).second; });
  if (chosen.empty()) throw Error(ErrorKind::usage, "no run meets the condition, so there is nothing to report on");

  runs::Report report;
  for (const RunSummary& run : chosen) report.runs.push_back(store.load(run.id));
  report.comparisons = comparisons_of(store, all, report.runs);
  report.table = runs::make_table(chosen, settings, fields, {});
  runs::TableRequest by_seeds;
  by_seeds.group = true;
  if (runs::RunTable groups = runs::make_table(chosen, settings, fields, by_seeds);
      groups.rows.size() < report.table.rows.size())
    report.groups = std::move(groups);
  if (chosen.size() == 1)
    report.claims = runs::explain(report.runs.front(), store.points(chosen.front().id, "loss"),
                                  store.points(chosen.front().id, "eval_loss"));
  report.metrics = metrics_with_curves(chosen, options, store);
  runs::StoreSource source(store);
  report.plot = [&](const std::string& metric, std::size_t most_points) {
    runs::PlotRequest request;
    request.metric = metric;
    request.most_points = most_points;
    request.group = report.groups.has_value();
    return runs::make_plot(chosen, settings, fields, request, source);
  };
  report.command = command_of(global, options, chosen);
  report.results = without_controls(fs::absolute(global.results).lexically_normal().string());

  const std::string page = runs::html_of(report);
  AtomicFile file(options.to, ErrorKind::store);
  file.write(page);
  file.commit();
  if (options.json) {
    nlohmann::json ids = nlohmann::json::array();
    for (const RunSummary& run : chosen) ids.push_back(run.id);
    print_json({{"path", options.to.string()}, {"bytes", page.size()}, {"runs", std::move(ids)}});
  } else {
    std::cout << fmt::format("{}  {} run{}, {}\n", without_controls(options.to.string()), chosen.size(),
                             chosen.size() == 1 ? "" : "s", human_bytes(static_cast<double>(page.size())));
  }
}

}  // namespace

void add_report(const Command& program, const GlobalOptions& global, int&) {
  const Command command = program.subcommand(
      "report", "Write one page of HTML on one run or several: whether they can be compared, table, curves, samples");
  const auto options = std::make_shared<ReportOptions>();
  command.option("RUN", options->choice.names, "runs, given as for 'show'; by default the latest").free_text();
  add_where(command, options->choice.where);
  command.option("--metric", options->metrics, "draw these curves, separated by commas; by default the losses")
      .delimiter(',')
      .one_value();
  command.option("-o,--output", options->to, "the file; one that is there is replaced").show_default();
  command.flag("--json", options->json, "print JSON: the file, its size and the runs");
  command.footer(
      "The page needs no network and no other file. It has at most 300 KB: what would make it larger is left out, and "
      "the page says so.\n\nExamples:\n  runner report latest\n  runner report 3fa9 b2c1 -o gpt-and-bert.html\n"
      "  runner report --where 'name=smoke' --metric loss,grad_norm");
  command.action([&global, options] { write_report(global, *options); });
}

}  // namespace folio::cli
