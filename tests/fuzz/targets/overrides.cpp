// Overrides of an experiment, one a line.

#include <vector>

#include "experiment/experiment.h"
#include "experiment/yaml_writer.h"
#include "fuzz.h"
#include "unit/experiment/declarations.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  static const experiment::Declarations known = experiment::test::declarations();
  static InputFile file("input.yaml"), again("again.yaml");
  static const auto path = file.with(experiment::test::kValid);
  std::vector<std::string> overrides;
  for (std::size_t begin = 0; begin < bytes.size() && overrides.size() < 20;) {
    const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
    overrides.emplace_back(bytes.substr(begin, end - begin));
    begin = end + 1;
  }
  is_taken("", [&] {
    const auto first = experiment::load_experiment(path, overrides, known);
    const auto second = experiment::load_experiment(again.with(experiment::to_yaml(first.resolved)), {}, known);
    FOLIO_FUZZ_REQUIRE(first.resolved == second.resolved);
  });
  is_taken("", [&] { experiment::load_model(overrides, known); });
}

}  // namespace folio::fuzz
