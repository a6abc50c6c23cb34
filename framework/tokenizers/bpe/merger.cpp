#include "tokenizers/bpe/merger.h"

#include <algorithm>
#include <array>
#include <functional>
#include <queue>

#include "folio/error.h"

namespace folio::bpe {
namespace {

constexpr std::int32_t kNoRank = INT32_MAX;

/// Up to here a scan over all pairs for each merge is faster than keeping a queue.
constexpr std::size_t kShortWord = 48;

/// A long word's tokens as a list through which merges run; a token merged into the one before it is gone.
struct Node {
  TokenId id;
  std::uint32_t previous;
  std::uint32_t next;
};

constexpr std::uint32_t kNone = UINT32_MAX;
constexpr TokenId kGone = -1;

/// A merge that was possible at `node` when it was put into the queue.
struct Pending {
  std::int32_t rank;
  std::uint32_t node;

  bool operator>(const Pending& other) const { return rank != other.rank ? rank > other.rank : node > other.node; }
};

}  // namespace

void Merger::add(TokenId left, TokenId right, std::int32_t rank, TokenId result) {
  rules_[pair_key(left, right)] = {rank, result};
}

void Merger::merge(std::span<const TokenId> word, std::vector<TokenId>& ids) const {
  if (word.empty()) return;
  if (word.size() <= kShortWord)
    merge_short(word, ids);
  else
    merge_long(word, ids);
}

/// Of all pairs the first with the lowest rank is merged, until no pair has a rule.
void Merger::merge_short(std::span<const TokenId> word, std::vector<TokenId>& ids) const {
  std::array<TokenId, kShortWord> tokens;
  std::array<std::int32_t, kShortWord> ranks;  // of the pair that begins at each token
  std::size_t count = word.size();
  const auto rank_at = [&](std::size_t at) {
    if (at + 1 >= count) return kNoRank;
    const Rule* const rule = rules_.find(pair_key(tokens[at], tokens[at + 1]));
    return rule ? rule->rank : kNoRank;
  };
  std::copy(word.begin(), word.end(), tokens.begin());
  for (std::size_t i = 0; i < count; ++i) ranks[i] = rank_at(i);
  for (;;) {
    const auto lowest = std::min_element(ranks.begin(), ranks.begin() + count);
    if (*lowest == kNoRank) break;
    const auto at = static_cast<std::size_t>(lowest - ranks.begin());
    tokens[at] = rules_.find(pair_key(tokens[at], tokens[at + 1]))->result;
    std::copy(tokens.begin() + at + 2, tokens.begin() + count, tokens.begin() + at + 1);
    std::copy(ranks.begin() + at + 2, ranks.begin() + count, ranks.begin() + at + 1);
    --count;
    ranks[at] = rank_at(at);
    if (at > 0) ranks[at - 1] = rank_at(at - 1);
  }
  ids.insert(ids.end(), tokens.begin(), tokens.begin() + count);
}

/// The same through a queue, so that a word of any length takes n log n steps.
void Merger::merge_long(std::span<const TokenId> word, std::vector<TokenId>& ids) const {
  if (word.size() >= kNone) throw Error(ErrorKind::run, "a word of 4 GiB or more cannot be cut into tokens");
  const auto count = static_cast<std::uint32_t>(word.size());
  std::vector<Node> nodes(count);
  for (std::uint32_t i = 0; i < count; ++i)
    nodes[i] = {word[i], i == 0 ? kNone : i - 1, i + 1 == count ? kNone : i + 1};
  const auto rule_at = [&](std::uint32_t node) -> const Rule* {
    const std::uint32_t next = nodes[node].next;
    if (nodes[node].id == kGone || next == kNone) return nullptr;
    return rules_.find(pair_key(nodes[node].id, nodes[next].id));
  };
  std::priority_queue<Pending, std::vector<Pending>, std::greater<>> queue;
  const auto enter = [&](std::uint32_t node) {
    if (const Rule* const rule = rule_at(node)) queue.push({rule->rank, node});
  };
  for (std::uint32_t i = 0; i < count; ++i) enter(i);
  while (!queue.empty()) {
    const Pending pending = queue.top();
    queue.pop();
    const Rule* const rule = rule_at(pending.node);
    if (rule == nullptr || rule->rank != pending.rank) continue;  // a neighbour was merged since
    Node& node = nodes[pending.node];
    Node& right = nodes[node.next];
    node.id = rule->result;
    node.next = right.next;
    right.id = kGone;
    if (node.next != kNone) nodes[node.next].previous = pending.node;
    if (node.previous != kNone) enter(node.previous);
    enter(pending.node);
  }
  for (std::uint32_t at = 0; at != kNone; at = nodes[at].next) ids.push_back(nodes[at].id);
}

}  // namespace folio::bpe
