#include <iostream>
#include <memory>
#include <utility>

#include "cli/commands.h"
#include "cli/session/results_store.h"
#include "cli/view/print_json.h"
#include "runs/query/compare_runs.h"
#include "runs/record/selection.h"
#include "runs/report/comparison_json.h"
#include "runs/report/comparison_text.h"
#include "runs/report/run_json.h"
#include "runs/report/trace_report.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

using runs::Run;
using runs::RunSummary;

struct DiffOptions {
  std::string a, b;
  bool trace = false;
  bool all = false;
  bool exit_code = false;
  bool json = false;
  bool markdown = false;
};

/// The two runs to compare: those named, the latest standing for a second that is not, the latest two for none.
std::pair<std::string, std::string> choose(const std::vector<RunSummary>& runs, std::span<const runs::UnreadRun> unread,
                                           const DiffOptions& options) {
  if (options.a.empty()) {
    if (runs.size() < 2 || runs::is_baseline(runs[1]))
      throw Error(ErrorKind::usage,
                  "there are fewer than two runs so far; name two, as in: runner diff baseline/gpt latest");
    return {runs[1].id, runs[0].id};
  }
  const std::string a = runs::select_run(runs, options.a, unread).id;
  const std::string b = runs::select_run(runs, options.b.empty() ? "latest" : options.b, unread).id;
  if (a == b) throw Error(ErrorKind::usage, "both are run " + a + "; name another to compare it with");
  return {a, b};
}

/// The first step at which two runs that should be equal part. Gives whether they do.
bool compare_traces(const Run& a, const Run& b, const DiffOptions& options) {
  runs::require_folder(a);
  runs::require_folder(b);
  const auto in_a = runs::read_trace(a.folder.trace());
  const auto in_b = runs::read_trace(b.folder.trace());
  if (options.json) {
    nlohmann::json report = runs::trace_to_json(in_a, in_b);
    report["a"] = a.summary.id;
    report["b"] = b.summary.id;
    print_json(report);
  } else {
    Page page = Page::for_output(options.markdown ? Page::Form::markdown : Page::Form::terminal);
    runs::add_title(page, "A", a);
    runs::add_title(page, "B", b);
    runs::add_trace(page, in_a, in_b);
    std::cout << page.text();
  }
  return runs::first_divergence(in_a, in_b).has_value();
}

int compare_runs(const GlobalOptions& global, const DiffOptions& options) {
  runs::Store store = open_store(global);
  const auto runs = store.list();
  const auto [id_a, id_b] = choose(runs, store.unread(), options);
  if (options.trace) return compare_traces(store.load(id_a), store.load(id_b), options) && options.exit_code ? 1 : 0;
  const auto [a, b, comparison, curves] = runs::compare_runs(store, runs, id_a, id_b);
  if (options.json) {
    print_json(runs::to_json(a, b, comparison));
  } else {
    Page page = Page::for_output(options.markdown ? Page::Form::markdown : Page::Form::terminal);
    runs::add_comparison(page, a, b, comparison, curves, options.all);
    std::cout << page.text();
  }
  return options.exit_code && !runs::same_result(comparison) ? 1 : 0;
}

}  // namespace

void add_diff(const Command& program, const GlobalOptions& global, int& exit_code) {
  const Command command =
      program.subcommand("diff", "Compare two runs: whether they can be compared, settings, metrics, curves");
  const auto options = std::make_shared<DiffOptions>();
  command.option("A", options->a, "a run, given as for 'show'; without B it is compared with the latest run")
      .free_text();
  command.option("B", options->b, "another run; without A and B the two latest runs are compared").free_text();
  command.flag("--all", options->all, "show every fact, setting and metric, even those that are equal");
  command.flag("--trace", options->trace,
               "show the first step at which two runs that should be equal differ, and what differs; both need "
               "training.trace=true");
  command.flag("--exit-code", options->exit_code,
               "exit with 1 unless all facts are known and equal, no setting differs, and every metric except times "
               "and memory is the same; with --trace, if they differ");
  const CommandOption json =
      command.flag("--json", options->json, "print JSON: comparable, reasons, settings, metrics, shows");
  command.flag("--md", options->markdown, "print Markdown, for a pull request or a notebook").excludes(json);
  command.footer(
      "An experiment file stands for the latest finished run that was started from the file at this path, with or "
      "without overrides.\n\nExamples:\n"
      "  runner diff\n"
      "  runner diff baseline/gpt\n"
      "  runner diff baseline/gpt experiments/romeo.yaml\n"
      "  runner diff experiments/romeo.yaml experiments/romeo-bert.yaml --md\n"
      "  runner diff 3fa9 77b1 --trace");
  command.action([&global, options, &exit_code] { exit_code = compare_runs(global, *options); });
}

}  // namespace folio::cli
