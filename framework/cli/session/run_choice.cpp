#include "cli/session/run_choice.h"

#include "cli/session/results_store.h"
#include "runs/record/trash.h"
#include "support/error.h"

namespace folio::cli {

using runs::RunSummary;

std::vector<RunSummary> trashed_runs(const GlobalOptions& global, const std::vector<std::string>& names) {
  require_results(global);
  const auto trash = runs::list_trash(global.results);
  if (trash.empty()) throw Error(ErrorKind::usage, "the trash is empty");
  return names.empty() ? trash : runs::named_runs(trash, names);
}

void add_where(const Command& command, std::string& where) {
  command.option(
      "--where", where,
      "only runs that meet this condition: FIELD OP VALUE with = != < <= > >= ~ (contains), combined with and, or, not "
      "and parentheses; fields are settings, metrics, id, name, model, state, created, tags, note, file");
}

}  // namespace folio::cli
