#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "cli/commands.h"
#include "cli/session/repetition.h"
#include "cli/session/results_store.h"
#include "cli/view/print_json.h"
#include "runs/record/selection.h"
#include "runs/report/comparison_text.h"
#include "runs/report/repetition_report.h"
#include "terminal/page.h"

namespace folio::cli {
namespace {

struct VerifyOptions {
  std::string run;
  RepetitionRequest request;
  bool json = false;
};

int verify(const VerifyOptions& options, const GlobalOptions& global) {
  runs::Store store = open_store(global);
  const runs::Run run = store.load(runs::select_run(store.list(), options.run, store.unread()).id);
  RepetitionRequest request = options.request;
  request.quiet = request.quiet || options.json;
  const runs::Repetition repetition = repeat_run(run, request, global);
  if (options.json) {
    nlohmann::json report = runs::to_json(repetition);
    report["run"] = run.summary.id;
    print_json(report);
  } else {
    Page page = Page::for_output();
    runs::add_title(page, "Run", run);
    runs::add_repetition(page, repetition);
    std::cout << page.text();
  }
  return repetition.equal() ? 0 : 1;
}

}  // namespace

void add_verify(const Command& program, const GlobalOptions& global, int& exit_code) {
  auto options = std::make_shared<VerifyOptions>();
  const Command command = program.subcommand("verify", "Prove that a run is reproducible: do some of its steps again");
  command.option("run", options->run, "the run: the beginning of its id, its name, latest, or an experiment file")
      .required()
      .free_text();
  command.option("--from", options->request.from,
                 "the checkpoint to go on from, its name (checkpoint-40) or folder; without it the run is begun again");
  command
      .option("--steps", options->request.steps,
              "how many steps; without it to the next checkpoint before the run's end, or else 20, or as many as there "
              "are to "
              "the first logged values")
      .positive();
  command.flag("-q,--quiet", options->request.quiet, "show no progress");
  command.flag("--json", options->json, "print what was compared and what differs as JSON, and nothing else");
  command.footer(
      "Losses, all else that was logged of the steps, the trace of a run with training.trace, and weights and "
      "optimizer\nof a checkpoint must be equal bit for bit. Else the first step that is not, what differs there, and "
      "what differs in\nmachine, versions, plugins, text and tokenizer are named, and the exit code is 1. The run "
      "itself stays as it is.\n\n"
      "Examples:\n"
      "  runner verify latest\n"
      "  runner verify latest --steps 100\n"
      "  runner verify latest --from checkpoint-40");
  command.action([options, &global, &exit_code] { exit_code = verify(*options, global); });
}

}  // namespace folio::cli
