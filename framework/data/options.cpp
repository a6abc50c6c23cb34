#include "data/options.h"

#include <array>
#include <utility>

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

OptionTable data_option_table() {
  return {
      text("split.by", "tokens")
          .choices({"characters", "tokens", "document"})
          .help("what is cut into samples: the text every so many characters, the stream of all documents' tokens, or "
                "each document's tokens on their own"),
      integer("split.size", 128).at_least(2).unit("characters or tokens").help("length of a sample"),
      integer("split.stride")
          .at_least(1)
          .unit("tokens")
          .absent_means("split.size")
          .help("by document: from the start of one sample to the start of the next"),
      number("validation", 0)
          .between(0, 0.9)
          .help("share of each document's text, at its end, that is kept for evaluation and never trained on"),
      text("objective.type")
          .choices({"causal", "masked", "span_corruption"})
          .absent_means("the model's")
          .help("what is learned from a sample; each model has one objective"),
      number("objective.mlm_probability", 0.15)
          .between(0, 1)
          .help("masked: share of the tokens that are to be said; 80 of 100 become the mask token, 10 any token"),
      boolean("objective.whole_word_mask", false)
          .help("masked: choose words, all of whose tokens become the mask token"),
      number("objective.noise_density", 0.15)
          .between(0, 1)
          .help("span_corruption: share of the tokens that are taken out"),
      number("objective.mean_noise_span_length", 3.0)
          .at_least(1)
          .unit("tokens")
          .help("span_corruption: mean length of what is taken out at one place"),
      boolean("shuffle", true).help("whether each epoch has an order of its own"),
  };
}

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
  const OptionTable table = data_option_table();
  for (const auto& [name, user] : kUsers) {
    if (user == of_model || values.all().at(name) == table.find(name)->default_value) continue;
    throw Error(ErrorKind::experiment, "dataset." + std::string(name) + " is an option of the objective '" +
                                           std::string(to_string(user)) + "', but " + model + " is trained with '" +
                                           own + "'");
  }
}

}  // namespace folio::data
