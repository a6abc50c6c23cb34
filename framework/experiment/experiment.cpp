#include "experiment/experiment.h"

#include "experiment/composition.h"
#include "experiment/resolver.h"

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

Experiment load_model(const std::vector<std::string>& overrides, const Declarations& declarations) {
  Sources sources;
  Problems problems;
  const Node root = compose_overrides(overrides, sources, problems);
  Experiment experiment = resolve(root, declarations, problems, DatasetSection::optional);
  problems.throw_if_any();
  return experiment;
}

}  // namespace folio::experiment
