#include "runs/exchange/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/commands.h"
#include "cli/session/results_store.h"
#include "runs/record/selection.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;

struct ExportOptions {
  std::string run;
  std::string format = "json";
  std::string to;
};

struct Format {
  const char* name;
  const char* suffix;  ///< of what it makes by default
  void (*write)(const runs::Run& run, const fs::path& to);
};

constexpr Format kFormats[] = {{"json", ".json", &runs::export_json},
                               {"csv", ".csv", &runs::export_csv},
                               {"tensorboard", ".tensorboard", &runs::export_tensorboard},
                               {"folder", "", &runs::export_folder}};

void export_run(const GlobalOptions& global, const ExportOptions& options) {
  runs::Store store = open_store(global);
  const auto runs = store.list();
  const std::string id = runs::select_run(runs, options.run).id;
  const Format& format = *std::find_if(std::begin(kFormats), std::end(kFormats),
                                       [&](const Format& each) { return each.name == options.format; });
  std::string name = id;
  std::replace(name.begin(), name.end(), '/', '-');
  const fs::path to = options.to.empty() ? fs::path(name + format.suffix) : fs::path(options.to);
  const runs::Run run = store.load(id);
  runs::require_folder(run);
  format.write(run, to);
  fmt::print("{}\n", to.string());
}

}  // namespace

void add_export(const Command& program, const GlobalOptions& global, int&) {
  const Command command = program.subcommand("export", "Write a run for other programs, or for another machine");
  const auto options = std::make_shared<ExportOptions>();
  std::vector<std::string> names;
  for (const Format& format : kFormats) names.emplace_back(format.name);
  command.option("RUN", options->run, "A run, named as for 'show'").required();
  command
      .option("--format", options->format,
              "json: all of it; csv: a row for each logged step; tensorboard: a folder with an event file; folder: "
              "the run's folder, for 'import'")
      .one_of(names)
      .show_default();
  command.option("--to", options->to, "The file or folder to write; without this, here, called as the run's id");
  command.footer(
      "Examples:\n  runner export latest --format csv\n  runner export 3fa9 --format tensorboard --to logs/3fa9");
  command.action([&global, options] { export_run(global, *options); });
}

}  // namespace folio::cli
