#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <string_view>
#include <vector>

namespace folio {

/// Counts the distinct words of a corpus, which is all that the trainers of tokenizers need of it. Used by one thread.
class WordCounter {
 public:
  struct Entry {
    std::string_view word;  ///< lives as long as the counter
    std::int64_t count = 0;
  };

  WordCounter();

  /// Counts a word `count` times; it is copied when it is new.
  void add(std::string_view word, std::int64_t count = 1);

  /// The words in the order in which they first came.
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  static constexpr std::uint32_t kFree = UINT32_MAX;

  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t entry = kFree;
  };

  void grow();

  std::unique_ptr<std::pmr::monotonic_buffer_resource> letters_;  ///< of the words; stays where it is when this moves
  std::vector<Entry> entries_;
  std::vector<Slot> slots_;  ///< open addressing with linear probing; a power of two, at most half full
};

}  // namespace folio
