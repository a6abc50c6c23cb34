#include "cli/session/label.h"

#include <iostream>

#include "cli/session/results_store.h"
#include "runs/query/label.h"

namespace folio::cli {

void label_run(const GlobalOptions& global, const std::string& name, const runs::LabelEvent& label) {
  runs::Store store = open_store(global);
  const runs::RunSummary now = runs::label_run(store, name, label);
  std::cout << now.id << "  " << now.name;
  if (!now.tags.empty()) std::cout << "  tags " << runs::tags_text(now.tags);
  if (!now.note.empty()) std::cout << "  " << now.note;
  std::cout << "\n";
}

}  // namespace folio::cli
