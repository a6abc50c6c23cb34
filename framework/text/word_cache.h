#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace folio {

/// The tokens of words met before, since most words of a text are. Its size is fixed (2 MiB): a word that finds its
/// places taken drives an older one out. Used by one thread at a time.
class WordCache {
 public:
  /// Words with more bytes or tokens than these are not kept.
  static constexpr std::size_t kMaxWordBytes = 23;
  static constexpr std::size_t kMaxTokens = 9;

  /// A word made ready for look-up: its bytes padded with zeros, and its length in the last byte.
  struct Key {
    std::array<std::uint64_t, 3> parts{};

    // By hand: the default calls memcmp.
    bool operator==(const Key& other) const {
      return ((parts[0] ^ other.parts[0]) | (parts[1] ^ other.parts[1]) | (parts[2] ^ other.parts[2])) == 0;
    }
  };

  WordCache();

  /// The key of text[begin, end); none where the word is empty or too long.
  static std::optional<Key> key_of(std::string_view text, std::size_t begin, std::size_t end);

  /// The word's tokens, valid until the next put; empty when it is not known.
  std::span<const std::int32_t> find(const Key& key) const;

  /// Remembers the word's tokens, at least one, where they are few enough.
  void put(const Key& key, std::span<const std::int32_t> tokens);

 private:
  struct alignas(64) Entry {  // a cache line
    Key key;
    std::uint32_t count = 0;
    std::array<std::int32_t, kMaxTokens> tokens{};
  };

  std::vector<Entry> entries_;  ///< in pairs: a word is in one of the two places of its pair
};

/// Lends a cache to each of several threads at a time and keeps what the caches have learned between loans.
class WordCachePool {
 public:
  /// A borrowed cache, given back at the end of the scope. The pool outlives it.
  class Loan {
   public:
    Loan(WordCachePool& pool, std::unique_ptr<WordCache> cache) : pool_(pool), cache_(std::move(cache)) {}
    ~Loan() { pool_.give_back(std::move(cache_)); }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;

    WordCache& operator*() const { return *cache_; }
    WordCache* operator->() const { return cache_.get(); }

   private:
    WordCachePool& pool_;
    std::unique_ptr<WordCache> cache_;
  };

  /// May be called from several threads at once.
  Loan borrow();

 private:
  void give_back(std::unique_ptr<WordCache> cache);

  std::mutex mutex_;
  std::vector<std::unique_ptr<WordCache>> idle_;
};

}  // namespace folio
