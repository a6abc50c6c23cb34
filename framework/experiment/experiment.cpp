#include "experiment/experiment.h"

#include "experiment/composition.h"
#include "experiment/resolver.h"
#include "support/error.h"

namespace folio::experiment {

Experiment load_experiment(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                           const Declarations& declarations) {
  Sources sources;
  Problems problems;
  const Node root = compose(file, overrides, sources, problems);
  Experiment experiment = resolve(root, declarations, problems);
  problems.throw_if_any();
  experiment.notes = problems.notes();
  experiment.file = file;
  experiment.source = root.place.source->text;
  return experiment;
}

std::vector<std::pair<PluginKind, std::string>> plugins_named(const std::filesystem::path& file,
                                                              const std::vector<std::string>& overrides) {
  std::vector<std::pair<PluginKind, std::string>> named;
  Sources sources;
  Problems problems;
  try {
    const Node root = compose(file, overrides, sources, problems);
    for (const PluginKind kind : {PluginKind::dataset, PluginKind::tokenizer, PluginKind::model}) {
      const Entry* section = root.find(to_string(kind));
      const Entry* type = section != nullptr ? section->value.find("type") : nullptr;
      if (type != nullptr && type->value.kind == Node::Kind::scalar) named.emplace_back(kind, type->value.text);
    }
  } catch (const Error&) {  // no tree at all: nothing is named
  }
  return named;
}

Experiment load_model(const std::vector<std::string>& overrides, const Declarations& declarations) {
  Sources sources;
  Problems problems;
  const Node root = compose_overrides(overrides, sources, problems);
  Experiment experiment = resolve(root, declarations, problems, DatasetSection::optional);
  problems.throw_if_any();
  return experiment;
}

}  // namespace folio::experiment
