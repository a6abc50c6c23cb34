#pragma once

#include <string>
#include <utility>
#include <vector>

#include "folio/dataset.h"
#include "folio/tokenizer.h"

namespace folio {

/// Documents that a test gives.
class FakeDataset : public Dataset {
 public:
  explicit FakeDataset(std::vector<Document> documents) : documents_(std::move(documents)) {}

  void read(const std::function<void(Document)>& sink) const override {
    for (const Document& document : documents_) sink(document);
  }

 private:
  std::vector<Document> documents_;
};

/// One token a byte, with the byte's value as its id; end-of-text is 256.
class ByteTokenizer : public Tokenizer {
 public:
  void train(const TextSource&, const std::vector<SpecialToken>&, const Progress&) override {}
  std::string to_json() const override { return "{}"; }
  void load_json(std::string_view) override {}

  std::vector<TokenId> encode(std::string_view text) const override {
    std::vector<TokenId> ids;
    for (const char c : text) ids.push_back(static_cast<unsigned char>(c));
    return ids;
  }

  std::string decode(std::span<const TokenId> ids, bool) const override {
    std::string text;
    for (const TokenId id : ids) text.push_back(static_cast<char>(id));
    return text;
  }

  std::int64_t vocab_size() const override { return 257; }

  std::optional<TokenId> special_token_id(SpecialToken token, int) const override {
    return token == SpecialToken::end_of_text ? std::optional<TokenId>(256) : std::nullopt;
  }
};

/// Ids without words, which is all that the objectives need; derived ones say which tokens are special.
class IdTokenizer : public Tokenizer {
 public:
  void train(const TextSource&, const std::vector<SpecialToken>&, const Progress&) override {}
  std::string to_json() const override { return "{}"; }
  void load_json(std::string_view) override {}
  std::vector<TokenId> encode(std::string_view) const override { return {}; }
  std::string decode(std::span<const TokenId>, bool) const override { return ""; }
};

/// Five special tokens and 95 others; of these, multiples of 3 go on with the word before them.
class WordsTokenizer : public IdTokenizer {
 public:
  static constexpr TokenId kMask = 4;

  std::string decode(std::span<const TokenId> ids, bool) const override {
    std::string text;
    for (const TokenId id : ids) text += (text.empty() || id % 3 == 0 ? "w" : " w") + std::to_string(id);
    return text;
  }
  std::int64_t vocab_size() const override { return 100; }
  std::optional<TokenId> special_token_id(SpecialToken token, int) const override {
    switch (token) {
      case SpecialToken::padding:
        return 0;
      case SpecialToken::unknown:
        return 1;
      case SpecialToken::classification:
        return 2;
      case SpecialToken::separator:
        return 3;
      case SpecialToken::mask:
        return kMask;
      default:
        return std::nullopt;
    }
  }
};

/// Padding, end-of-text and sentinels from 2 on; text is from 1000 on.
class SentinelTokenizer : public IdTokenizer {
 public:
  static constexpr TokenId kPadding = 0, kEnd = 1;

  explicit SentinelTokenizer(int sentinels) : sentinels_(sentinels) {}
  std::int64_t vocab_size() const override { return 2000; }
  std::optional<TokenId> special_token_id(SpecialToken token, int index) const override {
    if (token == SpecialToken::padding) return kPadding;
    if (token == SpecialToken::end_of_text) return kEnd;
    if (token == SpecialToken::sentinel && index < sentinels_) return 2 + index;
    return std::nullopt;
  }

 private:
  int sentinels_;
};

}  // namespace folio
