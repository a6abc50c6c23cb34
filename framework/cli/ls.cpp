#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/session/results_store.h"
#include "cli/session/run_choice.h"
#include "cli/view/print_json.h"
#include "runs/record/metrics.h"
#include "runs/report/run_json.h"
#include "runs/report/run_text.h"
#include "support/human.h"
#include "terminal/table.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

using runs::RunSummary;

constexpr std::size_t kRowsOnTerminal = 20;

struct LsOptions {
  runs::RunChoice choice;
  std::string sort_by;
  bool descending = false;
  std::size_t limit = 0;  ///< 0: none
  bool json = false;
  bool all = false;
};

/// The runs that were asked for, in the order that was. The settings are read only where they are asked for.
std::vector<RunSummary> wanted_runs(runs::Store& store, const LsOptions& options) {
  std::vector<RunSummary> runs = store.list();
  if (options.choice.where.empty() && options.sort_by.empty()) return runs;
  const runs::RunSettings settings = store.settings();
  const runs::RunFields fields(runs, settings);
  runs = runs::choose_runs(std::move(runs), fields, options.choice, store.unread());
  if (!options.sort_by.empty()) runs::sort_runs(runs, fields, options.sort_by, options.descending, "--sort-by");
  return runs;
}

std::string metric_cell(const RunSummary& run, const std::string& name) {
  const auto found = run.metrics.find(name);
  return found == run.metrics.end() ? "" : runs::metric_text(name, found->second);
}

std::string runtime_cell(const RunSummary& run) {
  const auto found = run.metrics.find("train_runtime");
  return found == run.metrics.end() ? "" : clock_time(found->second);
}

/// The creation's ISO time in UTC as local time, to the minute; empty where it is not known.
std::string when_cell(const std::string& created) {
  std::tm utc{};
  if (::strptime(created.c_str(), "%Y-%m-%dT%H:%M:%S", &utc) == nullptr) return "";
  return fmt::format("{:%Y-%m-%d %H:%M}", fmt::localtime(::timegm(&utc)));
}

void print_table(const std::vector<RunSummary>& runs, bool all) {
  const Paint paint(use_colour(STDOUT_FILENO));
  using enum Table::Align;
  const bool tagged = std::any_of(runs.begin(), runs.end(), [](const RunSummary& run) { return !run.tags.empty(); });
  std::vector<Table::Column> columns{{"id"},
                                     {"name", Table::Align::left, 2},
                                     {"model"},
                                     {"state", Table::Align::left, 1},
                                     {"train_loss", right, 2},
                                     {"eval_loss", right, 2},
                                     {"runtime", right},
                                     {"created"}};
  if (tagged) columns.push_back({"tags"});
  Table table(std::move(columns));
  std::size_t shown = 0, left_out = 0;
  for (const RunSummary& run : runs) {
    if (!all && !runs::is_baseline(run) && shown == kRowsOnTerminal) {
      ++left_out;
      continue;
    }
    shown += runs::is_baseline(run) ? 0 : 1;
    std::vector<std::string> cells{paint.cyan(run.id),
                                   run.name,
                                   run.model,
                                   runs::state_text(run, paint),
                                   metric_cell(run, "train_loss"),
                                   metric_cell(run, "eval_loss"),
                                   runtime_cell(run),
                                   when_cell(run.created)};
    if (tagged) cells.push_back(runs::tags_text(run.tags));
    table.add_row(std::move(cells));
  }
  std::cout << table.fitted(table_width(STDOUT_FILENO));
  if (left_out > 0) std::cout << paint.dim(fmt::format("{} more runs: --all shows them", left_out)) << "\n";
}

void list_runs(const GlobalOptions& global, const LsOptions& options) {
  runs::Store store = open_store(global);
  std::vector<RunSummary> runs = wanted_runs(store, options);
  if (options.limit > 0 && runs.size() > options.limit) runs.resize(options.limit);
  if (options.json) {
    nlohmann::json list = nlohmann::json::array();
    for (const RunSummary& run : runs) list.push_back(runs::to_json(run));
    print_json({{"runs", std::move(list)}});
    return;
  }
  print_table(runs, options.all || options.limit > 0 || !is_terminal(STDOUT_FILENO));
}

}  // namespace

void add_ls(const Command& program, const GlobalOptions& global, int&) {
  const Command command = program.subcommand("ls", "List the runs, newest first");
  const auto options = std::make_shared<LsOptions>();
  add_where(command, options->choice.where);
  command.option("--sort-by", options->sort_by, "a setting, a metric, id, name, model, state or created");
  command.flag("--descending", options->descending, "sort from high to low");
  command.option("--limit", options->limit, "show only this many runs").positive();
  command.flag("--all", options->all, "show all runs; without this a terminal shows the newest 20");
  command.flag("--json", options->json, "print JSON, with every metric of every run");
  command.footer(
      "Examples:\n  runner ls\n  runner ls --json\n  runner ls --where 'model.type=gpt and eval_loss<6' --sort-by "
      "eval_loss "
      "--limit 5");
  command.action([&global, options] { list_runs(global, *options); });
}

}  // namespace folio::cli
