#include <unistd.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/results_store.h"
#include "results/rendering.h"
#include "results/selection.h"
#include "support/terminal.h"

namespace folio::cli {
namespace {

struct ShowOptions {
  std::string run = "latest";
  bool json = false;
};

void show_run(const GlobalOptions& global, const ShowOptions& options) {
  results::Store store = open_store(global);
  const auto runs = store.list();
  const results::Run run = store.load(results::select_run(runs, options.run).id);
  if (options.json) {
    print_json(results::to_json(run));
  } else {
    std::cout << results::to_text(run, Paint(use_colour(STDOUT_FILENO)));
  }
}

}  // namespace

void add_show(CLI::App& app, const GlobalOptions& global, int&) {
  auto* command = app.add_subcommand("show", "Show what is known of one run");
  const auto options = std::make_shared<ShowOptions>();
  command->add_option("RUN", options->run,
                      "Id or its beginning, name, 'latest', 'baseline/gpt', or an experiment file: its latest finished "
                      "run; 'latest' by default");
  command->add_flag("--json", options->json, "JSON, with every setting");
  command->footer("Examples:\n  runner show\n  runner show 3fa9\n  runner show experiments/romeo.yaml --json");
  command->callback([&global, options] { show_run(global, *options); });
}

}  // namespace folio::cli
