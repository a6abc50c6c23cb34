// A tokenizer.json and, after a line "%%", a text to cut. What is taken is written so that it reads back the same.

#include "support/utf8.h"
#include "tokenizer_checks.h"
#include "tokenizers/any_tokenizer.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  const TwoParts parts = two_parts(bytes);
  const std::string text = replace_invalid_utf8(parts.second.empty() ? kSomeText : parts.second);
  std::unique_ptr<Tokenizer> tokenizer;
  if (!is_taken("input.json", [&] { tokenizer = tokenizer_from_json(parts.first, "input.json"); })) return;
  // A pattern may take more steps than it may, and no file can be seen to have one that does.
  is_taken("", [&] {
    check_tokenizer(*tokenizer, text);
    const auto again = tokenizer_from_json(tokenizer->to_json(), "again.json");
    FOLIO_FUZZ_REQUIRE(again->encode(text) == tokenizer->encode(text));
    FOLIO_FUZZ_REQUIRE(again->to_json() == tokenizer->to_json());
  });
}

}  // namespace folio::fuzz
