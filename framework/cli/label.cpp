// tag, note, name: what a person calls a run. It is kept as an event in the run's folder.

#include <algorithm>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/results_store.h"
#include "results/events.h"
#include "results/selection.h"
#include "support/error.h"
#include "support/utf8.h"

namespace folio::cli {
namespace {

using results::LabelEvent;
using results::RunSummary;

struct LabelOptions {
  std::string run;
  std::vector<std::string> tags;
  std::string text;
  bool remove = false;
};

void check_tag(const std::string& tag) {
  const auto wrong = [](unsigned char c) { return c <= ' ' || c == ',' || c == 0x7f; };
  if (!tag.empty() && std::none_of(tag.begin(), tag.end(), wrong) && !first_invalid_utf8(tag)) return;
  throw Error(ErrorKind::usage, "'" + tag + "' cannot be a tag: a tag is a word without spaces and commas");
}

void check_text(const std::string& text, const char* what) {
  const auto control = [](unsigned char c) { return c < ' ' || c == 0x7f; };
  if (std::none_of(text.begin(), text.end(), control) && !first_invalid_utf8(text)) return;
  throw Error(ErrorKind::usage, std::string("a ") + what + " is one line of UTF-8, without control characters");
}

void label_run(const GlobalOptions& global, const std::string& name, const LabelEvent& label) {
  results::Store store = open_store(global);
  const auto runs = store.list();
  const RunSummary& run = results::select_run(runs, name);
  if (results::is_baseline(run)) {
    throw Error(ErrorKind::usage, "run " + run.id + " comes with Folio and stays as it is");
  }
  results::require_own(run);
  results::EventWriter(store.folder_of(run.id).events()).label(label);
  store.sync_run(run.id);
  const RunSummary now = store.load(run.id).summary;
  std::cout << now.id << "  " << now.name;
  if (!now.tags.empty()) std::cout << "  tags " << results::tags_text(now.tags);
  if (!now.note.empty()) std::cout << "  " << now.note;
  std::cout << "\n";
}

void tag_run(const GlobalOptions& global, const LabelOptions& options) {
  for (const std::string& tag : options.tags) check_tag(tag);
  LabelEvent label;
  (options.remove ? label.untags : label.tags) = options.tags;
  label_run(global, options.run, label);
}

}  // namespace

void add_tag(CLI::App& app, const GlobalOptions& global, int&) {
  auto* command = app.add_subcommand("tag", "Give a run tags, or take them away");
  const auto options = std::make_shared<LabelOptions>();
  command->add_option("RUN", options->run, "A run, named as for 'show'")->required();
  command->add_option("TAG", options->tags, "Words without spaces and commas")->required();
  command->add_flag("--remove", options->remove, "Take these tags away");
  command->footer(
      "Examples:\n  runner tag latest good long\n  runner tag 3fa9 --remove long\n  runner ls --where tags=good");
  command->callback([&global, options] { tag_run(global, *options); });
}

void add_note(CLI::App& app, const GlobalOptions& global, int&) {
  auto* command = app.add_subcommand("note", "Write a line beside a run, in place of the one there was");
  const auto options = std::make_shared<LabelOptions>();
  command->add_option("RUN", options->run, "A run, named as for 'show'")->required();
  command->add_option("TEXT", options->text, "One line; empty to have none")->required();
  command->footer("Example:\n  runner note latest 'the first with a warm-up'");
  command->callback([&global, options] {
    check_text(options->text, "note");
    label_run(global, options->run, {std::nullopt, options->text, {}, {}});
  });
}

void add_name(CLI::App& app, const GlobalOptions& global, int&) {
  auto* command = app.add_subcommand("name", "Give a run another name");
  const auto options = std::make_shared<LabelOptions>();
  command->add_option("RUN", options->run, "A run, named as for 'show'")->required();
  command->add_option("NAME", options->text, "The new name")->required();
  command->footer("Example:\n  runner name latest romeo-warmup");
  command->callback([&global, options] {
    check_text(options->text, "name");
    if (options->text.empty()) throw Error(ErrorKind::usage, "a name cannot be empty");
    label_run(global, options->run, {options->text, std::nullopt, {}, {}});
  });
}

}  // namespace folio::cli
