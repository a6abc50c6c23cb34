#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/session/detachment.h"
#include "cli/session/results_store.h"
#include "cli/session/resumption.h"
#include "cli/session/run_result.h"
#include "cli/session/run_session.h"
#include "runs/record/selection.h"

namespace folio::cli {
namespace {

struct ResumeOptions {
  std::string run;
  std::vector<std::string> overrides;
  ResumeChoice choice{.from = "last"};
  bool quiet = false;
  bool json = false;
  bool detach = false;
};

int resume(const ResumeOptions& options, const GlobalOptions& global) {
  Detachment detachment;
  if (options.detach)
    if (const auto code = detachment.begin()) return *code;
  runs::Store store = open_store_to_add(global);
  const auto runs = store.list();
  const runs::Run run = store.load(runs::select_run(runs, options.run, store.unread()).id);
  RunRequest request = request_to_resume(run, options.overrides, options.choice, global);
  request.quiet = options.quiet || options.json;
  if (options.detach) {
    request.begun = [&](const runs::RunInfo& info) {
      report_begun(info, run.folder.path(), options.json);
      detachment.let_go();
    };
  }
  return report_end(run_to_end(request, global, store), options.json);
}

}  // namespace

void add_resume(const Command& program, const GlobalOptions& global, int& exit_code) {
  auto options = std::make_shared<ResumeOptions>();
  const Command command =
      program.subcommand("resume", "Go on with a run that was stopped, from a checkpoint of its own");
  command.option("run", options->run, "the run: the beginning of its id, its name, latest, or an experiment file")
      .required()
      .free_text();
  command.option("overrides", options->overrides,
                 "training.num_train_epochs=N or training.max_steps=N, to make the run longer; other settings with "
                 "--accept-differences");
  command
      .option("--from", options->choice.from,
              "the checkpoint: last (the newest that is whole), best, or the name or folder of one")
      .show_default();
  command.flag("--accept-differences", options->choice.accept_differences,
               "go on although experiment, text, plugins or machine are others than the run began with");
  command.flag("-q,--quiet", options->quiet, "show no progress");
  command.flag("--json", options->json, "print the result as JSON, and nothing else");
  command.flag("-d,--detach", options->detach,
               "go on in the background, and give the prompt back as soon as the run has begun");
  command.footer(
      "Under the same conditions the result is bit for bit that of a run that was never stopped. Where they are others "
      "the\nrun is left as it is, and each difference is named.\n\n"
      "Examples:\n"
      "  runner resume latest\n"
      "  runner resume latest training.num_train_epochs=5\n"
      "  runner resume 3fa9 --from best --accept-differences");
  command.action([options, &global, &exit_code] { exit_code = resume(*options, global); });
}

}  // namespace folio::cli
