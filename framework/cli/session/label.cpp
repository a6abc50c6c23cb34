#include "cli/session/label.h"

#include <algorithm>
#include <iostream>

#include "cli/session/results_store.h"
#include "runs/record/selection.h"
#include "support/error.h"
#include "support/utf8.h"

namespace folio::cli {

void check_label_text(const std::string& text, const char* what) {
  const auto control = [](unsigned char c) { return c < ' ' || c == 0x7f; };
  if (std::none_of(text.begin(), text.end(), control) && !first_invalid_utf8(text)) return;
  throw Error(ErrorKind::usage, std::string("a ") + what + " must be one line of UTF-8 without control characters");
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
