#include "cli/session/run_result.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <unistd.h>

#include <iostream>

#include "cli/session/interrupts.h"
#include "cli/view/print_json.h"
#include "cli/view/run_report.h"
#include "formats/checkpoint_manifest.h"
#include "formats/description_json.h"
#include "support/error.h"
#include "support/utf8.h"
#include "terminal/page.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;

void print_result(const runs::Run& run) {
  nlohmann::json result{{"id", run.summary.id},
                        {"name", run.summary.name},
                        {"state", runs::to_string(run.summary.state)},
                        {"folder", run.folder.path().string()},
                        {"metrics", nlohmann::json::object()}};
  for (const auto& [name, value] : run.summary.metrics) result["metrics"][name] = number_to_json(value);
  if (run.summary.error)
    result["error"] = {{"kind", to_string(run.summary.error->kind)}, {"message", run.summary.error->message}};
  print_json(result);
}

}  // namespace

int report_end(const runs::Run& run, bool as_json) {
  const std::string& id = run.summary.id;
  if (as_json) print_result(run);
  switch (run.summary.state) {
    case runs::RunState::finished:
      if (!as_json) std::cout << fitted_lines(run_report(run, use_colour(STDOUT_FILENO)), table_width(STDOUT_FILENO));
      return 0;
    case runs::RunState::interrupted:
      fmt::print(std::cerr, "Interrupted: run {} is kept as it was, in {}\nNext:\n", id, run.folder.path().string());
      if (!checkpoints_in(run.folder.checkpoints()).empty()) fmt::print(std::cerr, "  ./runner resume {}\n", id);
      fmt::print(std::cerr, "  ./runner show {}\n", id);
      return interrupted_exit_code();
    default:
      break;
  }
  const runs::RunError error =
      run.summary.error.value_or(runs::RunError{ErrorKind::run, "its worker process ended without a result"});
  fmt::print(std::cerr, "{}: run {} failed: {}\n  its log: {}\n", Paint(use_colour(STDERR_FILENO)).red("error"), id,
             one_message(error.message), run.folder.log().string());
  return folio::exit_code(error.kind);
}

void report_begun(const runs::RunInfo& run, const fs::path& folder, bool as_json) {
  if (as_json) return print_json({{"id", run.id}, {"name", run.name}, {"folder", folder.string()}});
  fmt::print(std::cout,
             "Run {0} of {1} goes on in the background, in {2}\nNext:\n"
             "  ./runner show {0}\n"
             "  ./runner stop {0}\n",
             run.id, run.name, folder.string());
}

}  // namespace folio::cli
