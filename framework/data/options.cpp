#include "data/options.h"

#include <array>
#include <utility>

#include "folio/description.h"
#include "folio/error.h"

namespace folio::data {
namespace {

/// Which objective uses which option.
constexpr std::array<std::pair<const char*, Objective>, 4> kUsers{{
    {"objective.mlm_probability", Objective::masked},
    {"objective.whole_word_mask", Objective::masked},
    {"objective.noise_density", Objective::span_corruption},
    {"objective.mean_noise_span_length", Objective::span_corruption},
}};

}  // namespace

DataOptions data_options(const OptionValues& values) {
  DataOptions options;
  const std::string& by = values.text("split.by");
  options.by = by == "characters" ? SplitBy::characters : by == "tokens" ? SplitBy::tokens : SplitBy::document;
  options.size = values.integer("split.size");
  options.stride = values.has("split.stride") ? values.integer("split.stride") : options.size;
  options.validation = values.number("validation");
  options.shuffle = values.boolean("shuffle");
  options.objective = {.mlm_probability = values.number("objective.mlm_probability"),
                       .whole_word_mask = values.boolean("objective.whole_word_mask"),
                       .noise_density = values.number("objective.noise_density"),
                       .mean_noise_span_length = values.number("objective.mean_noise_span_length")};
  return options;
}

void check_objective(const OptionValues& values, Objective of_model, const std::string& model) {
  const std::string own(to_string(of_model));
  if (values.has("objective.type") && values.text("objective.type") != own) {
    throw Error(ErrorKind::experiment, "dataset.objective.type is '" + values.text("objective.type") + "', but " +
                                           model + " is trained with '" + own + "': expected '" + own +
                                           "', or another model");
  }
  const OptionTable table = framework_dataset_options();
  for (const auto& [name, user] : kUsers) {
    if (user == of_model || values.all().at(name) == table.find(name)->default_value) continue;
    throw Error(ErrorKind::experiment, "dataset." + std::string(name) + " is an option of the objective '" +
                                           std::string(to_string(user)) + "', but " + model + " is trained with '" +
                                           own + "'");
  }
}

}  // namespace folio::data
