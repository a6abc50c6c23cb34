#include <unistd.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/session/results_store.h"
#include "cli/session/run_choice.h"
#include "cli/view/print_json.h"
#include "runs/report/run_table_report.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

using runs::RunSummary;

struct CompareOptions {
  runs::RunChoice choice;
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
  const std::vector<RunSummary> runs = runs::choose_runs(all, fields, options.choice, store.unread());
  const runs::RunTable table = runs::make_table(runs, settings, fields, options.request);
  if (options.json)
    print_json(runs::to_json(table, settings));
  else if (options.csv)
    std::cout << runs::to_csv(table);
  else
    std::cout << (options.markdown ? runs::to_markdown(table) : runs::to_text(table, table_width(STDOUT_FILENO)));
  if (runs.empty()) std::cerr << "note: there is no run to compare\n";
}

}  // namespace

void add_compare(const Command& program, const GlobalOptions& global, int&) {
  const Command command =
      program.subcommand("compare", "Compare any number of runs in a table: settings that differ, and metrics");
  const auto options = std::make_shared<CompareOptions>();
  options->choice.finished = true;
  runs::TableRequest& request = options->request;
  command.option("RUN", options->choice.names, "runs, given as for 'show'; by default all finished runs").free_text();
  add_where(command, options->choice.where);
  command.option("--metrics", request.metrics, "metrics to show, in this order, separated by commas")
      .delimiter(',')
      .one_value();
  command.option("--sort-by", request.sort_by, "a setting, a metric, id, name, state or created");
  command.flag("--descending", request.descending, "sort from high to low");
  command.option("--keep", request.keep, "show only these columns; patterns are allowed: 'training.*,eval_*'")
      .delimiter(',')
      .one_value();
  command.option("--drop", request.drop, "leave out these columns; patterns are allowed").delimiter(',').one_value();
  command.flag("--group", request.group,
               "one row for runs that differ only in their seeds: mean ± sample standard deviation");
  const CommandOption csv = command.flag("--csv", options->csv, "print CSV, with all digits");
  const CommandOption json = command.flag("--json", options->json, "print JSON: rows, notes");
  const CommandOption markdown = command.flag("--md", options->markdown, "print a Markdown table");
  csv.excludes(json).excludes(markdown);
  json.excludes(markdown);
  command.footer(
      "Examples:\n  runner compare\n  runner compare 3fa9 b2c1 baseline/gpt --metrics train_loss,tokens_per_second\n"
      "  runner compare --where 'training.learning_rate<1e-4 and state=finished' --sort-by eval_loss\n"
      "  runner compare --group --csv");
  command.action([&global, options] { compare_runs(global, *options); });
}

}  // namespace folio::cli
