#include "data/samples.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace folio;

TEST_CASE("samples held in memory come back as they are") {
  const data::Samples samples = data::Samples::of({{1, 2, 3}, {4}});
  REQUIRE(samples.size() == 2);
  CHECK(samples[0] == std::vector<TokenId>{1, 2, 3});
  CHECK(samples[1] == std::vector<TokenId>{4});
  CHECK(samples.length(0) == 3);
  CHECK(samples.token_count() == 4);
  CHECK(samples.longest() == 3);
  CHECK(data::Samples().size() == 0);
  CHECK(data::Samples().longest() == 0);
}

TEST_CASE("the unigram loss is the entropy of the tokens' frequencies") {
  const data::TokenStatistics statistics = data::count_tokens(data::Samples::of({{7, 7, 1, 3}}), 8);
  // 7: 1/2, 1 and 3: 1/4 each, so 1.5 bits.
  CHECK(statistics.unigram_loss == Approx(1.5 * std::log(2.0)));
  CHECK(statistics.distinct == 3);
}
