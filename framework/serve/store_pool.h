#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "runs/store/store.h"

namespace folio::serve {

/// The store for many threads: each takes a connection of its own for a while. An index in memory is one for all, so
/// they take turns with it.
class StorePool {
 public:
  /// `open` opens the store as it is, without bringing it up to date.
  explicit StorePool(std::function<runs::Store()> open) : open_(std::move(open)) {}

  /// Calls `work(store)` and returns what it returns. A connection on which something was thrown is not used again.
  /// Throws what `work` throws, and Error (store) where the store cannot be opened.
  template <typename Work>
  auto with(const Work& work) {
    Lease lease(*this);
    auto result = work(*lease.store);
    lease.whole = true;
    return result;
  }

  /// Has all that follow open the store anew: its file was removed, or made where there was none.
  void forget();

 private:
  struct Lease {
    explicit Lease(StorePool& of) : pool_of_it(of), generation(of.take(store)) {}
    ~Lease() { pool_of_it.give_back(std::move(store), generation, whole); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    StorePool& pool_of_it;
    std::unique_ptr<runs::Store> store;
    int generation;
    bool whole = false;
  };

  int take(std::unique_ptr<runs::Store>& store);
  void give_back(std::unique_ptr<runs::Store> store, int generation, bool whole);

  std::function<runs::Store()> open_;
  std::mutex mutex_;
  std::condition_variable free_;
  std::vector<std::unique_ptr<runs::Store>> idle_;
  int generation_ = 0;
  bool memory_taken_ = false;
};

}  // namespace folio::serve
