#include "data/sample_order.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "data/length_grouped_order.h"

using namespace folio;
using data::SampleOrder;

namespace {

/// Of a run of tests/reference/trainer_reference.py, over all epochs.
std::vector<std::int64_t> order_of(const nlohmann::json& run) {
  std::vector<std::int64_t> order;
  for (const auto& batch : run.at("order"))
    for (const std::int64_t sample : batch) order.push_back(sample);
  return order;
}

bool is_grouped(const nlohmann::json& run) { return run.at("arguments").contains("train_sampling_strategy"); }

nlohmann::json reference_runs() {
  std::ifstream file(FOLIO_SOURCE_DIR "/tests/reference/expected/trainer.json");
  return nlohmann::json::parse(file).at("runs");
}

}  // namespace

TEST_CASE("samples grouped by length come in the order of Hugging Face's sampler, in every epoch") {
  std::vector<std::vector<TokenId>> samples;
  for (std::size_t s = 0; s < 21; ++s) samples.emplace_back(9 + 5 * s % 4);
  std::size_t compared = 0;
  for (const auto& run : reference_runs()) {
    if (!is_grouped(run)) continue;
    const std::vector<std::int64_t> expected = order_of(run);
    const auto& arguments = run.at("arguments");
    const std::int64_t group = 4 * arguments.at("gradient_accumulation_steps").get<std::int64_t>();
    data::LengthGroupedOrder orders(data::Samples::of(samples), group, arguments.at("seed").get<std::uint64_t>());
    REQUIRE(expected.size() == 63);
    for (auto begin = expected.begin(); begin != expected.end(); begin += 21, ++compared)
      CHECK(orders.next_epoch() == std::vector<std::int64_t>(begin, begin + 21));
  }
  CHECK(compared == 3);
}

TEST_CASE("grouping takes every sample once and sorts stretches of many steps") {
  std::vector<std::vector<TokenId>> samples;
  for (std::size_t s = 0; s < 500; ++s) samples.emplace_back(1 + (s * 37) % 101);
  data::LengthGroupedOrder orders(data::Samples::of(samples), 2, 3);
  const std::vector<std::int64_t> first = orders.next_epoch(), second = orders.next_epoch();
  CHECK(first != second);
  CHECK(std::set<std::int64_t>(first.begin(), first.end()).size() == 500);
  const auto length = [&](std::size_t place) { return samples[static_cast<std::size_t>(first[place])].size(); };
  CHECK(length(0) == 101);
  for (std::size_t place = 2; place < 100; ++place) CHECK(length(place - 1) >= length(place));
  CHECK(length(99) < length(101));
}

TEST_CASE("the order of samples is that of Hugging Face's sampler") {
  for (const auto& run : reference_runs()) {
    if (is_grouped(run)) continue;
    const std::vector<std::int64_t> expected = order_of(run);
    const auto& arguments = run.at("arguments");
    const std::uint64_t seed = arguments.value("data_seed", arguments.at("seed").get<int>());
    const std::size_t per_epoch = arguments.value("dataloader_drop_last", false) ? 20 : 21;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const SampleOrder order(21, true, seed, static_cast<std::int64_t>(i / per_epoch));
      REQUIRE(order.at(static_cast<std::int64_t>(i % per_epoch)) == expected[i]);
    }
    CHECK(expected.size() >= per_epoch);
  }
}

TEST_CASE("without shuffling samples come as they stand") {
  const SampleOrder order(4, false, 42, 1);
  for (std::int64_t i = 0; i < 4; ++i) CHECK(order.at(i) == i);
}

TEST_CASE("the order of very many samples takes each of them once") {
  // The smallest count that is calculated, powers of two and of four, and what lies just beyond them.
  for (const std::int64_t count : {(1 << 20) + 1, (1 << 21) - 1, 1 << 21, (1 << 21) + 1, 1 << 22, (1 << 22) + 1}) {
    const SampleOrder order(count, true, 42, 0);
    std::vector<bool> taken(static_cast<std::size_t>(count));
    std::int64_t twice = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t sample = order.at(i);
      REQUIRE((sample >= 0 && sample < count));
      twice += taken[static_cast<std::size_t>(sample)];
      taken[static_cast<std::size_t>(sample)] = true;
    }
    CAPTURE(count);
    CHECK(twice == 0);
  }
}

TEST_CASE("the order of very many samples differs by epoch and by seed, and is the same each time") {
  constexpr std::int64_t kCount = (1 << 20) + 12345;
  const SampleOrder order(kCount, true, 42, 0);
  const auto equal_places = [&](const SampleOrder& other) {
    std::int64_t count = 0;
    for (std::int64_t i = 0; i < kCount; ++i) count += order.at(i) == other.at(i);
    return count;
  };
  CHECK(equal_places(SampleOrder(kCount, true, 42, 0)) == kCount);
  // Two orders by chance have one place in common on the average (a Poisson number, below 10 with 1 - 1e-7).
  CHECK(equal_places(SampleOrder(kCount, true, 42, 1)) < 10);
  CHECK(equal_places(SampleOrder(kCount, true, 43, 0)) < 10);
  const SampleOrder next_seed(kCount, true, 43, 0), next_epoch(kCount, true, 42, 1);
  std::int64_t same = 0;
  for (std::int64_t i = 0; i < 1000; ++i) same += next_seed.at(i) == next_epoch.at(i);
  CHECK(same < 10);
}

TEST_CASE("the order of very many samples is uniform") {
  constexpr std::int64_t kCount = 3 << 19;
  constexpr std::int64_t kCells = 64;
  // Chi-square over pairs (cell of the place, cell of the sample), and over pairs of neighbours' cells: each has some
  // 4,000 degrees of freedom, so by chance it is 4,000 with a deviation of 90.
  for (std::int64_t epoch = 0; epoch < 3; ++epoch) {
    const SampleOrder order(kCount, true, 7, epoch);
    std::vector<double> places(kCells * kCells), neighbours(kCells * kCells);
    std::int64_t before = 0;
    for (std::int64_t i = 0; i < kCount; ++i) {
      const std::int64_t cell = order.at(i) * kCells / kCount;
      ++places[static_cast<std::size_t>(i * kCells / kCount * kCells + cell)];
      if (i > 0) ++neighbours[static_cast<std::size_t>(before * kCells + cell)];
      before = cell;
    }
    const auto chi_square = [&](const std::vector<double>& counts) {
      const double expected = static_cast<double>(kCount) / (kCells * kCells);
      double sum = 0;
      for (const double count : counts) sum += (count - expected) * (count - expected) / expected;
      return sum;
    };
    CAPTURE(epoch);
    CHECK(std::abs(chi_square(places) - (kCells - 1) * (kCells - 1)) < 5 * 90);
    CHECK(std::abs(chi_square(neighbours) - (kCells * kCells - 1)) < 5 * 90);
  }
}
