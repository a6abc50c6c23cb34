#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/curves/picture_file.h"
#include "cli/session/linked_runs.h"
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

constexpr std::size_t kMostDrawn = 1000, kMostInCommand = 300;  // runs
constexpr std::size_t kMostPoints = 400;                        // of a curve

struct ReportOptions {
  runs::RunChoice choice;
  std::vector<std::string> metrics;
  fs::path to = "report.html";
  bool group = false;
  bool json = false;
};

/// What makes the page again; of very many runs the first. An address of a store may have a password in it.
std::string command_of(const GlobalOptions& global, const ReportOptions& options,
                       const std::vector<RunSummary>& chosen) {
  std::string command = "./runner report";
  const bool folders = are_run_folders(options.choice.names);
  for (std::size_t i = 0; i < std::min(chosen.size(), kMostInCommand) && !folders; ++i) command += " " + chosen[i].id;
  if (!folders && chosen.size() > kMostInCommand) command += " ...";
  for (const std::string& name : options.choice.names)
    if (folders) command += " " + shell_word(without_controls(name));
  if (options.group) command += " --group";
  if (!options.metrics.empty())
    command += " --metric " + shell_word(without_controls(fmt::format("{}", fmt::join(options.metrics, ","))));
  if (global.results != global.usual_results)
    command += " --results " + shell_word(without_controls(global.results.string()));
  if (!global.store.empty()) command += " --store ADDRESS";
  return command;
}

/// The runs that were asked for, and what a report says of them.
class ReportedRuns {
 public:
  ReportedRuns(const GlobalOptions& global, const ReportOptions& options)
      : global_(global),
        options_(options),
        store_(open()),
        all_(store_.list()),
        settings_(store_.settings()),
        fields_(all_, settings_),
        source_(store_) {
    runs::RunChoice choice = options.choice;
    if (linked_) choice.names = linked_->ids();
    if (choice.names.empty() && choice.where.empty()) choice.names = {"latest"};
    chosen_ = runs::each_once(runs::choose_runs(all_, fields_, choice, store_.unread()));
    if (chosen_.empty()) throw Error(ErrorKind::usage, "no run meets the condition, so there is nothing to report on");
  }

  const std::vector<RunSummary>& chosen() const { return chosen_; }

  runs::Report report() {
    runs::Report report;
    for (const RunSummary& run : chosen_) {
      report.runs.push_back(store_.load(run.id));
      if (linked_) report.runs.back().folder = runs::RunFolder(linked_->folder_of(run.id));
    }
    report.comparisons = comparisons(report.runs);
    report.table = runs::make_table(chosen_, settings_, fields_, {});
    runs::TableRequest by_seeds;
    by_seeds.group = true;
    runs::RunTable groups = runs::make_table(chosen_, settings_, fields_, by_seeds);
    if (groups.rows.size() < report.table.rows.size()) report.groups = std::move(groups);
    if (const std::string& only = chosen_.front().id; chosen_.size() == 1)
      report.claims = runs::explain(report.runs.front(), store_.points(only, "loss"), store_.points(only, "eval_loss"));
    for (const std::string& metric : metrics()) report.plots.push_back(plot(metric));
    report.command = command_of(global_, options_, chosen_);
    const fs::path place =
        linked_ ? linked_->folder_of(chosen_.front().id).parent_path() : fs::absolute(global_.results);
    report.results = without_controls(place.lexically_normal().string());
    return report;
  }

 private:
  runs::Store open() {
    if (!are_run_folders(options_.choice.names)) return open_store(global_);
    return linked_.emplace(options_.choice.names).open();
  }

  /// The comparison of two runs knows what chance makes; of more it says whether they may be compared.
  std::vector<runs::Comparison> comparisons(const std::vector<runs::Run>& runs) {
    std::vector<runs::Comparison> result;
    if (runs.size() == 2) {
      result.push_back(runs::compare_runs(store_, all_, runs[0].summary.id, runs[1].summary.id).comparison);
      return result;
    }
    for (std::size_t i = 1; i < runs.size(); ++i) result.push_back(runs::compare(runs[0], runs[i]));
    return result;
  }

