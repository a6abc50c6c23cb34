#include "runs/query/run_choice.h"

#include <set>
#include <utility>

#include "runs/compare/where.h"
#include "runs/record/selection.h"

namespace folio::runs {

namespace {

std::vector<RunSummary> selected(const std::vector<RunSummary>& runs, const std::vector<std::string>& names,
                                 std::span<const UnreadRun> unread) {
  std::vector<RunSummary> named;
  for (const std::string& name : names) named.push_back(select_run(runs, name, unread));
  return named;
}

}  // namespace

std::vector<RunSummary> choose_runs(std::vector<RunSummary> runs, const RunFields& fields, const RunChoice& choice,
                                    std::span<const UnreadRun> unread) {
  bool finished = choice.finished;
  if (!choice.names.empty()) {
    runs = selected(runs, choice.names, unread);
    finished = false;
  }
  if (!choice.where.empty()) {
    const Where where(choice.where, fields);
    std::erase_if(runs, [&](const RunSummary& run) { return !where.holds(run, fields); });
    finished = finished && !where.asks(Field::Kind::state);
  }
  if (finished) std::erase_if(runs, [](const RunSummary& run) { return run.state != RunState::finished; });
  return runs;
}

std::vector<RunSummary> each_once(std::vector<RunSummary> runs) {
  std::set<std::string> seen;
  std::erase_if(runs, [&](const RunSummary& run) { return !seen.insert(run.id).second; });
  return runs;
}

std::vector<RunSummary> named_runs(const std::vector<RunSummary>& runs, const std::vector<std::string>& names,
                                   std::span<const UnreadRun> unread) {
  return each_once(selected(runs, names, unread));
}

void sort_runs(std::vector<RunSummary>& runs, const RunFields& fields, const std::string& sort_by, bool descending,
               const std::string& where) {
  const Field field = fields.require(sort_by, where);
  std::vector<FieldValue> values;
  for (const RunSummary& run : runs) values.push_back(fields.value(run, field));
  std::vector<RunSummary> sorted;
  for (const std::size_t place : sorted_places(values, descending)) sorted.push_back(std::move(runs[place]));
  runs = std::move(sorted);
}

}  // namespace folio::runs
