// SentencePiece's .model. What is taken is written as a tokenizer.json that cuts the same.

#include "support/utf8.h"
#include "tokenizer_checks.h"
#include "tokenizers/any_tokenizer.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  const std::string text = replace_invalid_utf8(kSomeText);
  TokenizerFile file;
  if (!is_taken("input.model", [&] { file = read_tokenizer(bytes, "input.model"); })) return;
  is_taken("", [&] {
    check_tokenizer(*file.tokenizer, text);
    FOLIO_FUZZ_REQUIRE(tokenizer_from_json(file.tokenizer->to_json(), "again.json")->encode(text) ==
                       file.tokenizer->encode(text));
  });
}

}  // namespace folio::fuzz
