// An experiment file. What is taken, written again as `runner show` does, gives the same experiment.

#include "experiment/experiment.h"

#include "experiment/yaml_writer.h"
#include "fuzz.h"
#include "unit/experiment/declarations.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  static const experiment::Declarations known = experiment::test::declarations();
  static InputFile file("input.yaml"), again("again.yaml"), base("base.yaml");
  static const auto base_path = base.with(experiment::test::kValid);
  // A file that it extends may be to blame, so the message need not name this one.
  is_taken("", [&] {
    const auto first = experiment::load_experiment(file.with(bytes), {}, known);
    const auto second = experiment::load_experiment(again.with(experiment::to_yaml(first.resolved)), {}, known);
    FOLIO_FUZZ_REQUIRE(first.resolved == second.resolved);
  });
}

}  // namespace folio::fuzz
