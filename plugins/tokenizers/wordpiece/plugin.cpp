#include "folio/plugin.h"

#include <cstdint>
#include <memory>
#include <utility>

#include "formats/tokenizer_json.h"
#include "tokenizers/wordpiece/tokenizer.h"

namespace {

folio::OptionTable options() {
  return {
      folio::integer("vocab_size", 30522)
          .between(1, folio::kMaxTokens)
          .unit("tokens")
          .help("the most tokens to learn, including the special tokens and the alphabet"),
      folio::boolean("lowercase", true).help("change all letters to lower case"),
      folio::boolean("strip_accents").absent_means("as lowercase").help("remove the accents from letters"),
      folio::boolean("handle_chinese_chars", true).help("make each Chinese character a word"),
      folio::integer("min_frequency", 0).at_least(0).help("how often a pair must occur in the text to become a token"),
      folio::integer("limit_alphabet", 1000)
          .at_least(1)
          .unit("characters")
          .help("the most characters to learn; rarer ones are left out of words"),
      folio::integer("max_input_chars_per_word", 100)
          .between(1, INT32_MAX)
          .unit("characters")
          .help("the longest word that is cut into tokens; longer ones become unknown"),
      folio::text("continuing_subword_prefix", "##").help("what a token that continues a word begins with"),
  };
}

std::unique_ptr<folio::Tokenizer> make(const folio::OptionValues& values) {
  folio::wordpiece::TrainingOptions options;
  options.vocab_size = static_cast<std::size_t>(values.integer("vocab_size"));
  options.min_frequency = values.integer("min_frequency");
  options.limit_alphabet = static_cast<std::size_t>(values.integer("limit_alphabet"));
  options.max_input_chars_per_word = static_cast<std::size_t>(values.integer("max_input_chars_per_word"));
  options.continuing_prefix = values.text("continuing_subword_prefix");
  options.normalization.handle_chinese_chars = values.boolean("handle_chinese_chars");
  if (values.has("strip_accents")) options.normalization.strip_accents = values.boolean("strip_accents");
  options.normalization.lowercase = values.boolean("lowercase");
  return std::make_unique<folio::wordpiece::WordPieceTokenizer>(std::move(options));
}

}  // namespace

FOLIO_PLUGIN("tokenizer", "wordpiece", .version = "1.0", .summary = "WordPiece, as in BERT", .options = options,
             .make_tokenizer = make)
