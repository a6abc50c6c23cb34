#include "cli/session/run_choice.h"

#include <set>

#include "cli/session/results_store.h"
#include "runs/compare/where.h"
#include "runs/record/selection.h"
#include "runs/record/trash.h"
#include "support/error.h"

namespace folio::cli {

using runs::RunSummary;

std::vector<RunSummary> choose_runs(std::vector<RunSummary> runs, const runs::RunFields& fields,
                                    const RunChoice& choice, std::span<const runs::UnreadRun> unread) {
  bool finished = choice.finished;
  if (!choice.names.empty()) {
    std::vector<RunSummary> named;
    for (const std::string& name : choice.names) named.push_back(runs::select_run(runs, name, unread));
    runs = std::move(named);
    finished = false;
  }
  if (!choice.where.empty()) {
    const runs::Where where(choice.where, fields);
    std::erase_if(runs, [&](const RunSummary& run) { return !where.holds(run, fields); });
    finished = finished && !where.asks(runs::Field::Kind::state);
  }
  if (finished) std::erase_if(runs, [](const RunSummary& run) { return run.state != runs::RunState::finished; });
  return runs;
}

std::vector<RunSummary> named_runs(const std::vector<RunSummary>& runs, const std::vector<std::string>& names,
                                   std::span<const runs::UnreadRun> unread) {
  std::vector<RunSummary> result;
  std::set<std::string> seen;
  for (const std::string& name : names) {
    const RunSummary& run = runs::select_run(runs, name, unread);
    if (seen.insert(run.id).second) result.push_back(run);
  }
  return result;
}

std::vector<RunSummary> trashed_runs(const GlobalOptions& global, const std::vector<std::string>& names) {
  require_results(global);
  const auto trash = runs::list_trash(global.results);
  if (trash.empty()) throw Error(ErrorKind::usage, "the trash is empty");
  return names.empty() ? trash : named_runs(trash, names);
}

void add_where(const Command& command, std::string& where) {
  command.option(
      "--where", where,
      "only runs that meet this condition: FIELD OP VALUE with = != < <= > >= ~ (contains), combined with and, or, not "
      "and parentheses; fields are settings, metrics, id, name, model, state, created, tags, note, file");
}

}  // namespace folio::cli
