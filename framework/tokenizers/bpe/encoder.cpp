#include "tokenizers/bpe/encoder.h"

#include <unordered_map>

#include "text/byte_alphabet.h"

namespace folio::bpe {
namespace {

/// Up to here a word's tokens need no memory of their own.
constexpr std::size_t kSmallWord = 64;

}  // namespace

Encoder::Encoder(const Vocabulary& vocabulary) : word_end_(word_end_of(vocabulary.pattern)) {
  std::unordered_map<std::string_view, TokenId> ids;
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) ids.emplace(vocabulary.tokens[id], id);
  for (std::size_t byte = 0; byte < byte_ids_.size(); ++byte)
    byte_ids_[byte] = ids.at(to_byte_alphabet(std::string(1, static_cast<char>(byte))));
  for (std::size_t rank = 0; rank < vocabulary.merges.size(); ++rank) {
    const Merge& merge = vocabulary.merges[rank];
    merger_.add(merge.left, merge.right, static_cast<std::int32_t>(rank), merge.result);
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
  if (word.size() <= kSmallWord) {
    std::array<TokenId, kSmallWord> tokens;
    for (std::size_t i = 0; i < word.size(); ++i) tokens[i] = byte_ids_[static_cast<unsigned char>(word[i])];
    return merger_.merge(std::span(tokens).first(word.size()), ids);
  }
  std::vector<TokenId> tokens;
  tokens.reserve(word.size());
  for (const char byte : word) tokens.push_back(byte_ids_[static_cast<unsigned char>(byte)]);
  merger_.merge(tokens, ids);
}

}  // namespace folio::bpe
