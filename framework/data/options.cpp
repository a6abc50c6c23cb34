#include "data/options.h"

namespace folio::data {

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
  return options;
}

}  // namespace folio::data
