#include "tokenizers/special_tokens.h"

#include <catch2/catch.hpp>

using namespace folio;

TEST_CASE("special tokens are spelled in each family's way, sentinels in T5's") {
  CHECK(spelling_of(SpecialToken::end_of_text, SpecialStyle::bars) == "<|endoftext|>");
  CHECK(spelling_of(SpecialToken::mask, SpecialStyle::bars) == "<|mask|>");
  CHECK(spelling_of(SpecialToken::mask, SpecialStyle::brackets) == "[MASK]");
  CHECK(spelling_of(SpecialToken::end_of_text, SpecialStyle::angles) == "</s>");
  CHECK(spelling_of(SpecialToken::sentinel, SpecialStyle::brackets, 12) == "<extra_id_12>");
}

TEST_CASE("special tokens are listed once, in the order asked for, and sentinels are numbered") {
  const std::vector<SpecialToken> wanted{SpecialToken::mask, SpecialToken::sentinel, SpecialToken::mask,
                                         SpecialToken::sentinel};
  CHECK(spellings_of(wanted, SpecialStyle::brackets) ==
        std::vector<std::string>{"[MASK]", "<extra_id_0>", "<extra_id_1>"});
}

TEST_CASE("a special token is found in whatever style it is spelled") {
  const AddedTokens added({{.id = 7, .content = "[MASK]"}, {.id = 9, .content = "<extra_id_1>"}});
  CHECK(find_special_token(added, SpecialToken::mask, 0) == 7);
  CHECK(find_special_token(added, SpecialToken::sentinel, 1) == 9);
  CHECK(find_special_token(added, SpecialToken::sentinel, 0) == std::nullopt);
  CHECK(find_special_token(added, SpecialToken::padding, 0) == std::nullopt);
}
