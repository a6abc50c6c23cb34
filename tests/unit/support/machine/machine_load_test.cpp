#include "support/machine/machine_load.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>

#include "support/machine/work_time.h"

using namespace folio;

namespace {

/// Ten seconds of two processors, of which this process ran nine.
ProcessorTimes later(double waited, double others, double stolen) {
  return {.ran = 19, .waited = 1 + waited, .used = 50 + 9 + others, .stolen = 5 + stolen, .total = 120};
}

constexpr ProcessorTimes kBefore{.ran = 10, .waited = 1, .used = 50, .stolen = 5, .total = 100};

}  // namespace

TEST_CASE("what threads waited for is held against what they ran and waited") {
  CHECK(share_taken(kBefore, later(1, 4, 0)) == 0.1);
  CHECK(share_taken(kBefore, later(0, 4, 0)) == 0.0);
  // Threads that ended take what they had waited with them.
  CHECK(share_taken(kBefore, later(-0.5, 4, 0)) == 0.0);
}

TEST_CASE("threads that wait while nobody else runs wait for themselves") {
  CHECK(share_taken(kBefore, later(3, 0, 0)) == 0.0);
  CHECK(share_taken(kBefore, later(3, 1, 0)) == 0.1);
}

TEST_CASE("what the host stole counts where it is more") { CHECK(share_taken(kBefore, later(1, 4, 5)) == 0.25); }

TEST_CASE("what the system does not tell is not known") {
  CHECK(share_taken({.ran = 1}, {.ran = 2}) == std::nullopt);
  CHECK(share_taken({.ran = 1, .waited = 0.5, .used = 1}, {.ran = 2, .waited = 0.5}) == std::nullopt);
  CHECK(share_taken({.ran = 1, .waited = 0.5}, {.ran = 2, .waited = 1}) == std::nullopt);
  CHECK(share_taken({.ran = 1, .waited = 0.5, .used = 1}, {.ran = 1, .waited = 0.5, .used = 1}) == std::nullopt);
}

TEST_CASE("the system's counters grow with work") {
  const ProcessorTimes before = processor_times();
  const auto start = std::chrono::steady_clock::now();
  volatile double sum = 0;
  while (std::chrono::steady_clock::now() - start < std::chrono::milliseconds(60))
    for (int i = 0; i < 1000; ++i) sum = sum + i;
  const ProcessorTimes after = processor_times();
  CHECK(after.ran > before.ran);
  CHECK(after.total >= before.total);
  if (const auto taken = share_taken(before, after)) CHECK((*taken >= 0 && *taken <= 1));
}

TEST_CASE("the best of several times is taken by each clock, and by the processor's on a busy machine") {
  BestTime best;
  CHECK(std::isinf(best.seconds(false, 2)));
  best.add({.wall = 3, .processor = 4});
  best.add({.wall = 2.5, .processor = 4.5});
  best.add({.wall = 7, .processor = 4.2});
  CHECK(best.seconds(false, 2) == 2.5);
  CHECK(best.seconds(true, 2) == 2);
  bool done = false;
  best.measure([&] { done = true; });
  CHECK(done);
  CHECK(best.seconds(false, 2) < 1);
}
