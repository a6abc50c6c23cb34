#include "cli/session/label.h"

#include <iostream>

#include "cli/session/results_store.h"
#include "runs/record/selection.h"
#include "support/error.h"
#include "support/passwords.h"
#include "support/run_name.h"
#include "support/utf8.h"

namespace folio::cli {

void check_run_name(const std::string& name, std::span<const runs::RunSummary> runs) {
  const std::string shown = without_controls(name);
  if (const auto problem = problem_with_name(name))
    throw Error(ErrorKind::usage, "a run cannot be named '" + shown + "': " + *problem);
  for (const runs::RunSummary& run : runs) {
    if (runs::is_baseline(run) && run.name.size() == name.size() && name_begins(run.name, name))
      throw Error(ErrorKind::usage,
                  "a run cannot be named '" + shown + "': so is " + run.id + ", which comes with Folio");
    if (!runs::is_baseline(run) && name_begins(run.id, name))
      throw Error(ErrorKind::usage, "a run cannot be named '" + shown + "': the id " + run.id + " begins so");
  }
}

void check_label_text(const std::string& text, const char* what) {
  if (without_controls(text) != text)
    throw Error(ErrorKind::usage, std::string("a ") + what + " must be one line of UTF-8 without control characters");
  if (has_password(text))
    throw Error(ErrorKind::usage,
                std::string("a ") + what + " must not have a password in it: it is kept with the run");
}

void label_run(const GlobalOptions& global, const std::string& name, const runs::LabelEvent& label) {
  runs::Store store = open_store(global);
  const auto runs = store.list();
  const runs::RunSummary& run = runs::select_run(runs, name, store.unread());
  if (runs::is_baseline(run))
    throw Error(ErrorKind::usage, "run " + run.id + " comes with Folio and cannot be changed");
  runs::require_own(run);
  runs::EventWriter(store.folder_of(run.id).events()).label(label);
  store.sync_run(run.id);
  const runs::RunSummary now = store.load(run.id).summary;
  std::cout << now.id << "  " << now.name;
  if (!now.tags.empty()) std::cout << "  tags " << runs::tags_text(now.tags);
  if (!now.note.empty()) std::cout << "  " << now.note;
  std::cout << "\n";
}

}  // namespace folio::cli
