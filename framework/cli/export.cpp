#include "runs/exchange/export.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <memory>
#include <set>
#include <span>

#include "cli/commands.h"
#include "cli/session/results_store.h"
#include "cli/session/run_choice.h"
#include "support/error.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;

struct ExportOptions {
  RunChoice choice;
  bool all = false;
  std::string format = "json";
  std::string to;
};

struct Format {
  const char* name;
  const char* suffix;  ///< of what it makes by default
  bool one_table;      ///< of all runs, also by default
  void (*write)(std::span<const runs::Run> runs, const fs::path& to);
};

constexpr Format kFormats[] = {{"json", ".json", false, &runs::export_json},
                               {"csv", ".csv", false, &runs::export_csv},
                               {"points-csv", "points.csv", true, &runs::export_points_csv},
                               {"parquet", "points.parquet", true, &runs::export_parquet},
                               {"tensorboard", ".tensorboard", false, &runs::export_tensorboard},
                               {"folder", "", false, &runs::export_folder}};

std::vector<runs::Run> chosen_runs(runs::Store& store, const ExportOptions& options) {
  if (options.choice.names.empty() && options.choice.where.empty() && !options.all)
    throw Error(ErrorKind::usage, "which runs? Name them, or use --where or --all");
  const std::vector<runs::RunSummary> all = store.list();
  const runs::RunSettings settings = options.choice.where.empty() ? runs::RunSettings() : store.settings();
  std::vector<runs::Run> chosen;
  std::set<std::string> seen;
  for (const runs::RunSummary& run : choose_runs(all, runs::RunFields(all, settings), options.choice, store.unread())) {
    if (!seen.insert(run.id).second) continue;
    chosen.push_back(store.load(run.id));
    runs::require_folder(chosen.back());
  }
  if (chosen.empty()) throw Error(ErrorKind::usage, "there is no run to export");
  return chosen;
}

void export_runs(const GlobalOptions& global, const ExportOptions& options) {
  const Format& format = *std::find_if(std::begin(kFormats), std::end(kFormats),
                                       [&](const Format& each) { return each.name == options.format; });
  if (options.to == "-" && format.write == &runs::export_parquet && is_terminal(STDOUT_FILENO))
    throw Error(ErrorKind::usage, "--to -: Parquet is not text that a terminal can show; redirect it to a file");
  runs::Store store = open_store(global);
  const std::vector<runs::Run> chosen = chosen_runs(store, options);
  const auto write = [&](std::span<const runs::Run> runs, const fs::path& to) {
    format.write(runs, to);
    if (to != "-") fmt::print(std::cout, "{}\n", to.string());
  };
  if (!options.to.empty()) return write(chosen, options.to);
  if (format.one_table) return write(chosen, format.suffix);
  for (const runs::Run& run : chosen) write({&run, 1}, runs::file_name_of(run) + format.suffix);
}

}  // namespace

void add_export(const Command& program, const GlobalOptions& global, int&) {
  const Command command = program.subcommand("export", "Export runs for other programs or another machine");
  const auto options = std::make_shared<ExportOptions>();
  std::vector<std::string> names;
  for (const Format& format : kFormats) names.emplace_back(format.name);
  command.option("RUN", options->choice.names, "runs, given as for 'show'").free_text();
  add_where(command, options->choice.where);
  command.flag("--all", options->all, "all finished runs");
  command
      .option("--format", options->format,
              "json: everything; csv: a row for each logged step; points-csv, parquet: one table of all runs with a "
              "row for each point (run, step, metric, value); tensorboard: a folder with an event file; folder: the "
              "run's folder, for 'import'")
      .one_of(names)
      .show_default();
  command.option("--to", options->to,
                 "the file or folder to write, '-' for standard output; by default each run goes to a file or folder "
                 "here that is named after its id, and a table of points to points.csv or points.parquet");
  command.footer(
      "Examples:\n  runner export latest --format csv\n  runner export 3fa9 --format tensorboard --to logs/3fa9\n"
      "  runner export 3fa9 b2c1 --format points-csv --to -\n"
      "  runner export --where name=smoke --format parquet --to smoke.parquet");
  command.action([&global, options] {
    options->choice.finished = options->all;
    export_runs(global, *options);
  });
}

}  // namespace folio::cli
