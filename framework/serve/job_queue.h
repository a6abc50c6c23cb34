#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace folio::serve {

/// Work for a few threads, of which no more waits than is soon done.
class JobQueue {
 public:
  JobQueue(std::size_t threads, std::size_t most_waiting);
  ~JobQueue() { stop(); }
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  /// False where too much waits already. A job must not throw.
  bool add(std::function<void()> job);

  /// Drops what waits, and returns when what is at work has ended.
  void stop();

 private:
  void work();

  const std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable news_;
  std::deque<std::function<void()>> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace folio::serve
