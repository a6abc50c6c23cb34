#pragma once

#include <memory>
#include <string>

#include "folio/tokenizer.h"
#include "fuzz.h"

namespace folio::fuzz {

/// What a tokenizer promises, of one that a stranger's file made. `text` is valid UTF-8.
inline void check_tokenizer(const Tokenizer& tokenizer, const std::string& text) {
  const auto ids = tokenizer.encode(text);
  for (const TokenId id : ids) FOLIO_FUZZ_REQUIRE(id >= 0 && id < tokenizer.vocab_size());
  tokenizer.decode(ids, /*skip_special_tokens=*/false);
  tokenizer.decode(std::vector<TokenId>{-1, 0, INT32_MAX, INT32_MIN}, /*skip_special_tokens=*/true);
  tokenizer.encode_rest(text);
  for (TokenId id = 0; id < std::min<std::int64_t>(tokenizer.vocab_size(), 300); ++id) tokenizer.token(id);
  tokenizer.special_token_id(SpecialToken::mask);
}

/// Text to cut for a file that comes without one.
constexpr std::string_view kSomeText =
    "The  cat's 3,000 na\xC3\xAFve \xE2\x96\x81words\n\n\t<s>\xF0\x9F\x90\xB1\xE4\xB8\xAD";

}  // namespace folio::fuzz
