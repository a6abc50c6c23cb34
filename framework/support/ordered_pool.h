#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace folio {

/// Does jobs on several threads, and hands them back, done, in the order in which they came. Used by one thread, on
/// which `finish` is called too.
///
/// The using thread keeps all jobs that it has not handed back, in order, and puts each of them into a queue that the
/// threads take from. Before it adds one it finishes those at the front that are done, and where 2 * threads + 2 are
/// held it waits for the first. So a long stream of jobs takes little memory, a slow job holds up those behind it but
/// not the threads, as long as there is room, and what is made of the jobs does not depend on the number of threads.
template <typename Job>
class OrderedPool {
 public:
  /// `thread`, from 0 on, is the same for no two jobs at once, so that a thread may have something of its own. Each
  /// thread takes jobs in the order in which they came.
  using Work = std::function<void(Job& job, std::size_t thread)>;
  using Finish = std::function<void(Job& job)>;

  /// `work` is called on any of `threads` threads, for several jobs at once.
  OrderedPool(std::size_t threads, Work work, Finish finish)
      : work_(std::move(work)), finish_(std::move(finish)), most_(2 * threads + 2) {
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this, i] { take_jobs(i); });
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

  void take_jobs(std::size_t thread) {
    std::unique_lock lock(mutex_);
    for (;;) {
      job_came_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
      if (closed_) return;
      Slot& slot = *waiting_.front();
      waiting_.pop_front();
      lock.unlock();
      try {
        work_(slot.job, thread);
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

  const Work work_;
  const Finish finish_;
  const std::size_t most_;
  std::deque<std::unique_ptr<Slot>> jobs_;  ///< in order, of the using thread alone

  std::mutex mutex_;  ///< of what follows, and of each slot's `done`
  std::condition_variable job_came_, job_done_;
  std::deque<Slot*> waiting_;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace folio
