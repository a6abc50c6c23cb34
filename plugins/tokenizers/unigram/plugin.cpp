#include "folio/plugin.h"

#include <memory>

#include "formats/tokenizer_json.h"
#include "tokenizers/unigram/tokenizer.h"

namespace {

using folio::NormalizationForm;

folio::OptionTable options() {
  return {
      folio::integer("vocab_size", 32000)
          .between(1, folio::kMaxTokens)
          .unit("tokens")
          .help("the most tokens to learn, including the special tokens, the bytes and every character of the text"),
      folio::boolean("byte_fallback", true)
          .help("encode a character that did not occur in training as its bytes (256 tokens) instead of <unk>"),
      folio::text("normalization", "nfkc")
          .choices({"none", "nfc", "nfkc"})
          .help("the Unicode normal form of the text; nfkc also turns ligatures and wide letters into plain ones"),
      folio::integer("max_piece_length", 16).between(1, 256).unit("characters").help("the longest token to learn"),
      folio::number("shrinking_factor", 0.75)
          .between(0.1, 0.95)
          .help("the share of the candidates that each round of training keeps"),
      folio::integer("n_sub_iterations", 2).between(1, 100).help("iterations of EM in each round of training"),
      folio::integer("seed_size", 1'000'000)
          .between(1, 100'000'000)
          .unit("tokens")
          .help("the most candidates to begin training with"),
  };
}

NormalizationForm form_of(const std::string& name) {
  if (name == "nfc") return NormalizationForm::nfc;
  return name == "nfkc" ? NormalizationForm::nfkc : NormalizationForm::none;
}

std::unique_ptr<folio::Tokenizer> make(const folio::OptionValues& values) {
  return std::make_unique<folio::unigram::UnigramTokenizer>(folio::unigram::TrainingOptions{
      .vocab_size = static_cast<std::size_t>(values.integer("vocab_size")),
      .byte_fallback = values.boolean("byte_fallback"),
      .max_piece_length = static_cast<std::size_t>(values.integer("max_piece_length")),
      .shrinking_factor = values.number("shrinking_factor"),
      .n_sub_iterations = static_cast<int>(values.integer("n_sub_iterations")),
      .seed_size = static_cast<std::size_t>(values.integer("seed_size")),
      .normalization = form_of(values.text("normalization")),
  });
}

}  // namespace

FOLIO_PLUGIN("tokenizer", "unigram", .version = "1.0",
             .summary = "SentencePiece's Unigram model with byte fallback, as in T5", .options = options,
             .make_tokenizer = make)
