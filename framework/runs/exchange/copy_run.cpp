#include "runs/exchange/copy_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "runs/exchange/folder_files.h"
#include "runs/exchange/imported_run.h"
#include "runs/exchange/read_values.h"
#include "runs/record/unfinished_run.h"
#include "support/error.h"
#include "support/files.h"
#include "support/random_hex.h"
#include "support/run_name.h"
#include "support/sha256.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;

/// Counts the points in the copied folder, ends the run where it had not ended, and tells what cannot be read.
void close_events(const RunFolder& folder, ImportReport& report) {
  RunState state = RunState::created;
  const std::int64_t broken = read_named([&] {
    return for_each_event(folder.events(), [&](const Event& event) {
      if (const auto* change = std::get_if<StateEvent>(&event.what)) state = change->state;
      if (const auto* points = std::get_if<PointsEvent>(&event.what))
        report.points += static_cast<std::int64_t>(points->metrics.size());
    });
  });
  if (is_active(state)) {
    EventWriter(folder.events()).interrupted();
    report.unread.emplace_back("it had not ended when it was copied, so here it is interrupted");
  }
  if (broken > 0) report.unread.push_back(fmt::format("{} lines of events.jsonl that are not events", broken));
}

/// A name that cannot be a run's here gives way to one made of it, in a label as a person would have written.
void take_fitting_name(const RunFolder& folder, ImportReport& report) {
  for_each_event(folder.events(), [&](const Event& event) {
    const auto* label = std::get_if<LabelEvent>(&event.what);
    if (label != nullptr && label->name) report.name = *label->name;
  });
  if (!problem_with_name(report.name)) return;
  report.own_name = report.name;
  report.name = name_from(report.name);
  EventWriter(folder.events()).label({report.name, std::nullopt, {}, {}});
}

std::string events_text(const RunFolder& folder) {
  return is_there(folder.events()) ? read_file(folder.events(), ErrorKind::store, kLargestImport) : "";
}

/// Whether the run here is the one there. What happened to it since, a label or that its end was written, stands at the
/// end of its events.
bool is_same_run(const RunFolder& here, const RunFolder& there) {
  return read_file(here.info(), ErrorKind::store) == read_file(there.info(), ErrorKind::store) &&
         read_file(here.resolved(), ErrorKind::store) == read_file(there.resolved(), ErrorKind::store) &&
         events_text(here).starts_with(events_text(there));
}

}  // namespace

ImportReport copy_run(const fs::path& results, const fs::path& source, KnownImports& known) {
  const RunFolder there(source);
  RunInfo info = read_named([&] {
    RunInfo read = read_run_info(there);
    require_sections(read_resolved(there), read, there);
    return read;
  });
  ImportReport report{.id = info.id, .name = info.name, .format = "a run folder"};
  const RunFolder here(runs_folder(results) / info.id);
  const bool keeps_id = is_run_id(info.id);
  if (keeps_id && is_there(here.path())) {
    report.unchanged = is_same_run(here, there);
    if (report.unchanged) return report;
    throw Error(
        ErrorKind::usage,
        fmt::format("there is already a run {} with different contents ({}); to replace it, first use runner rm {}",
                    info.id, here.path().string(), info.id));
  }
  if (!keeps_id) {
    const ImportOrigin origin{report.format, "run:" + info.id,
                              sha256_hex(read_file(there.info(), ErrorKind::store) + events_text(there))};
    report.id = known.same(origin);
    report.unchanged = !report.id.empty();
    if (report.unchanged) return report;
    report.id = random_hex(kRunIdDigits);
    info.id = report.id;
    info.imported = origin;
  }
  auto unfinished = UnfinishedRun::make(results, report.id);
  if (!unfinished) throw Error(ErrorKind::store, "run " + report.id + " is being created by another process right now");
  try {
    report.unread = copy_folder(source, unfinished->folder().path());
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorKind::store, fmt::format("{}: cannot be copied: {}", source.string(), error.what()));
  }
  remove_left_over(unfinished->folder());  // of a run that goes on there, or was killed
  if (!keeps_id) write_file_atomically(unfinished->folder().info(), to_json(info).dump(2) + "\n", ErrorKind::store);
  read_named([&] {
    read_run_info(unfinished->folder());  // it may have been a link that was not followed, as the next one
    read_resolved(unfinished->folder());
  });
  close_events(unfinished->folder(), report);
  take_fitting_name(unfinished->folder(), report);
  if (!unfinished->put_in_place()) throw Error(ErrorKind::usage, "run " + report.id + " already exists");
  if (info.imported) known.add(report.id, *info.imported);
  return report;
}

}  // namespace folio::runs
