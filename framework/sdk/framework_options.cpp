#include "folio/description.h"

namespace folio {

OptionTable framework_dataset_options() {
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
          .help("share that is kept for evaluation and never trained on: of 20 documents or more, so many of them; of "
                "fewer, the end of each one's text"),
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

}  // namespace folio
