#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "cli/commands.h"
#include "cli/curves/picture_file.h"
#include "cli/curves/plot_options.h"
#include "cli/session/results_store.h"
#include "cli/view/print_json.h"
#include "runs/plot/plot_json.h"
#include "runs/plot/plot_text.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

constexpr int kWidest = 120, kRows = 16;

struct PlotCommand {
  PlotOptions plot;
  std::optional<std::string> to;
  bool json = false;
};

void plot_runs(const GlobalOptions& global, const PlotCommand& options) {
  if (options.to) require_picture_name(*options.to);
  runs::Store store = open_store(global);
  const runs::Plot plot = plot_of(store, options.plot);
  if (options.to) {
    write_picture(plot, *options.to);
    if (!options.json) std::cout << *options.to << "\n";
  }
  if (options.json)
    print_json(runs::to_json(plot));
  else if (!options.to)
    std::cout << runs::to_text(plot, std::min(terminal_width(STDOUT_FILENO), kWidest), kRows,
                               Palette::for_output(STDOUT_FILENO));
  if (!options.to || options.json) return;
  for (const std::string& note : plot.notes) std::cerr << "note: " << note << "\n";
}

}  // namespace

void add_plot(const Command& program, const GlobalOptions& global, int&) {
  const Command command = program.subcommand("plot", "Draw curves of runs in the terminal or into a picture");
  const auto options = std::make_shared<PlotCommand>();
  add_plot_options(command, options->plot);
  command.option("-o,--output", options->to,
                 "write a picture: a file that ends in .svg, .png, .pdf or .html; one that is there is replaced");
  command.flag("--json", options->json, "print JSON: the curves' points and the notes");
  command.footer(
      "Examples:\n  runner plot\n  runner plot 3fa9 b2c1 --metric eval_loss --x tokens\n"
      "  runner plot --where 'name=smoke' --group -o loss.svg\n"
      "  runner plot latest --smoothing 0.6 --log-y -o loss.png");
  command.action([&global, options] { plot_runs(global, *options); });
}

}  // namespace folio::cli
