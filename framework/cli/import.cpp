#include "runs/exchange/import.h"

#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/session/results_store.h"
#include "cli/view/print_json.h"

namespace folio::cli {
namespace {

using nlohmann::json;

struct ImportOptions {
  std::vector<std::string> paths;
  bool json = false;
};

void tell(const runs::ImportReport& report) {
  fmt::print("{}  {}: from {}, {} points\n", report.id, report.name, report.format, report.points);
  for (const std::string& unread : report.unread) fmt::print(stderr, "warning: not imported: {}\n", unread);
}

void import_all(const GlobalOptions& global, const ImportOptions& options) {
  json list = json::array();
  for (const std::string& path : options.paths) {
    for (const runs::ImportReport& report : runs::import_runs(global.results, path)) {
      if (!options.json) tell(report);
      list.push_back({{"id", report.id},
                      {"name", report.name},
                      {"format", report.format},
                      {"points", report.points},
                      {"unread", report.unread}});
    }
  }
  open_store(global);
  if (options.json) print_json(list);
}

}  // namespace

void add_import(const Command& program, const GlobalOptions& global, int&) {
  const Command command = program.subcommand("import", "Take over runs of other programs, or of another machine");
  const auto options = std::make_shared<ImportOptions>();
  command
      .option("PATH", options->paths,
              "A run folder; trainer_state.json or the output folder of Hugging Face's Trainer; TensorBoard's event "
              "files or a folder of them; MLflow's mlruns; a JSON file with metrics")
      .required();
  command.flag("--json", options->json, "JSON: id, name, format, points, unread");
  command.footer(
      "Each becomes a run like any other. What could not be read is named.\n\n"
      "Examples:\n  runner import ~/elsewhere/results/runs/3fa9b2c1\n  runner import gpt2-output mlruns\n"
      "  runner import logs/events.out.tfevents.1700000000.host.1.0");
  command.action([&global, options] { import_all(global, *options); });
}

}  // namespace folio::cli
