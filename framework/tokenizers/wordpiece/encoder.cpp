#include "tokenizers/wordpiece/encoder.h"

#include <algorithm>
#include <span>

#include "support/utf8.h"

namespace folio::wordpiece {
namespace {

/// More characters than `limit`; looks at no more bytes than it needs for that.
bool is_longer_than(std::string_view word, std::size_t limit) {
  if (word.size() <= limit) return false;
  std::size_t characters = 0;
  for (const char byte : word)
    if (!is_continuation_byte(byte) && ++characters > limit) return true;
  return false;
}

}  // namespace

Encoder::Encoder(const Vocabulary& vocabulary)
    : normalizer_(vocabulary.normalization),
      splitter_(vocabulary.normalization),
      max_chars_(vocabulary.max_input_chars_per_word) {
  tree_.ids.assign(2, -1);
  const std::string& prefix = vocabulary.continuing_prefix;
  for (std::size_t i = 0; i < vocabulary.tokens.size(); ++i) {
    const std::string_view token = vocabulary.tokens[i];
    if (token.empty()) continue;
    const auto id = static_cast<TokenId>(i);
    enter(kBeginning, token, id);
    if (token.starts_with(prefix)) enter(kContinuing, token.substr(prefix.size()), id);
    if (token == vocabulary.unknown_token) unknown_id_ = id;
  }
}

void Encoder::enter(std::int32_t root, std::string_view spelling, TokenId id) {
  if (spelling.empty()) return;
  std::int32_t node = root;
  for (const char byte : spelling) {
    std::int32_t& child = tree_.children[pair_key(node, static_cast<unsigned char>(byte))];
    if (child == 0) {  // the map enters it so; no child is a root
      child = static_cast<std::int32_t>(tree_.ids.size());
      tree_.ids.push_back(-1);
    }
    node = child;
  }
  tree_.ids[static_cast<std::size_t>(node)] = id;
}

void Encoder::encode(std::string_view text, std::vector<TokenId>& ids) const {
  const WordCachePool::Loan cache = caches_.borrow();
  std::string scratch;
  for (std::size_t begin = 0; begin < text.size();) {
    if (splitter_.is_space(text[begin])) {
      ++begin;
      continue;
    }
    const std::size_t end = splitter_.stretch_end(text, begin);
    const auto key = WordCache::key_of(text, begin, end);
    const std::span<const TokenId> known = key ? cache->find(*key) : std::span<const TokenId>();
    if (known.empty()) {
      const std::size_t first = ids.size();
      encode_stretch(text.substr(begin, end - begin), scratch, ids);
      if (key && ids.size() > first) cache->put(*key, std::span(ids).subspan(first));
    } else if (known.size() == 1) {
      ids.push_back(known.front());
    } else {
      ids.insert(ids.end(), known.begin(), known.end());
    }
    begin = end;
  }
}

void Encoder::encode_stretch(std::string_view stretch, std::string& scratch, std::vector<TokenId>& ids) const {
  scratch.clear();
  normalizer_.append(stretch, scratch);
  encode_normalized(scratch, ids);
}

void Encoder::encode_normalized(std::string_view text, std::vector<TokenId>& ids) const {
  for_each_bert_word(text, [&](std::string_view word) { encode_word(word, ids); });
}

/// A word that cannot be cut into tokens to its end is unknown as a whole.
void Encoder::encode_word(std::string_view word, std::vector<TokenId>& ids) const {
  const std::size_t first = ids.size();
  if (!is_longer_than(word, max_chars_) && cut(word, ids)) return;
  ids.resize(first);
  ids.push_back(unknown_id_);
}

/// Takes the longest token that the rest of the word begins with, again and again.
bool Encoder::cut(std::string_view word, std::vector<TokenId>& ids) const {
  std::int32_t root = kBeginning;
  for (std::size_t begin = 0; begin < word.size(); root = kContinuing) {
    TokenId longest = -1;
    std::size_t end = begin;
    std::int32_t node = root;
    for (std::size_t at = begin; at < word.size();) {
      const std::int32_t* const child = tree_.children.find(pair_key(node, static_cast<unsigned char>(word[at])));
      if (child == nullptr) break;
      node = *child;
      ++at;
      const TokenId id = tree_.ids[static_cast<std::size_t>(node)];
      if (id < 0) continue;
      longest = id;
      end = at;
    }
    if (longest < 0) return false;
    ids.push_back(longest);
    begin = end;
  }
  return true;
}

}  // namespace folio::wordpiece
