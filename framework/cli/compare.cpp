#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/session/results_store.h"
#include "cli/session/run_choice.h"
#include "cli/view/print_json.h"
#include "runs/report/run_table_report.h"

namespace folio::cli {
namespace {

using runs::RunSummary;

struct CompareOptions {
  RunChoice choice;
  runs::TableRequest request;
  bool csv = false;
  bool json = false;
  bool markdown = false;
};

void compare_runs(const GlobalOptions& global, const CompareOptions& options) {
  runs::Store store = open_store(global);
  const std::vector<RunSummary> all = store.list();
  const runs::RunSettings settings = store.settings();
  const runs::RunFields fields(all, settings);
  const std::vector<RunSummary> runs = choose_runs(all, fields, options.choice);
  const runs::RunTable table = runs::make_table(runs, settings, fields, options.request);
  if (options.json)
    print_json(runs::to_json(table, settings));
  else if (options.csv)
    std::cout << runs::to_csv(table);
  else
    std::cout << (options.markdown ? runs::to_markdown(table) : runs::to_text(table));
  if (runs.empty()) std::cerr << "note: no run is left to compare\n";
}

}  // namespace

void add_compare(const Command& program, const GlobalOptions& global, int&) {
  const Command command =
      program.subcommand("compare", "Tabulate any number of runs: settings that differ, and metrics");
  const auto options = std::make_shared<CompareOptions>();
  options->choice.finished = true;
  runs::TableRequest& request = options->request;
  command.option("RUN", options->choice.names, "Runs, named as for 'show'; all finished ones by default");
  add_where(command, options->choice.where);
  command.option("--metrics", request.metrics, "Metrics to show, in this order, with commas between")
      .delimiter(',')
      .one_value();
  command.option("--sort-by", request.sort_by, "A setting, a metric, id, name, state or created");
  command.flag("--descending", request.descending, "Sort from high to low");
  command.option("--keep", request.keep, "Show only these columns, which may be patterns: 'training.*,eval_*'")
      .delimiter(',')
      .one_value();
  command.option("--drop", request.drop, "Leave out these columns, which may be patterns").delimiter(',').one_value();
  command.flag("--group", request.group,
               "One row for the runs that differ in their seeds alone: mean ± sample standard deviation");
  const CommandOption csv = command.flag("--csv", options->csv, "CSV, numbers in full");
  const CommandOption json = command.flag("--json", options->json, "JSON: rows, notes");
  const CommandOption markdown = command.flag("--md", options->markdown, "A table of Markdown");
  csv.excludes(json).excludes(markdown);
  json.excludes(markdown);
  command.footer(
      "Examples:\n  runner compare\n  runner compare 3fa9 b2c1 baseline/gpt --metrics train_loss,tokens_per_second\n"
      "  runner compare --where 'training.learning_rate<1e-4 and state=finished' --sort-by eval_loss\n"
      "  runner compare --group --csv");
  command.action([&global, options] { compare_runs(global, *options); });
}

}  // namespace folio::cli
