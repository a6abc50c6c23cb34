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
  const data::TokenCounts counts(data::Samples::of({{7, 7, 1, 3}}), 8);
  // 7: 1/2, 1 and 3: 1/4 each, so 1.5 bits.
  CHECK(counts.entropy() == Approx(1.5 * std::log(2.0)));
  CHECK(counts.distinct() == 3);
}

TEST_CASE("on other samples the unigram model leaves a share to tokens that it has not seen") {
  const data::TokenCounts counts(data::Samples::of({{7, 7, 1, 3}}), 8);
  // Two of the four tokens occur once: 2/5 is spread over the vocabulary of 8, and 3/5 goes by frequency.
  const double seen = 0.6 / 2 + 0.4 / 8, rare = 0.6 / 4 + 0.4 / 8, unseen = 0.4 / 8;
  CHECK(seen + 2 * rare + 5 * unseen == Approx(1));
  CHECK(counts.loss_on(data::Samples::of({{7, 0}, {1}})) ==
        Approx(-(std::log(seen) + std::log(unseen) + std::log(rare)) / 3));
  CHECK(counts.loss_on(data::Samples()) == 0);
  // Where no token occurs once, what is unseen has a chance all the same.
  CHECK(std::isfinite(data::TokenCounts(data::Samples::of({{2, 2}}), 4).loss_on(data::Samples::of({{3}}))));
}
