#include "support/ordered_pool.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace folio;

TEST_CASE("jobs come back in the order in which they were given") {
  std::vector<int> finished;
  OrderedPool<int> pool(
      3,
      [](int& job, std::size_t) {
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
      2, [](int&, std::size_t) { std::this_thread::sleep_for(std::chrono::microseconds(50)); }, [&](int&) { --held; });
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
        [](int& job, std::size_t) {
          if (job == 5) throw std::runtime_error("five");
        },
        [&](int& job) { finished.push_back(job); });
    for (int i = 0; i < 100; ++i) pool.add(i);
    pool.finish_all();
  };
  CHECK_THROWS_WITH(run(), "five");
  CHECK(finished == std::vector<int>{0, 1, 2, 3, 4});
}

TEST_CASE("a thread may keep something of its own, and meets its jobs in their order") {
  constexpr std::size_t kThreads = 3;
  std::vector<std::vector<int>> seen(kThreads);
  OrderedPool<int> pool(kThreads, [&](int& job, std::size_t thread) { seen.at(thread).push_back(job); }, [](int&) {});
  for (int i = 0; i < 500; ++i) pool.add(i);
  pool.finish_all();
  std::vector<int> all;
  for (const std::vector<int>& jobs : seen) {
    CHECK(std::is_sorted(jobs.begin(), jobs.end()));
    all.insert(all.end(), jobs.begin(), jobs.end());
  }
  std::sort(all.begin(), all.end());
  REQUIRE(all.size() == 500);
  for (int i = 0; i < 500; ++i) CHECK(all[static_cast<std::size_t>(i)] == i);
}
