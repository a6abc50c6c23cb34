#include "serve/store_pool.h"

#include <utility>

namespace folio::serve {

int StorePool::take(std::unique_ptr<runs::Store>& store) {
  std::unique_lock lock(mutex_);
  free_.wait(lock, [&] { return !memory_taken_; });
  if (!idle_.empty()) {
    store = std::move(idle_.back());
    idle_.pop_back();
  } else {
    store = std::make_unique<runs::Store>(open_());
  }
  memory_taken_ = store->in_memory();
  return generation_;
}

void StorePool::give_back(std::unique_ptr<runs::Store> store, int generation, bool whole) {
  const std::lock_guard lock(mutex_);
  if (store->in_memory()) {
    memory_taken_ = false;
    whole = true;  // what it holds would have to be read again from all folders
  }
  if (whole && generation == generation_) idle_.push_back(std::move(store));
  free_.notify_one();
}

void StorePool::forget() {
  const std::lock_guard lock(mutex_);
  ++generation_;
  idle_.clear();
}

}  // namespace folio::serve
