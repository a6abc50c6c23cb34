#include "text/word_cache.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace folio {
namespace {

constexpr std::size_t kEntries = 1 << 15;

static_assert(std::endian::native == std::endian::little, "a key's bytes are masked as little-endian numbers");

std::size_t hash_of(const WordCache::Key& key) {
  constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15;  // 2^64 over the golden ratio
  const std::uint64_t mixed = key.parts[0] ^ std::rotl(key.parts[1] * kFactor, 23) ^ std::rotl(key.parts[2], 41);
  return (mixed * kFactor) >> 32;
}

}  // namespace

WordCache::WordCache() : entries_(kEntries) {}

std::optional<WordCache::Key> WordCache::key_of(std::string_view text, std::size_t begin, std::size_t end) {
  const std::size_t length = end - begin;
  if (length == 0 || length > kMaxWordBytes) return std::nullopt;
  Key key;
  if (length <= 8 && begin + 8 <= text.size()) {  // most words: one load, without the call of memcpy
    std::memcpy(key.parts.data(), text.data() + begin, 8);
    key.parts[0] &= UINT64_MAX >> (64 - 8 * length);
  } else {
    std::memcpy(key.parts.data(), text.data() + begin, length);
  }
  key.parts[2] |= static_cast<std::uint64_t>(length) << 56;
  return key;
}

std::span<const std::int32_t> WordCache::find(const Key& key) const {
  const std::size_t place = hash_of(key) % kEntries;
  for (const std::size_t at : {place, place ^ 1}) {
    const Entry& entry = entries_[at];
    if (entry.key == key) return {entry.tokens.data(), entry.count};
  }
  return {};
}

void WordCache::put(const Key& key, std::span<const std::int32_t> tokens) {
  if (tokens.size() > kMaxTokens) return;
  const std::size_t place = hash_of(key) % kEntries;
  // The one who came first stays in the first place: words met early are the frequent ones.
  Entry& entry = entries_[entries_[place].count == 0 ? place : place ^ 1];
  entry.key = key;
  entry.count = static_cast<std::uint32_t>(tokens.size());
  std::copy(tokens.begin(), tokens.end(), entry.tokens.begin());
}

WordCachePool::Loan WordCachePool::borrow() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<WordCache> cache = std::move(idle_.back());
      idle_.pop_back();
      return {*this, std::move(cache)};
    }
  }
  return {*this, std::make_unique<WordCache>()};
}

void WordCachePool::give_back(std::unique_ptr<WordCache> cache) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(cache));
}

}  // namespace folio
