#include "text/word_counter.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace folio {

WordCounter::WordCounter() : letters_(std::make_unique<std::pmr::monotonic_buffer_resource>()), slots_(1 << 12) {}

void WordCounter::add(std::string_view word, std::int64_t count) {
  const auto hash = static_cast<std::uint32_t>(std::hash<std::string_view>()(word));
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  for (; slots_[at].entry != kFree; at = (at + 1) & mask) {
    if (slots_[at].hash != hash) continue;
    Entry& entry = entries_[slots_[at].entry];
    if (entry.word == word) {
      entry.count += count;
      return;
    }
  }
  char* const letters = static_cast<char*>(letters_->allocate(word.size(), 1));
  std::copy(word.begin(), word.end(), letters);
  slots_[at] = {hash, static_cast<std::uint32_t>(entries_.size())};
  entries_.push_back({{letters, word.size()}, count});
  if (entries_.size() * 2 > slots_.size()) grow();
}

void WordCounter::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  std::swap(old, slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.entry == kFree) continue;
    std::size_t at = slot.hash & mask;
    while (slots_[at].entry != kFree) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

}  // namespace folio
