// import, export: runs that come from other programs and machines, and go there.

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/results_store.h"
#include "results/export.h"
#include "results/import.h"
#include "results/selection.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct ImportOptions {
  std::vector<std::string> paths;
  bool json = false;
};

struct ExportOptions {
  std::string run;
  std::string format = "json";
  std::string to;
};

struct Format {
  const char* name;
  const char* suffix;  ///< of what it makes by default
  void (*write)(const results::Run& run, const fs::path& to);
};

constexpr Format kFormats[] = {{"json", ".json", &results::export_json},
                               {"csv", ".csv", &results::export_csv},
                               {"tensorboard", ".tensorboard", &results::export_tensorboard},
                               {"folder", "", &results::export_folder}};

void tell(const results::Imported& imported) {
  fmt::print("{}  {}: from {}, {} points\n", imported.id, imported.name, imported.format, imported.points);
  for (const std::string& unread : imported.unread) fmt::print(stderr, "warning: not imported: {}\n", unread);
}

void import_all(const GlobalOptions& global, const ImportOptions& options) {
  json report = json::array();
  for (const std::string& path : options.paths) {
    for (const results::Imported& imported : results::import_runs(global.results, path)) {
      if (!options.json) tell(imported);
      report.push_back({{"id", imported.id},
                        {"name", imported.name},
                        {"format", imported.format},
                        {"points", imported.points},
                        {"unread", imported.unread}});
    }
  }
  open_store(global);
  if (options.json) print_json(report);
}

void export_run(const GlobalOptions& global, const ExportOptions& options) {
  results::Store store = open_store(global);
  const auto runs = store.list();
  const std::string id = results::select_run(runs, options.run).id;
  const Format& format = *std::find_if(std::begin(kFormats), std::end(kFormats),
                                       [&](const Format& each) { return each.name == options.format; });
  std::string name = id;
  std::replace(name.begin(), name.end(), '/', '-');
  const fs::path to = options.to.empty() ? fs::path(name + format.suffix) : fs::path(options.to);
  const results::Run run = store.load(id);
  results::require_folder(run);
  format.write(run, to);
  fmt::print("{}\n", to.string());
}

}  // namespace

void add_import(CLI::App& app, const GlobalOptions& global, int&) {
  auto* command = app.add_subcommand("import", "Take over runs of other programs, or of another machine");
  const auto options = std::make_shared<ImportOptions>();
  command
      ->add_option(
          "PATH", options->paths,
          "A run folder; trainer_state.json or the output folder of Hugging Face's Trainer; TensorBoard's event "
          "files or a folder of them; MLflow's mlruns; a JSON file with metrics")
      ->required();
  command->add_flag("--json", options->json, "JSON: id, name, format, points, unread");
  command->footer(
      "Each becomes a run like any other. What could not be read is named.\n\n"
      "Examples:\n  runner import ~/elsewhere/results/runs/3fa9b2c1\n  runner import gpt2-output mlruns\n"
      "  runner import logs/events.out.tfevents.1700000000.host.1.0");
  command->callback([&global, options] { import_all(global, *options); });
}

void add_export(CLI::App& app, const GlobalOptions& global, int&) {
  auto* command = app.add_subcommand("export", "Write a run for other programs, or for another machine");
  const auto options = std::make_shared<ExportOptions>();
  std::vector<std::string> names;
  for (const Format& format : kFormats) names.emplace_back(format.name);
  command->add_option("RUN", options->run, "A run, named as for 'show'")->required();
  command
      ->add_option(
          "--format", options->format,
          "json: all of it; csv: a row for each logged step; tensorboard: a folder with an event file; folder: "
          "the run's folder, for 'import'")
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  command->add_option("--to", options->to, "The file or folder to write; without this, here, called as the run's id");
  command->footer(
      "Examples:\n  runner export latest --format csv\n  runner export 3fa9 --format tensorboard --to logs/3fa9");
  command->callback([&global, options] { export_run(global, *options); });
}

}  // namespace folio::cli
