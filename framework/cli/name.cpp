#include <memory>

#include "cli/commands.h"
#include "cli/session/label.h"

namespace folio::cli {
namespace {

struct NameOptions {
  std::string run;
  std::string name;
};

}  // namespace

void add_name(const Command& program, const GlobalOptions& global, int&) {
  const Command command = program.subcommand("name", "Give a run another name");
  const auto options = std::make_shared<NameOptions>();
  command.option("RUN", options->run, "a run, given as for 'show'").required().free_text();
  command.option("NAME", options->name, "the new name: 1 to 64 letters, digits, '.', '_' or '-'").required();
  command.footer("Example:\n  runner name latest romeo-warmup");
  command.action([&global, options] { label_run(global, options->run, {options->name, std::nullopt, {}, {}}); });
}

}  // namespace folio::cli
