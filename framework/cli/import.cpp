#include "runs/exchange/import.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <unistd.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/session/results_store.h"
#include "cli/view/print_json.h"
#include "support/error.h"
#include "support/passwords.h"
#include "support/utf8.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

using nlohmann::json;

struct ImportOptions {
  std::vector<std::string> paths;
  bool json = false;
};

void tell(const runs::ImportReport& report) {
  if (report.unchanged)
    return fmt::print(std::cout, "{}  {}: already imported; nothing is changed\n", report.id, report.name);
  fmt::print(std::cout, "{}  {}: from {}, {} points\n", report.id, report.name, report.format, report.points);
  if (!report.earlier.empty())
    fmt::print(std::cerr,
               "note: run {} was imported from the same place earlier, when its contents were different; it is kept\n",
               report.earlier);
  if (!report.own_name.empty())
    fmt::print(std::cerr, "note: run {} is called '{}' here; its own name, '{}', is none that a run can have\n",
               report.id, report.name, report.own_name);
  for (const std::string& unread : report.unread)
    fmt::print(std::cerr, "warning: {} ({}): not imported: {}\n", report.id, report.name, without_controls(unread));
}

json to_json(const runs::ImportReport& report) {
  return {{"id", report.id},         {"name", report.name},           {"format", report.format},
          {"points", report.points}, {"unchanged", report.unchanged}, {"earlier", report.earlier},
          {"unread", report.unread}, {"own_name", report.own_name}};
}

/// What cannot be imported is told, and the others are; gives the exit code.
int import_all(const GlobalOptions& global, const ImportOptions& options) {
  json list = json::array(), passed_over = json::array(), failed = json::array();
  int code = 0;
  const auto fail = [&](const runs::ImportFailure& failure) {
    code = exit_code(failure.kind);
    if (!options.json)
      fmt::print(std::cerr, "{}: {}\n", Paint(use_colour(STDERR_FILENO)).red("error"),
                 without_controls(without_passwords(failure.message)));
    failed.push_back({{"path", failure.path.string()}, {"message", without_passwords(failure.message)}});
  };
  for (const std::string& path : options.paths) {
    runs::ImportResult result;
    try {
      result = runs::import_runs(global.results, path);
    } catch (const Error& error) {
      if (options.paths.size() == 1) throw;
      fail({path, error.kind(), error.what()});
      continue;
    }
    for (const runs::ImportReport& report : result.runs) {
      if (!options.json) tell(report);
      list.push_back(to_json(report));
    }
    for (const std::string& sentence : result.passed_over) {
      if (!options.json) fmt::print(std::cerr, "note: skipped: {}\n", without_controls(sentence));
      passed_over.push_back(sentence);
    }
    for (const runs::ImportFailure& failure : result.failed) fail(failure);
  }
  open_store_to_add(global);
  if (options.json) print_json({{"runs", list}, {"passed_over", passed_over}, {"failed", failed}});
  return code;
}

}  // namespace

void add_import(const Command& program, const GlobalOptions& global, int& exit_code) {
  const Command command = program.subcommand("import", "Import runs from other programs or another machine");
  const auto options = std::make_shared<ImportOptions>();
  command
      .option("PATH", options->paths,
              "a run folder, or a folder of run folders; trainer_state.json or the output folder of Hugging Face's "
              "Trainer; TensorBoard's event files or a folder of them; the wandb folder of Weights & Biases; MLflow's "
              "mlflow.db or mlruns; a JSON file with metrics; a .csv or .jsonl file with a row for each step")
      .required();
  command.flag("--json", options->json,
               "print JSON: id, name, format, points and unread of each run; what was skipped");
  command.footer(
      "Each becomes an ordinary run. Anything that could not be read is reported. Runs that were imported before are "
      "not changed.\n\nExamples:\n"
      "  runner import ~/elsewhere/results/runs/3fa9b2c1\n"
      "  runner import gpt2-output mlruns\n"
      "  runner import logs/events.out.tfevents.1700000000.host.1.0");
  command.action([&global, &exit_code, options] { exit_code = import_all(global, *options); });
}

}  // namespace folio::cli
