#include "runs/record/selection.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "support/error.h"
#include "support/nearest_name.h"
#include "support/utf8.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;

template <typename Matches>
const RunSummary* first(std::span<const RunSummary> runs, const Matches& matches) {
  for (const RunSummary& run : runs)
    if (matches(run)) return &run;
  return nullptr;
}

bool is_experiment_file(const std::string& text) { return text.ends_with(".yaml") || text.ends_with(".yml"); }

const RunSummary& latest_of_file(std::span<const RunSummary> runs, const std::string& text) {
  const std::string shown = without_controls(text);
  const std::string wanted = fs::absolute(text).lexically_normal().string();
  const auto of_file = [&](const RunSummary& run) { return run.experiment_file == wanted; };
  const RunSummary* run = first(runs, [&](const RunSummary& r) { return of_file(r) && r.state == RunState::finished; });
  if (run) return *run;
  if (first(runs, of_file)) throw Error(ErrorKind::usage, "no run of " + shown + " has finished");
  throw Error(ErrorKind::usage, (fs::exists(text) ? "there is no run of " + shown : "there is no file " + shown));
}

[[noreturn]] void throw_ambiguous(const std::string& text, const std::vector<const RunSummary*>& candidates) {
  std::string message = "'" + without_controls(text) + "' is the beginning of several ids:";
  for (const RunSummary* run : candidates) message += "\n  " + run->id + "  " + run->name;
  throw Error(ErrorKind::usage, message);
}

[[noreturn]] void throw_unknown(std::span<const RunSummary> runs, const std::string& text) {
  std::vector<std::string> names{"latest"};
  for (const RunSummary& run : runs) {
    names.push_back(run.name);
    names.push_back(run.id);
  }
  throw Error(ErrorKind::usage, "there is no run '" + without_controls(text) + "'" + did_you_mean(text, names));
}

}  // namespace

const UnreadRun* select_unread(std::span<const RunSummary> runs, const std::string& text,
                               std::span<const UnreadRun> unread) {
  const auto begins = [&](const auto& run) { return run.id.starts_with(text); };
  const auto means = [&](const RunSummary& run) { return begins(run) || run.name == text; };
  if (text.empty() || std::any_of(runs.begin(), runs.end(), means)) return nullptr;
  const auto exact = std::find_if(unread.begin(), unread.end(), [&](const UnreadRun& run) { return run.id == text; });
  if (exact != unread.end()) return &*exact;
  const auto found = std::find_if(unread.begin(), unread.end(), begins);
  return found == unread.end() || std::count_if(unread.begin(), unread.end(), begins) > 1 ? nullptr : &*found;
}

const RunSummary& select_run(std::span<const RunSummary> runs, const std::string& text,
                             std::span<const UnreadRun> unread) {
  if (text == "latest") {
    if (runs.empty() || is_baseline(runs.front())) throw Error(ErrorKind::usage, "there are no runs yet");
    return runs.front();
  }
  if (const auto* run = first(runs, [&](const RunSummary& r) { return r.id == text; })) return *run;
  if (is_experiment_file(text)) return latest_of_file(runs, text);
  if (const auto* run = first(runs, [&](const RunSummary& r) { return r.name == text; })) return *run;
  std::vector<const RunSummary*> candidates;
  for (const RunSummary& run : runs)
    if (!text.empty() && run.id.starts_with(text)) candidates.push_back(&run);
  if (candidates.empty()) {
    if (const UnreadRun* run = select_unread(runs, text, unread))
      throw Error(ErrorKind::store, "run " + without_controls(run->id) + " cannot be read: " + run->message);
    throw_unknown(runs, text);
  }
  if (candidates.size() > 1) throw_ambiguous(text, candidates);
  return *candidates.front();
}

}  // namespace folio::runs
