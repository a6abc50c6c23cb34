#include "data/sample_order.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace folio;

TEST_CASE("the order of samples is that of Hugging Face's sampler") {
  std::ifstream file(FOLIO_SOURCE_DIR "/tests/reference/expected/trainer.json");
  const auto reference = nlohmann::json::parse(file);
  for (const auto& run : reference.at("runs")) {
    std::vector<std::int64_t> expected;
    for (const auto& batch : run.at("order")) {
      for (const std::int64_t sample : batch) expected.push_back(sample);
    }
    const auto& arguments = run.at("arguments");
    const std::uint64_t seed = arguments.value("data_seed", arguments.at("seed").get<int>());
    const std::size_t per_epoch = arguments.value("dataloader_drop_last", false) ? 20 : 21;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const auto order = data::sample_order(21, true, seed, static_cast<std::int64_t>(i / per_epoch));
      REQUIRE(order.at(i % per_epoch) == expected[i]);
    }
    CHECK(expected.size() >= per_epoch);
  }
}

TEST_CASE("without shuffling samples come as they stand") {
  CHECK(data::sample_order(4, false, 42, 1) == std::vector<std::int64_t>{0, 1, 2, 3});
}
