#include "tokenizers/unigram/double_array.h"

#include <algorithm>
#include <array>
#include <span>

namespace folio::unigram {
namespace {

constexpr std::size_t kBlock = 256;

/// Places are looked for in this many blocks at the end. Older ones have few left, and would cost time for little room.
constexpr std::size_t kOpenBlocks = 16;

unsigned byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

}  // namespace

class DoubleArray::Builder {
 public:
  Builder(const std::vector<Key>& keys, std::vector<Unit>& units) : keys_(keys), units_(units) {}

  void build();

 private:
  /// A node whose children are still to be made: those of keys_[begin, end), which agree in their first `depth` bytes.
  struct Open {
    Node node;
    std::size_t begin;
    std::size_t end;
    std::size_t depth;
  };

  /// The keys of one child.
  struct Branch {
    unsigned label;
    std::size_t begin;
    std::size_t end;
  };

  void find_branches(const Open& open);
  Node find_base() const;
  bool fits(Node base) const;
  void add_block();
  void take(Node place);

  const std::vector<Key>& keys_;
  std::vector<Unit>& units_;
  std::vector<Branch> branches_;

  // Free places of the open blocks in a ring through place kRoot, which is never free.
  std::vector<Node> next_free_;
  std::vector<Node> previous_free_;
};

void DoubleArray::Builder::build() {
  add_block();
  take(kRoot);
  units_[kRoot].parent = kRoot + 1;  // nobody's child: place 1 is left without children
  take(kRoot + 1);
  std::vector<Open> stack;
  if (!keys_.empty()) stack.push_back({kRoot, 0, keys_.size(), 0});
  while (!stack.empty()) {
    Open open = stack.back();
    stack.pop_back();
    if (keys_[open.begin].text.size() == open.depth) units_[open.node].value = keys_[open.begin++].value;
    find_branches(open);
    if (branches_.empty()) continue;
    Node base = find_base();
    while (base == kFree) {
      add_block();
      base = find_base();
    }
    units_[open.node].base = base;
    for (const Branch& branch : branches_) {
      const Node child = base ^ branch.label;
      take(child);
      units_[child].parent = open.node;
      stack.push_back({child, branch.begin, branch.end, open.depth + 1});
    }
  }
}

void DoubleArray::Builder::find_branches(const Open& open) {
  branches_.clear();
  for (std::size_t i = open.begin; i < open.end; ++i) {
    const unsigned label = byte_at(keys_[i].text, open.depth);
    if (branches_.empty() || branches_.back().label != label) branches_.push_back({label, i, i});
    branches_.back().end = i + 1;
  }
}

DoubleArray::Node DoubleArray::Builder::find_base() const {
  for (Node place = next_free_[kRoot]; place != kRoot; place = next_free_[place]) {
    const Node base = place ^ branches_.front().label;
    if (fits(base)) return base;
  }
  return kFree;
}

bool DoubleArray::Builder::fits(Node base) const {
  return std::all_of(branches_.begin(), branches_.end(), [&](const Branch& branch) {
    const Node place = base ^ branch.label;
    return place != kRoot && next_free_[place] != kFree;
  });
}

void DoubleArray::Builder::add_block() {
  const auto begin = static_cast<Node>(units_.size());
  units_.resize(begin + kBlock);
  next_free_.resize(units_.size(), kFree);
  previous_free_.resize(units_.size(), kFree);
  if (begin == 0) next_free_[kRoot] = previous_free_[kRoot] = kRoot;
  for (Node place = begin == 0 ? 1 : begin; place < begin + kBlock; ++place) {
    const Node last = previous_free_[kRoot];
    next_free_[last] = place;
    previous_free_[place] = last;
    next_free_[place] = kRoot;
    previous_free_[kRoot] = place;
  }
  if (begin < kOpenBlocks * kBlock) return;
  const Node closed = static_cast<Node>(begin - kOpenBlocks * kBlock);
  for (Node place = closed; place < closed + kBlock; ++place)
    if (place != kRoot && next_free_[place] != kFree) take(place);
}

void DoubleArray::Builder::take(Node place) {
  if (place == kRoot) return;
  next_free_[previous_free_[place]] = next_free_[place];
  previous_free_[next_free_[place]] = previous_free_[place];
  next_free_[place] = previous_free_[place] = kFree;
}

DoubleArray::DoubleArray(const std::vector<Key>& keys) { Builder(keys, units_).build(); }

std::int32_t DoubleArray::find(std::string_view text) const {
  Node node = kRoot;
  for (const char byte : text) {
    node = child(node, byte);
    if (node == kNone) return kNoValue;
  }
  return value(node);
}

}  // namespace folio::unigram
