#include "tokenizers/unigram/shards.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace folio::unigram {

void for_each_shard(std::size_t count, const std::function<void(std::size_t shard)>& work) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto run = [&] {
    try {
      for (std::size_t shard = next++; shard < count; shard = next++) work(shard);
    } catch (...) {
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
      next = count;
    }
  };
  const std::size_t helpers = std::min<std::size_t>(std::max(std::thread::hardware_concurrency(), 1u), count) - 1;
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < helpers; ++i) threads.emplace_back(run);
    run();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace folio::unigram
