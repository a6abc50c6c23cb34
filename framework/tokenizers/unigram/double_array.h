#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace folio::unigram {

/// A trie over bytes in two arrays (Aoe 1989): a step is one look-up. The child of a node by a byte is at the node's
/// base with the byte's bits flipped in, if that place names the node as its parent. Immutable once made.
class DoubleArray {
 public:
  using Node = std::uint32_t;

  static constexpr Node kRoot = 0;
  static constexpr Node kNone = 0;  ///< the root is nobody's child
  static constexpr std::int32_t kNoValue = -1;

  struct Key {
    std::string_view text;  ///< not empty
    std::int32_t value = 0;
  };

  /// The keys are sorted by their bytes, as unsigned numbers, and distinct.
  explicit DoubleArray(const std::vector<Key>& keys);

  /// The node that a byte leads to; kNone where no key goes on like that.
  Node child(Node node, char byte) const {
    const Node next = units_[node].base ^ static_cast<unsigned char>(byte);
    return units_[next].parent == node ? next : kNone;
  }

  /// The value of the key that ends here, or kNoValue.
  std::int32_t value(Node node) const { return units_[node].value; }

  /// The value of that very key, or kNoValue.
  std::int32_t find(std::string_view text) const;

 private:
  class Builder;

  static constexpr Node kFree = UINT32_MAX;

  struct Unit {
    Node base = 0;
    Node parent = kFree;
    std::int32_t value = kNoValue;
  };

  std::vector<Unit> units_;
};

}  // namespace folio::unigram
