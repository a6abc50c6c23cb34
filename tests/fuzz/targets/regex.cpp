// A regular expression of a tokenizer.json and, after a line "%%", a text. Matches come in order and within the text,
// between characters.

#include "text/regex.h"

#include "fuzz.h"
#include "support/utf8.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  const TwoParts parts = two_parts(bytes);
  const std::string text = replace_invalid_utf8(parts.second);
  const std::string pattern = replace_invalid_utf8(parts.first);
  is_taken("", [&] {
    const Regex regex(pattern);
    std::size_t last = 0;
    regex.for_each(text, [&](const Regex::Match& match) {
      FOLIO_FUZZ_REQUIRE(last <= match.begin && match.begin <= match.end && match.end <= text.size());
      FOLIO_FUZZ_REQUIRE(match.begin == text.size() || !is_continuation_byte(text[match.begin]));
      FOLIO_FUZZ_REQUIRE(match.end == text.size() || !is_continuation_byte(text[match.end]));
      last = match.end;
    });
  });
}

}  // namespace folio::fuzz
