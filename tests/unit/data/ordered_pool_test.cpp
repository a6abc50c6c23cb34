#include "data/ordered_pool.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <stdexcept>

using namespace folio;
using data::OrderedPool;

TEST_CASE("jobs come back in the order in which they were given") {
  std::vector<int> finished;
  OrderedPool<int> pool(
      3,
      [](int& job) {
        // Every third one is slow, so that those after it are done before it.
        if (job % 3 == 0) std::this_thread::sleep_for(std::chrono::microseconds(300));
        job *= 10;
      },
      [&](int& job) { finished.push_back(job); });
  for (int i = 0; i < 500; ++i) pool.add(i);
  pool.finish_all();
  REQUIRE(finished.size() == 500);
  for (int i = 0; i < 500; ++i) CHECK(finished[static_cast<std::size_t>(i)] == 10 * i);
}

TEST_CASE("only a few jobs are held at once") {
  std::atomic<int> held = 0;
  int most = 0;
  OrderedPool<int> pool(
      2, [](int&) { std::this_thread::sleep_for(std::chrono::microseconds(50)); }, [&](int&) { --held; });
  for (int i = 0; i < 300; ++i) {
    most = std::max(most, ++held);
    pool.add(i);
  }
  pool.finish_all();
  CHECK(most <= 7);
  CHECK(held == 0);
}

TEST_CASE("what a job throws reaches the one who gave it, and the pool ends") {
  std::vector<int> finished;
  const auto run = [&] {
    OrderedPool<int> pool(
        2,
        [](int& job) {
          if (job == 5) throw std::runtime_error("five");
        },
        [&](int& job) { finished.push_back(job); });
    for (int i = 0; i < 100; ++i) pool.add(i);
    pool.finish_all();
  };
  CHECK_THROWS_WITH(run(), "five");
  CHECK(finished == std::vector<int>{0, 1, 2, 3, 4});
}
