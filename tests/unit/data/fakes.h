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

}  // namespace folio
