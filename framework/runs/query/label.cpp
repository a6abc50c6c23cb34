#include "runs/query/label.h"

#include "runs/record/selection.h"
#include "support/error.h"
#include "support/passwords.h"
#include "support/run_name.h"
#include "support/utf8.h"

namespace folio::runs {
namespace {

void check_text(const std::string& text, const char* what) {
  if (without_controls(text) != text)
    throw Error(ErrorKind::usage, std::string("a ") + what + " must be one line of UTF-8 without control characters");
  if (has_password(text))
    throw Error(ErrorKind::usage,
                std::string("a ") + what + " must not have a password in it: it is kept with the run");
}

void check_tag(const std::string& tag) {
  check_text(tag, "tag");
  if (!tag.empty() && tag.find_first_of(" ,") == std::string::npos) return;
  throw Error(ErrorKind::usage, "'" + tag + "' cannot be a tag: a tag is a word without spaces or commas");
}

void check_label(const LabelEvent& label, std::span<const RunSummary> runs) {
  if (label.name) check_run_name(*label.name, runs);
  if (label.note) check_text(*label.note, "note");
  for (const std::string& tag : label.tags) check_tag(tag);
  for (const std::string& tag : label.untags) check_tag(tag);
}

}  // namespace

void check_run_name(const std::string& name, std::span<const RunSummary> runs) {
  const std::string shown = without_controls(name);
  if (const auto problem = problem_with_name(name))
    throw Error(ErrorKind::usage, "a run cannot be named '" + shown + "': " + *problem);
  for (const RunSummary& run : runs) {
    if (is_baseline(run) && run.name.size() == name.size() && name_begins(run.name, name))
      throw Error(ErrorKind::usage,
                  "a run cannot be named '" + shown + "': so is " + run.id + ", which comes with Folio");
    if (!is_baseline(run) && name_begins(run.id, name))
      throw Error(ErrorKind::usage, "a run cannot be named '" + shown + "': the id " + run.id + " begins so");
  }
}

RunSummary label_run(Store& store, const std::string& name, const LabelEvent& label) {
  const std::vector<RunSummary> runs = store.list();
  check_label(label, runs);
  const RunSummary& run = select_run(runs, name, store.unread());
  if (is_baseline(run)) throw Error(ErrorKind::usage, "run " + run.id + " comes with Folio and cannot be changed");
  require_own(run);
  EventWriter(store.folder_of(run.id).events()).label(label);
  store.sync_run(run.id);
  return store.load(run.id).summary;
}

}  // namespace folio::runs
