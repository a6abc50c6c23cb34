// A pattern and, after a line "%%", a .tiktoken file. What is taken is written as a tokenizer.json that cuts the same.

#include "support/utf8.h"
#include "tokenizer_checks.h"
#include "tokenizers/any_tokenizer.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  const TwoParts parts = two_parts(bytes);
  const std::string text = replace_invalid_utf8(kSomeText);
  const std::string pattern = replace_invalid_utf8(parts.first);
  TokenizerFile file;
  // The pattern is an option of the experiment's, so a message may name that instead of the file.
  if (!is_taken("", [&] { file = read_tokenizer(parts.second, "input.tiktoken", pattern); })) return;
  is_taken("", [&] {
    check_tokenizer(*file.tokenizer, text);
    FOLIO_FUZZ_REQUIRE(tokenizer_from_json(file.tokenizer->to_json(), "again.json")->encode(text) ==
                       file.tokenizer->encode(text));
  });
}

}  // namespace folio::fuzz
