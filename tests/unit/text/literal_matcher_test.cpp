#include "text/literal_matcher.h"

#include <catch2/catch.hpp>

using namespace folio;

namespace {

struct Found {
  std::size_t begin, end;
  std::int32_t id;
  bool operator==(const Found&) const = default;
};

std::vector<Found> all(const LiteralMatcher& matcher, std::string_view text) {
  std::vector<Found> found;
  std::size_t at = 0;
  while (const auto match = matcher.find(text, at)) {
    found.push_back({match->begin, match->end, match->id});
    at = match->end;
  }
  return found;
}

}  // namespace

TEST_CASE("literals are found leftmost and longest first") {
  const LiteralMatcher matcher({{"<a>", 1}, {"<a>b", 2}, {"a>bc", 3}});
  CHECK(all(matcher, "<a>x<a>bc") == std::vector<Found>{{0, 3, 1}, {4, 8, 2}});
  CHECK(all(matcher, "a>bc<a") == std::vector<Found>{{0, 4, 3}});
}

TEST_CASE("literals stand side by side and at both ends") {
  const LiteralMatcher matcher({{"<|end|>", 7}});
  CHECK(all(matcher, "<|end|><|end|>") == std::vector<Found>{{0, 7, 7}, {7, 14, 7}});
  CHECK(all(matcher, "<|end<|end|>|>") == std::vector<Found>{{5, 12, 7}});
  CHECK(all(matcher, "<|end|").empty());
  CHECK(all(matcher, "").empty());
}

TEST_CASE("without literals nothing is found") { CHECK_FALSE(LiteralMatcher({}).find("<a>", 0)); }
