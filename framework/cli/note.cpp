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
  const Command command = program.subcommand("note", "Attach a one-line note to a run, replacing any earlier one");
  const auto options = std::make_shared<NoteOptions>();
  command.option("RUN", options->run, "a run, given as for 'show'").required().free_text();
  command.option("TEXT", options->text, "one line; an empty one removes the note").required();
  command.footer("Example:\n  runner note latest 'the first with a warm-up'");
  command.action([&global, options] { label_run(global, options->run, {std::nullopt, options->text, {}, {}}); });
}

}  // namespace folio::cli
