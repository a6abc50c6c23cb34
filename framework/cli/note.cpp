#include <memory>

#include "cli/commands.h"
#include "cli/session/label.h"

namespace folio::cli {
namespace {

struct NoteOptions {
  std::string run;
  std::string text;
};

}  // namespace

void add_note(const Command& program, const GlobalOptions& global, int&) {
  const Command command = program.subcommand("note", "Write a line beside a run, in place of the one there was");
  const auto options = std::make_shared<NoteOptions>();
  command.option("RUN", options->run, "A run, named as for 'show'").required();
  command.option("TEXT", options->text, "One line; empty to have none").required();
  command.footer("Example:\n  runner note latest 'the first with a warm-up'");
  command.action([&global, options] {
    check_label_text(options->text, "note");
    label_run(global, options->run, {std::nullopt, options->text, {}, {}});
  });
}

}  // namespace folio::cli
