#include "tokenizers/word_counting.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "text/text_pieces.h"

namespace folio {
namespace {

/// Large enough that handing it over costs nothing beside counting it, small enough for a core's cache.
constexpr std::size_t kStretchBytes = 1 << 19;

/// What one thread counts at a time: a part of a long text, or several short texts.
struct Stretch {
  std::size_t number = 0;
  std::string bytes;
  std::vector<std::size_t> ends;  ///< of each text in `bytes`
};

/// Stretches on their way from the thread that reads to those that count. It holds a few, so that reading does not run
/// away from counting.
class StretchQueue {
 public:
  explicit StretchQueue(std::size_t capacity) : capacity_(capacity) {}

  /// Waits for room. After stop() it drops what it is given.
  void push(Stretch stretch) {
    std::unique_lock lock(mutex_);
    has_room_.wait(lock, [&] { return stretches_.size() < capacity_ || stopped_; });
    if (stopped_) return;
    stretches_.push_back(std::move(stretch));
    has_work_.notify_one();
  }

  /// Waits for a stretch; none when all have been taken and no more will come.
  std::optional<Stretch> pop() {
    std::unique_lock lock(mutex_);
    has_work_.wait(lock, [&] { return !stretches_.empty() || complete_ || stopped_; });
    if (stopped_ || stretches_.empty()) return std::nullopt;
    Stretch stretch = std::move(stretches_.front());
    stretches_.pop_front();
    has_room_.notify_one();
    return stretch;
  }

  /// No more will be pushed.
  void complete() { set(complete_); }
  /// Nobody is to push or take any more.
  void stop() { set(stopped_); }

 private:
  void set(bool& flag) {
    const std::lock_guard lock(mutex_);
    flag = true;
    has_work_.notify_all();
    has_room_.notify_all();
  }

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable has_work_, has_room_;
  std::deque<Stretch> stretches_;
  bool complete_ = false;
  bool stopped_ = false;
};

/// What one thread has counted.
struct Count {
  struct Step {
    std::size_t stretch = 0;
    std::size_t entries_end = 0;  ///< words that were new in this stretch or an earlier one of the thread's
  };

  WordCounter words;
  std::vector<Step> steps;
  std::exception_ptr failure;
};

void count_stretches(StretchQueue& queue, const AddWords& add_words, Count& count) {
  try {
    while (const auto stretch = queue.pop()) {
      std::size_t begin = 0;
      for (const std::size_t end : stretch->ends) {
        add_words(std::string_view(stretch->bytes).substr(begin, end - begin), count.words);
        begin = end;
      }
      count.steps.push_back({stretch->number, count.words.entries().size()});
    }
  } catch (...) {
    count.failure = std::current_exception();
    queue.stop();
  }
}

/// Makes stretches of texts and pushes them.
class StretchCutter {
 public:
  StretchCutter(StretchQueue& queue, const Progress& progress) : queue_(queue), progress_(progress) {}

  void add(std::string_view text) {
    while (!text.empty()) {
      const std::size_t room = kStretchBytes - stretch_.bytes.size();
      const std::size_t end = text.size() <= room ? text.size() : next_word_boundary(text, room);
      stretch_.bytes.append(text.substr(0, end));
      stretch_.ends.push_back(stretch_.bytes.size());
      text.remove_prefix(end);
      if (stretch_.bytes.size() >= kStretchBytes) push();
    }
  }

  void push() {
    bytes_ += static_cast<double>(stretch_.bytes.size());
    queue_.push(std::move(stretch_));
    stretch_ = {++stretches_, {}, {}};
    if (progress_) progress_(bytes_, 0);
  }

 private:
  StretchQueue& queue_;
  const Progress& progress_;
  Stretch stretch_;
  std::size_t stretches_ = 0;
  double bytes_ = 0;
};

/// Of two threads that met a word, the one with the earlier stretch met it first; and in going through the stretches in
/// their order, each word comes up first where it first stands.
WordCounter merge(std::vector<Count>& counts) {
  if (counts.size() == 1) return std::move(counts.front().words);
  struct NewWords {
    std::size_t stretch;
    std::span<const WordCounter::Entry> entries;
  };
  std::vector<NewWords> all;
  for (const Count& count : counts) {
    const std::span entries(count.words.entries());
    std::size_t begin = 0;
    for (const Count::Step& step : count.steps) {
      all.push_back({step.stretch, entries.subspan(begin, step.entries_end - begin)});
      begin = step.entries_end;
    }
  }
  std::sort(all.begin(), all.end(), [](const NewWords& a, const NewWords& b) { return a.stretch < b.stretch; });
  WordCounter words;
  for (const NewWords& step : all) {
    for (const auto& [word, count] : step.entries) words.add(word, count);
  }
  return words;
}

}  // namespace

WordCounter count_words(const TextSource& texts, const AddWords& add_words, const Progress& progress) {
  return count_words(texts, add_words, progress, std::max(1u, std::thread::hardware_concurrency()));
}

WordCounter count_words(const TextSource& texts, const AddWords& add_words, const Progress& progress,
                        std::size_t threads) {
  StretchQueue queue(threads + 1);
  std::vector<Count> counts(threads);
  std::vector<std::jthread> workers;
  // What is thrown while reading must not leave the workers waiting for more.
  struct Stop {
    StretchQueue& queue;
    ~Stop() { queue.stop(); }
  };
  const Stop stop{queue};
  for (Count& count : counts) {
    workers.emplace_back([&] { count_stretches(queue, add_words, count); });
  }
  StretchCutter cutter(queue, progress);
  texts([&](std::string_view text) { cutter.add(text); });
  cutter.push();
  queue.complete();
  workers.clear();  // waits for them
  for (const Count& count : counts) {
    if (count.failure) std::rethrow_exception(count.failure);
  }
  return merge(counts);
}

}  // namespace folio