  runs::Plot plot(const std::string& metric) {
    runs::PlotRequest request;
    request.metric = metric;
    request.most_points = kMostPoints;
    request.group = options_.group;
    std::vector<RunSummary> drawn = chosen_;
    if (!options_.group && drawn.size() > kMostDrawn) drawn.resize(kMostDrawn);
    runs::Plot plot = runs::make_plot_or_notes(drawn, settings_, fields_, request, source_);
    if (drawn.size() < chosen_.size())
      plot.notes.push_back(fmt::format("of the {} runs the first {} are drawn", chosen_.size(), drawn.size()));
    return plot;
  }

  /// Those that were asked for, else the losses that some run has a curve of: one point is none.
  std::vector<std::string> metrics() {
    if (!options_.metrics.empty()) return options_.metrics;
    std::vector<std::string> metrics;
    for (const char* metric : {"loss", "eval_loss", "eval_bits_per_byte"}) {
      const auto has_curve = [&](const RunSummary& run) { return store_.points(run.id, metric).size() > 1; };
      if (std::any_of(chosen_.begin(), chosen_.end(), has_curve)) metrics.emplace_back(metric);
    }
    return metrics;
  }

  const GlobalOptions& global_;
  const ReportOptions& options_;
  std::optional<LinkedRuns> linked_;  // before the store, which reads through its links
  runs::Store store_;
  std::vector<RunSummary> all_;
  runs::RunSettings settings_;
  runs::RunFields fields_;
  runs::StoreSource source_;
  std::vector<RunSummary> chosen_;
};

void write_report(const GlobalOptions& global, const ReportOptions& options) {
  if (options.to.extension() != ".html" && options.to.extension() != ".htm")
    throw Error(ErrorKind::usage, "-o '" + without_controls(options.to.string()) + "': a report ends in .html");
  require_folder_for(options.to);
  ReportedRuns reported(global, options);
  const std::string page = runs::html_of(reported.report());
  AtomicFile file(options.to, ErrorKind::store);
  file.write(page);
  file.commit();
  if (options.json) {
    nlohmann::json ids = nlohmann::json::array();
    for (const RunSummary& run : reported.chosen()) ids.push_back(run.id);
    print_json({{"path", options.to.string()}, {"bytes", page.size()}, {"runs", std::move(ids)}});
    return;
  }
  const std::size_t count = reported.chosen().size();
  std::cout << fmt::format("{}  {} run{}, {}\n", without_controls(options.to.string()), count, count == 1 ? "" : "s",
                           human_bytes(static_cast<double>(page.size())));
}

}  // namespace

void add_report(const Command& program, const GlobalOptions& global, int&) {
  const Command command = program.subcommand(
      "report", "Write one page of HTML on one run or several: whether they can be compared, table, curves, samples");
  const auto options = std::make_shared<ReportOptions>();
  command
      .option("RUN", options->choice.names,
              "runs, given as for 'show', or the paths of run folders; by default the latest")
      .free_text();
  add_where(command, options->choice.where);
  command.option("--metric", options->metrics, "draw these curves, separated by commas; by default the losses")
      .delimiter(',')
      .one_value();
  command.option("-o,--output", options->to, "the file; one that is there is replaced").show_default();
  command.flag("--group", options->group,
               "draw one curve for runs that differ only in their seeds: their mean, lowest and highest");
  command.flag("--json", options->json, "print JSON: the file, its size and the runs");
  command.footer(
      "The page needs no network and no other file. It has at most 300 KB: what would make it larger is left out, and "
      "the page says so.\n\nExamples:\n  runner report latest\n  runner report 3fa9 b2c1 -o gpt-and-bert.html\n"
      "  runner report --where 'name=smoke' --metric loss,grad_norm");
  command.action([&global, options] { write_report(global, *options); });
}

}  // namespace folio::cli
