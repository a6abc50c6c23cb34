#include "cli/view/token_report.h"

#include <catch2/catch.hpp>

using namespace folio::cli;
using nlohmann::json;

TEST_CASE("counts of several texts add up") {
  TokenCounts sum =
      token_counts_from_json({{"tokens", 10}, {"unknown", 1}, {"words", 4}, {"characters", 20}, {"bytes", 30}});
  sum += token_counts_from_json({{"tokens", 5}, {"unknown", 2}, {"words", 6}, {"characters", 10}, {"bytes", 15}});
  const json counts = to_json(sum);
  CHECK(counts.at("tokens") == 15);
  CHECK(counts.at("unknown") == 3);
  CHECK(counts.at("tokens_per_word") == 1.5);
  CHECK(counts.at("bytes_per_token") == 3.0);
  CHECK(counts.at("characters_per_token") == 2.0);
}

TEST_CASE("an empty text has no rates") {
  const json counts = to_json(TokenCounts{});
  CHECK(counts.at("tokens") == 0);
  CHECK(counts.at("tokens_per_word").is_null());
  CHECK(counts.at("bytes_per_token").is_null());
}
