#include "cli/run_choice.h"

#include "results/selection.h"
#include "results/where.h"

namespace folio::cli {

using results::RunSummary;

std::vector<RunSummary> choose_runs(std::vector<RunSummary> runs, const results::RunFields& fields,
                                    const RunChoice& choice) {
  bool finished = choice.finished;
  if (!choice.names.empty()) {
    std::vector<RunSummary> named;
    for (const std::string& name : choice.names) named.push_back(results::select_run(runs, name));
    runs = std::move(named);
    finished = false;
  }
  if (!choice.where.empty()) {
    const results::Where where(choice.where, fields);
    std::erase_if(runs, [&](const RunSummary& run) { return !where.holds(run, fields); });
    finished = finished && !where.asks(results::Field::Kind::state);
  }
  if (finished) std::erase_if(runs, [](const RunSummary& run) { return run.state != results::RunState::finished; });
  return runs;
}

void add_where(CLI::App& command, std::string& where) {
  command.add_option(
      "--where", where,
      "Only runs of which this holds: FIELD OP VALUE with = != < <= > >= ~ (contains), joined by and, or, "
      "not, parentheses; fields are settings, metrics, id, name, model, state, created, tags, note, file");
}

}  // namespace folio::cli
