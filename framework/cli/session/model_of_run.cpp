#include "cli/session/model_of_run.h"

#include <fmt/format.h>

#include <system_error>

#include "cli/session/results_store.h"
#include "runs/record/selection.h"
#include "support/error.h"

namespace folio::cli {

std::filesystem::path model_of_run(const runs::Run& run) {
  runs::require_folder(run);
  std::error_code unreadable;
  const std::filesystem::path folder = run.folder.model();
  for (const char* file : {"config.json", "adapter_config.json"})
    if (std::filesystem::exists(folder / file, unreadable)) return std::filesystem::absolute(folder);
  throw Error(ErrorKind::usage,
              fmt::format("run {} has no model; it is {}", run.summary.id, runs::to_string(run.summary.state)));
}

std::filesystem::path model_of_run(const std::string& text, const GlobalOptions& global) {
  runs::Store store = open_store(global);
  const auto runs = store.list();
  return model_of_run(store.load(runs::select_run(runs, text, store.unread()).id));
}

}  // namespace folio::cli
