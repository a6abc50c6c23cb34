#include "text/unicode_normalizer.h"

#include <catch2/catch.hpp>

using namespace folio;

namespace {

std::string normal(NormalizationForm form, const std::string& text) {
  std::string result = "<";
  UnicodeNormalizer(form).append(text, result);
  return result.substr(1);
}

}  // namespace

TEST_CASE("the normalizer composes, makes plain, or leaves alone") {
  const std::string text = "e\u0301 \uFB01 \uFF21 \u1112\u1161\u11AB";
  CHECK(normal(NormalizationForm::none, text) == text);
  CHECK(normal(NormalizationForm::nfc, text) == "\u00E9 \uFB01 \uFF21 \uD55C");
  CHECK(normal(NormalizationForm::nfkc, text) == "\u00E9 fi A \uD55C");
  CHECK(normal(NormalizationForm::nfkc, "") == "");
  CHECK(normal(NormalizationForm::nfkc, std::string("a\0b", 3)) == std::string("a\0b", 3));
}

TEST_CASE("the normalizer puts marks in order, but leaves alone what older tables do not know") {
  CHECK(normal(NormalizationForm::nfc, "a\u0345\u0334") == "a\u0334\u0345");
  CHECK(normal(NormalizationForm::nfc, "a\u1DF6\u0334") == "a\u1DF6\u0334");  // a mark of Unicode 10
  CHECK(normal(NormalizationForm::nfkc, "\u32FF") == "\u32FF");               // the era Reiwa, of Unicode 12.1
  CHECK(normal(NormalizationForm::nfkc, "\u32FE") == "\u30F2");
}
