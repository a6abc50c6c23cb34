#include "tokenizers/bpe/encoder.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <unordered_map>

#include "folio/error.h"
#include "text/byte_alphabet.h"

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

Encoder::Encoder(const Vocabulary& vocabulary) : word_end_(word_end_of(vocabulary.pattern)) {
  std::unordered_map<std::string_view, TokenId> ids;
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) ids.emplace(vocabulary.tokens[id], id);
  for (std::size_t byte = 0; byte < byte_ids_.size(); ++byte)
    byte_ids_[byte] = ids.at(to_byte_alphabet(std::string(1, static_cast<char>(byte))));
  for (std::size_t rank = 0; rank < vocabulary.merges.size(); ++rank) {
    const Merge& merge = vocabulary.merges[rank];
    rules_[pair_key(merge.left, merge.right)] = {static_cast<std::int32_t>(rank), merge.result};
  }
  if (!vocabulary.ignore_merges) return;
  for (const auto& [token, id] : ids)
    if (auto bytes = from_byte_alphabet(token)) whole_words_.emplace(std::move(*bytes), id);
}

void Encoder::encode(std::string_view text, std::vector<TokenId>& ids) const {
  const WordCachePool::Loan cache = caches_.borrow();
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = word_end_(text, begin);
    const auto key = WordCache::key_of(text, begin, end);
    const std::span<const TokenId> known = key ? cache->find(*key) : std::span<const TokenId>();
    if (known.empty()) {
      const std::size_t first = ids.size();
      encode_word(text.substr(begin, end - begin), ids);
      if (key) cache->put(*key, std::span(ids).subspan(first));
    } else if (known.size() == 1) {
      ids.push_back(known.front());
    } else {
      ids.insert(ids.end(), known.begin(), known.end());
    }
    begin = end;
  }
}

void Encoder::encode_word(std::string_view word, std::vector<TokenId>& ids) const {
  if (!whole_words_.empty()) {
    const auto whole = whole_words_.find(std::string(word));
    if (whole != whole_words_.end()) return ids.push_back(whole->second);
  }
  if (word.size() <= kShortWord)
    encode_short_word(word, ids);
  else
    encode_long_word(word, ids);
}

/// Of all pairs the first with the lowest rank is merged, until no pair has a rule.
void Encoder::encode_short_word(std::string_view word, std::vector<TokenId>& ids) const {
  std::array<TokenId, kShortWord> tokens;
  std::array<std::int32_t, kShortWord> ranks;  // of the pair that begins at each token
  std::size_t count = word.size();
  const auto rank_at = [&](std::size_t at) {
    if (at + 1 >= count) return kNoRank;
    const Rule* const rule = rules_.find(pair_key(tokens[at], tokens[at + 1]));
    return rule ? rule->rank : kNoRank;
  };
  for (std::size_t i = 0; i < count; ++i) tokens[i] = byte_ids_[static_cast<unsigned char>(word[i])];
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
void Encoder::encode_long_word(std::string_view word, std::vector<TokenId>& ids) const {
  if (word.size() >= kNone) throw Error(ErrorKind::run, "a word of 4 GiB or more cannot be cut into tokens");
  const auto count = static_cast<std::uint32_t>(word.size());
  std::vector<Node> nodes(count);
  for (std::uint32_t i = 0; i < count; ++i)
    nodes[i] = {byte_ids_[static_cast<unsigned char>(word[i])], i == 0 ? kNone : i - 1, i + 1 == count ? kNone : i + 1};
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
