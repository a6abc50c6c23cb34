#include "tokenizers/word_counting.h"

#include <algorithm>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/ordered_pool.h"
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

/// What one thread has counted.
struct Count {
  struct Step {
    std::size_t stretch = 0;
    std::size_t entries_end = 0;  ///< words that were new in this stretch or an earlier one of the thread's
  };

  WordCounter words;
  std::vector<Step> steps;
};

void count_stretch(const Stretch& stretch, const AddWords& add_words, Count& count) {
  std::size_t begin = 0;
  for (const std::size_t end : stretch.ends) {
    add_words(std::string_view(stretch.bytes).substr(begin, end - begin), count.words);
    begin = end;
  }
  count.steps.push_back({stretch.number, count.words.entries().size()});
}

/// Makes stretches of texts and has them counted.
class StretchCutter {
 public:
  StretchCutter(OrderedPool<Stretch>& pool, const Progress& progress) : pool_(pool), progress_(progress) {}

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

  void finish() {
    push();
    pool_.finish_all();
  }

 private:
  void push() {
    bytes_ += static_cast<double>(stretch_.bytes.size());
    pool_.add(std::move(stretch_));
    stretch_ = {++stretches_, {}, {}};
    if (progress_) progress_(bytes_, 0);
  }

  OrderedPool<Stretch>& pool_;
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
  for (const NewWords& step : all)
    for (const auto& [word, count] : step.entries) words.add(word, count);
  return words;
}

}  // namespace

WordCounter count_words(const TextSource& texts, const AddWords& add_words, const Progress& progress) {
  return count_words(texts, add_words, progress, std::max(1u, std::thread::hardware_concurrency()));
}

WordCounter count_words(const TextSource& texts, const AddWords& add_words, const Progress& progress,
                        std::size_t threads) {
  std::vector<Count> counts(threads);
  OrderedPool<Stretch> pool(
      threads, [&](Stretch& stretch, std::size_t thread) { count_stretch(stretch, add_words, counts[thread]); },
      [](Stretch&) {});
  StretchCutter cutter(pool, progress);
  texts([&](std::string_view text) { cutter.add(text); });
  cutter.finish();
  return merge(counts);
}

}  // namespace folio
