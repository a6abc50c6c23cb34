#include "experiment/schema.h"

#include <iostream>

#include "cli/commands.h"
#include "cli/session/session.h"

namespace folio::cli {

void add_schema(const Command& program, const GlobalOptions& global, int&) {
  const Command command = program.subcommand("schema", "Print the JSON schema of experiment files, for editors");
  command.footer(
      "The schema covers exactly the plugins that are installed. With the YAML language server, write as the\n"
      "first line of an experiment:\n"
      "  # yaml-language-server: $schema=folio.schema.json\n\n"
      "Example:\n"
      "  runner schema > experiments/folio.schema.json");
  command.action([&global] { std::cout << experiment::schema(open_session(global, {}).declarations).dump(2) << "\n"; });
}

}  // namespace folio::cli
