#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/session/results_store.h"
#include "cli/view/print_json.h"
#include "runs/compare/explanation.h"
#include "runs/record/selection.h"
#include "runs/report/run_json.h"
#include "runs/report/run_text.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

using runs::Claim;
using runs::Run;

struct ShowOptions {
  std::string run = "latest";
  bool explain = false;
  bool all = false;
  bool json = false;
};

void print_as_json(const Run& run, const std::vector<Claim>& claims) {
  nlohmann::json json = runs::to_json(run);
  for (const Claim& claim : claims)
    json["explanation"].push_back({{"question", claim.question}, {"answer", claim.answer}});
  print_json(json);
}

void show_run(const GlobalOptions& global, const ShowOptions& options) {
  runs::Store store = open_store(global);
  const std::string id = runs::select_run(store.list(), options.run, store.unread()).id;
  const Run run = store.load(id);
  std::vector<Claim> claims;
  if (options.explain) claims = runs::explain(run, store.points(id, "loss"), store.points(id, "eval_loss"));
  if (options.json) return print_as_json(run, claims);
  Page page = Page::for_output(Page::Form::terminal, 120);
  if (options.explain)
    runs::add_explanation(page, run, claims);
  else
    runs::add_run(page, run, options.all);
  std::cout << page.text();
}

}  // namespace

void add_show(const Command& program, const GlobalOptions& global, int&) {
  const Command command = program.subcommand("show", "Show everything known about one run, or explain its result");
  const auto options = std::make_shared<ShowOptions>();
  command
      .option("RUN", options->run,
              "an id or its beginning, a name, 'latest', 'baseline/gpt', or an experiment file, for its latest "
              "finished run; by default 'latest'")
      .free_text();
  command.flag("--explain", options->explain,
               "say what the figures mean: the loss, whether it was still falling, overfitting, text, machine");
  command.flag("--all", options->all, "show every setting, including defaults");
  command.flag("--json", options->json, "print JSON, with every setting");
  command.footer(
      "Examples:\n  runner show\n  runner show 3fa9\n  runner show --explain\n  runner show experiments/romeo.yaml "
      "--json");
  command.action([&global, options] { show_run(global, *options); });
}

}  // namespace folio::cli
