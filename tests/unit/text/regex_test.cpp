#include "text/regex.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "support/error.h"

using folio::Regex;

namespace {

using Texts = std::vector<std::string>;

/// The matches of the pattern, as tokenizers 0.23.3 splits by it with "isolated".
Texts matches(const std::string& pattern, const std::string& text) {
  Texts found;
  Regex(pattern).for_each(
      text, [&](const Regex::Match& match) { found.push_back(text.substr(match.begin, match.end - match.begin)); });
  return found;
}

std::string problem_with_pattern(const std::string& pattern) {
  try {
    Regex{pattern};
  } catch (const folio::Error& error) {
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("an interval behind which a plus stands is repeated, as in Ruby") {
  CHECK(matches(R"(\p{N}{1,3}+)", "12345678 12") == Texts{"12345678", "12"});
  CHECK(matches(R"((?:a|b){2}+)", "ababa") == Texts{"abab"});
  CHECK(matches("a{,2}", "aaaa") == Texts{"aa", "aa"});
  CHECK(matches(R"(\p{L}++)", "ab1") == Texts{"ab"});
}

TEST_CASE("classes of characters are Oniguruma's") {
  CHECK(matches(R"(\h+)", "fga 9") == Texts{"f", "a", "9"});
  CHECK(matches(R"(\v)", "a\x0b\nb") == Texts{"\x0b"});
  CHECK(matches(R"(\w+)", "a½b²_ ‿ Ⅷ ⓐ") == Texts{"a½b²_", "‿", "Ⅷ", "ⓐ"});
  CHECK(matches(R"(\d+)", "12٣½") == Texts{"12٣"});
  CHECK(matches(R"(\s)", "a\u180eb\u3000") == Texts{"\u3000"});
  CHECK(matches(R"(\p{Han}+)", "漢字かな、々〇ー") == Texts{"漢字", "々〇"});
  CHECK(matches(R"(\p{Punct}+)", "a$+!-«»€") == Texts{"!-«»"});
  CHECK(matches(R"([[:punct:]]+)", "a$+!-«»€") == Texts{"$+!-«»"});
  CHECK(matches(R"(\p{Letter}+|\p{^L})", "ab1") == Texts{"ab", "1"});
  CHECK(matches(R"(\p{L}|\p{So})", "\U00010D4F\u2427") == Texts{"\U00010D4F", "\u2427"});  // of Unicode 16
  CHECK(matches("(?m:a.b)", "a\nb") == Texts{"a\nb"});
}

TEST_CASE("sets of sets are what they are to Oniguruma") {
  CHECK(matches(R"( ?[^(\s|[.,!?…。，、।۔،])]+)", "Hello, (wor|ld) it's") == Texts{"Hello", "wor", "ld", " it's"});
  CHECK(matches(R"([a-z&&[^aeiou]]+)", "hello world") == Texts{"h", "ll", "w", "rld"});
  CHECK(matches(R"([^\P{L}\n]+)", "ab\n1c") == Texts{"ab", "c"});
  CHECK(matches(R"([\w-.]+)", "a-b.c d") == Texts{"a-b.c", "d"});
}

TEST_CASE("a pattern that cannot be read is refused") {
  CHECK(problem_with_pattern("[a") == "is not a regular expression: '[' is not closed");
  CHECK_THAT(problem_with_pattern("(a"), Catch::StartsWith("is not supported: missing closing parenthesis"));
  CHECK_THAT(problem_with_pattern(R"(\p{Klingon})"), Catch::StartsWith("is not supported: unknown property"));
}

TEST_CASE("a search that would never end is given up") {
  const Regex evil("(a+)+$");
  CHECK_THROWS_WITH(evil.find(std::string(60, 'a') + "b", 0), Catch::Contains("(a+)+$") && Catch::Contains("limit"));
}
