#include "folio/plugin.h"

#include <memory>

#include "formats/tokenizer_json.h"
#include "tokenizers/bpe/tokenizer.h"

namespace {

folio::OptionTable options() {
  return {
      folio::integer("vocab_size", 50257)
          .between(1, folio::kMaxTokens)
          .unit("tokens")
          .help("the most tokens to learn, including the 256 bytes and the special tokens"),
      folio::text("pattern", "gpt2")
          .choices({"gpt2", "llama3"})
          .help("how text is cut into words, whose bounds tokens never cross"),
      folio::integer("min_frequency", 0).at_least(0).help("how often a pair must occur in the text to become a token"),
  };
}

std::unique_ptr<folio::Tokenizer> make(const folio::OptionValues& values) {
  return std::make_unique<folio::bpe::BpeTokenizer>(folio::bpe::TrainingOptions{
      .vocab_size = static_cast<std::size_t>(values.integer("vocab_size")),
      .pattern = values.text("pattern") == "llama3" ? folio::bpe::Pattern::llama3 : folio::bpe::Pattern::gpt2,
      .min_frequency = values.integer("min_frequency"),
  });
}

}  // namespace

FOLIO_PLUGIN("tokenizer", "bpe", .version = "1.0", .summary = "Byte-level byte-pair encoding, as in GPT-2 and Llama 3",
             .options = options, .make_tokenizer = make)
