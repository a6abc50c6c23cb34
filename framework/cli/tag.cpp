#include <memory>

#include "cli/commands.h"
#include "cli/session/label.h"

namespace folio::cli {
namespace {

struct TagOptions {
  std::string run;
  std::vector<std::string> tags;
  bool remove = false;
};

void tag_run(const GlobalOptions& global, const TagOptions& options) {
  runs::LabelEvent label;
  (options.remove ? label.untags : label.tags) = options.tags;
  label_run(global, options.run, label);
}

}  // namespace

void add_tag(const Command& program, const GlobalOptions& global, int&) {
  const Command command = program.subcommand("tag", "Add tags to a run, or remove them");
  const auto options = std::make_shared<TagOptions>();
  command.option("RUN", options->run, "a run, given as for 'show'").required().free_text();
  command.option("TAG", options->tags, "words without spaces or commas").required();
  command.flag("--remove", options->remove, "remove these tags");
  command.footer(
      "Examples:\n  runner tag latest good long\n  runner tag 3fa9 --remove long\n  runner ls --where tags=good");
  command.action([&global, options] { tag_run(global, *options); });
}

}  // namespace folio::cli
