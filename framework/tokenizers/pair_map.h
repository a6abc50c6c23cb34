#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "folio/tokenizer.h"

namespace folio {

/// Two tokens in one number, ordered as the pair is.
using PairKey = std::uint64_t;

constexpr PairKey pair_key(TokenId left, TokenId right) {
  return static_cast<PairKey>(static_cast<std::uint32_t>(left)) << 32 | static_cast<std::uint32_t>(right);
}
constexpr TokenId left_of(PairKey pair) { return static_cast<TokenId>(pair >> 32); }
constexpr TokenId right_of(PairKey pair) { return static_cast<TokenId>(pair & UINT32_MAX); }

/// A hash map from pairs of tokens to small values: open addressing, at most half full. Most questions put to it are
/// answered by "not there" from the first slot looked at.
template <typename Value>
class PairMap {
 public:
  PairMap() : slots_(kFirstSize) {}

  /// nullptr where the pair is not there.
  const Value* find(PairKey pair) const {
    const Slot& slot = slots_[place_of(pair)];
    return slot.pair == pair ? &slot.value : nullptr;
  }

  /// The pair's value, entered as Value{} where it is not there. Valid until the next call.
  Value& operator[](PairKey pair) {
    std::size_t place = place_of(pair);
    if (slots_[place].pair != pair) {
      if (2 * (used_ + 1) > slots_.size()) {
        grow();
        place = place_of(pair);
      }
      slots_[place].pair = pair;
      ++used_;
    }
    return slots_[place].value;
  }

 private:
  static constexpr std::size_t kFirstSize = 1 << 10;
  static constexpr PairKey kFree = UINT64_MAX;  // no token has the id -1

  struct Slot {
    PairKey pair = kFree;
    Value value{};
  };

  /// The slot of the pair, or the free one where it would be put.
  std::size_t place_of(PairKey pair) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t place = (pair * 0x9E3779B97F4A7C15) >> 32 & mask;
    while (slots_[place].pair != pair && slots_[place].pair != kFree) place = (place + 1) & mask;
    return place;
  }

  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    std::swap(old, slots_);
    for (Slot& slot : old)
      if (slot.pair != kFree) slots_[place_of(slot.pair)] = std::move(slot);
  }

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

}  // namespace folio
