#include <unistd.h>

#include <iostream>
#include <memory>
#include <utility>

#include "cli/commands.h"
#include "cli/results_store.h"
#include "results/comparison.h"
#include "results/rendering.h"
#include "results/selection.h"
#include "support/terminal.h"

namespace folio::cli {
namespace {

using results::RunSummary;

struct DiffOptions {
  std::string a, b;
  bool json = false;
};

/// The two runs to compare: those named, the latest standing for a second that is not, the latest two for none.
std::pair<std::string, std::string> choose(const std::vector<RunSummary>& runs, const DiffOptions& options) {
  if (options.a.empty()) {
    if (runs.size() < 2 || results::is_baseline(runs[1])) {
      throw Error(ErrorKind::usage, "there are not two runs yet; name two, as in: runner diff baseline/gpt latest");
    }
    return {runs[1].id, runs[0].id};
  }
  const std::string a = results::select_run(runs, options.a).id;
  const std::string b = results::select_run(runs, options.b.empty() ? "latest" : options.b).id;
  if (a == b) throw Error(ErrorKind::usage, "both are run " + a + "; name another to compare it with");
  return {a, b};
}

void compare_runs(const GlobalOptions& global, const DiffOptions& options) {
  results::Store store = open_store(global);
  const auto [id_a, id_b] = choose(store.list(), options);
  const results::Run a = store.load(id_a);
  const results::Run b = store.load(id_b);
  const results::Comparison comparison = results::compare(a, b);
  if (options.json) {
    print_json(results::to_json(a, b, comparison));
  } else {
    std::cout << results::to_text(a, b, comparison, Paint(use_colour(STDOUT_FILENO)));
  }
}

}  // namespace

void add_diff(CLI::App& app, const GlobalOptions& global, int&) {
  auto* command = app.add_subcommand("diff", "Compare two runs: whether they can be, settings, metrics");
  const auto options = std::make_shared<DiffOptions>();
  command->add_option("A", options->a, "A run, named as for 'show'; with B left out it is compared with the latest");
  command->add_option("B", options->b, "Another run; without A and B the latest two are compared");
  command->add_flag("--json", options->json, "JSON: comparable, reasons, settings, metrics");
  command->footer(
      "Examples:\n  runner diff\n  runner diff baseline/gpt\n  runner diff baseline/gpt experiments/romeo.yaml");
  command->callback([&global, options] { compare_runs(global, *options); });
}

}  // namespace folio::cli
