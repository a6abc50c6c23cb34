#include <catch2/catch.hpp>

#include "data/options.h"
#include "folio/description.h"
#include "folio/error.h"

using namespace folio;
using Catch::Matchers::Contains;

namespace {

OptionValues values(std::map<std::string, OptionValue> given) { return {framework_dataset_options(), given}; }

}  // namespace

TEST_CASE("an objective that the model does not have is refused, naming both") {
  CHECK_THROWS_WITH(
      data::check_objective(values({{"objective.type", "causal"}}), Objective::masked, "the model 'bert'"),
      Contains("'causal'") && Contains("'masked'") && Contains("bert"));
  CHECK_NOTHROW(data::check_objective(values({{"objective.type", "masked"}}), Objective::masked, "bert"));
  CHECK_NOTHROW(data::check_objective(values({}), Objective::span_corruption, "t5"));
}

TEST_CASE("an option of another objective than the model's is refused") {
  const OptionValues masking = values({{"objective.mlm_probability", 0.2}});
  CHECK_THROWS_WITH(data::check_objective(masking, Objective::causal, "the model 'gpt'"),
                    Contains("dataset.objective.mlm_probability") && Contains("gpt"));
  CHECK_NOTHROW(data::check_objective(masking, Objective::masked, "bert"));
  CHECK_THROWS_AS(data::check_objective(values({{"objective.noise_density", 0.3}}), Objective::masked, "bert"), Error);
}
