#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/results_store.h"
#include "results/metrics.h"
#include "results/rendering.h"
#include "support/human.h"
#include "support/table.h"
#include "support/terminal.h"

namespace folio::cli {
namespace {

using results::RunSummary;

constexpr std::size_t kRowsOnTerminal = 20;

struct LsOptions {
  bool json = false;
  bool all = false;
};

std::string metric_cell(const RunSummary& run, const std::string& name) {
  const auto found = run.metrics.find(name);
  return found == run.metrics.end() ? "" : results::metric_text(name, found->second);
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
  Table table({{"id"},
               {"name"},
               {"model"},
               {"state"},
               {"train_loss", right},
               {"eval_loss", right},
               {"runtime", right},
               {"created"}});
  std::size_t shown = 0, left_out = 0;
  for (const RunSummary& run : runs) {
    if (!all && !results::is_baseline(run) && shown == kRowsOnTerminal) {
      ++left_out;
      continue;
    }
    shown += results::is_baseline(run) ? 0 : 1;
    table.add_row({paint.cyan(run.id), run.name, run.model, results::state_text(run, paint),
                   metric_cell(run, "train_loss"), metric_cell(run, "eval_loss"), runtime_cell(run),
                   when_cell(run.created)});
  }
  std::cout << table.to_text();
  if (left_out > 0) std::cout << paint.dim(fmt::format("{} older runs: runner ls --all", left_out)) << "\n";
}

void list_runs(const GlobalOptions& global, const LsOptions& options) {
  const auto runs = open_store(global).list();
  if (options.json) {
    nlohmann::json list = nlohmann::json::array();
    for (const RunSummary& run : runs) list.push_back(results::to_json(run));
    print_json(list);
    return;
  }
  print_table(runs, options.all || !is_terminal(STDOUT_FILENO));
}

}  // namespace

void add_ls(CLI::App& app, const GlobalOptions& global, int&) {
  auto* command = app.add_subcommand("ls", "List the runs, newest first");
  const auto options = std::make_shared<LsOptions>();
  command->add_flag("--all", options->all, "All runs; without it a terminal shows the newest 20");
  command->add_flag("--json", options->json, "JSON, with every metric of every run");
  command->footer("Examples:\n  runner ls\n  runner ls --json");
  command->callback([&global, options] { list_runs(global, *options); });
}

}  // namespace folio::cli
