#include "train/loss_parts.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <random>

using namespace folio::train;

namespace {

LossParts parts_of(std::int64_t samples, const std::vector<std::int64_t>& document_ends) {
  LossSums sums(samples, document_ends);
  for (std::int64_t sample = 0; sample < samples; ++sample) sums.add(sample, static_cast<double>(sample));
  return sums.parts();
}

}  // namespace

TEST_CASE("the parts of an evaluation are its documents, where there are ten at least") {
  const LossParts documents = parts_of(11, {1, 2, 3, 4, 5, 6, 7, 8, 9, 11});
  CHECK(documents.documents);
  CHECK(documents.scored == std::vector<std::int64_t>{1, 1, 1, 1, 1, 1, 1, 1, 1, 2});
  CHECK(documents.nats.back() == 9 + 10);

  const LossParts stretches = parts_of(5, {2, 5});
  CHECK_FALSE(stretches.documents);
  CHECK(stretches.scored == std::vector<std::int64_t>(5, 1));
}

TEST_CASE("many documents or samples are put together into 128 parts") {
  std::vector<std::int64_t> ends(1000);
  std::iota(ends.begin(), ends.end(), 1);
  for (const auto& parts : {parts_of(1000, ends), parts_of(1000, {})}) {
    REQUIRE(parts.scored.size() == 128);
    CHECK(std::accumulate(parts.scored.begin(), parts.scored.end(), std::int64_t{0}) == 1000);
    CHECK(std::accumulate(parts.nats.begin(), parts.nats.end(), 0.0) == 999 * 500);
  }
}

TEST_CASE("documents beyond the samples that are evaluated are passed over") {
  std::vector<std::int64_t> ends(40);
  std::iota(ends.begin(), ends.end(), 1);
  CHECK(parts_of(12, ends).scored.size() == 12);
}

TEST_CASE("the standard error is that of the mean over another text") {
  // Losses of 3 +- 2 a token, 25 tokens a sample that share +- 1: the mean over 40 samples strays by
  // sqrt(1 / 40 + 4 / 1000), and the estimates of it should be about that on the average.
  std::mt19937 generator(1);
  std::normal_distribution<double> normal;
  const double wanted = std::sqrt(1.0 / 40 + 4.0 / 1000);
  double estimates = 0;
  constexpr int kRounds = 300;
  for (int round = 0; round < kRounds; ++round) {
    LossSums sums(40, {});
    for (std::int64_t sample = 0; sample < 40; ++sample) {
      const double shared = normal(generator);
      for (int token = 0; token < 25; ++token) sums.add(sample, 3 + shared + 2 * normal(generator));
    }
    estimates += sums.standard_error() / kRounds;
  }
  CHECK(estimates == Approx(wanted).epsilon(0.05));
  CHECK(LossSums(1, {}).standard_error() == 0);
}
