#include "spec/schema.h"

#include <iostream>

#include "cli/commands.h"
#include "cli/session.h"

namespace folio::cli {

void add_schema(CLI::App& app, const GlobalOptions& global, int&) {
  CLI::App* command = app.add_subcommand("schema", "Print the JSON schema of experiment files, for editors");
  command->footer(
      "The schema covers exactly the plugins that are installed. With the YAML language server, write as the\n"
      "first line of an experiment:\n"
      "  # yaml-language-server: $schema=folio.schema.json\n\n"
      "Example:\n"
      "  runner schema > experiments/folio.schema.json");
  command->callback([&global] { std::cout << spec::schema(open_session(global, {}).declarations).dump(2) << "\n"; });
}

}  // namespace folio::cli
