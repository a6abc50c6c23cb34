#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace folio::data {

/// Does jobs on several threads, and hands them back, done, in the order in which they came. Only so many are held at
/// once, so that a long stream of them takes little memory. Used by one thread, on which `finish` is called too.
template <typename Job>
class OrderedPool {
 public:
  using Step = std::function<void(Job&)>;

  /// `work` is called on any of `threads` threads, for several jobs at once.
  OrderedPool(std::size_t threads, Step work, Step finish)
      : work_(std::move(work)), finish_(std::move(finish)), most_(2 * threads + 2) {
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { take_jobs(); });
  }

  /// Jobs that were not finished are dropped.
  ~OrderedPool() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    job_came_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  OrderedPool(const OrderedPool&) = delete;
  OrderedPool& operator=(const OrderedPool&) = delete;

  /// Waits while there are too many. Throws what `work` threw for a job before, as does finish_all().
  void add(Job job) {
    while (!jobs_.empty() && (jobs_.size() >= most_ || first_is_done())) finish_first();
    jobs_.push_back(std::make_unique<Slot>(Slot{std::move(job)}));
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(jobs_.back().get());
    }
    job_came_.notify_one();
  }

  void finish_all() {
    while (!jobs_.empty()) finish_first();
  }

 private:
  struct Slot {
    Job job;
    std::exception_ptr error = nullptr;
    bool done = false;
  };

  void take_jobs() {
    std::unique_lock lock(mutex_);
    for (;;) {
      job_came_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
      if (closed_) return;
      Slot& slot = *waiting_.front();
      waiting_.pop_front();
      lock.unlock();
      try {
        work_(slot.job);
      } catch (...) {
        slot.error = std::current_exception();
      }
      lock.lock();
      slot.done = true;
      job_done_.notify_one();
    }
  }

  bool first_is_done() {
    const std::lock_guard lock(mutex_);
    return jobs_.front()->done;
  }

  void finish_first() {
    {
      std::unique_lock lock(mutex_);
      job_done_.wait(lock, [this] { return jobs_.front()->done; });
    }
    const std::unique_ptr<Slot> slot = std::move(jobs_.front());
    jobs_.pop_front();
    if (slot->error) std::rethrow_exception(slot->error);
    finish_(slot->job);
  }

  const Step work_, finish_;
  const std::size_t most_;
  std::deque<std::unique_ptr<Slot>> jobs_;  ///< in order, of the using thread alone

  std::mutex mutex_;  ///< of what follows, and of each slot's `done`
  std::condition_variable job_came_, job_done_;
  std::deque<Slot*> waiting_;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace folio::data
