#include "tokenizers/pipeline/model.h"

#include <cmath>
#include <map>
#include <unordered_map>

#include "tokenizers/unigram/encoder.h"
#include "tokenizers/unigram/json.h"
#include "tokenizers/vocabulary_json.h"
#include "tokenizers/wordpiece/encoder.h"
#include "tokenizers/wordpiece/json.h"

namespace folio::pipeline {
namespace {

class UnigramModel : public Model {
 public:
  explicit UnigramModel(const unigram::Vocabulary& vocabulary)
      : Model(tokens_of(vocabulary)), encoder_(vocabulary), unknown_(vocabulary.unk_id) {}

  void encode(std::string_view piece, std::vector<TokenId>& ids) const override {
    encoder_.encode_ready_word(piece, ids);
  }

  std::optional<TokenId> unknown() const override { return unknown_ < 0 ? std::nullopt : std::optional(unknown_); }

 private:
  static std::vector<std::string> tokens_of(const unigram::Vocabulary& vocabulary) {
    std::vector<std::string> tokens;
    for (const unigram::Piece& piece : vocabulary.pieces) tokens.push_back(piece.text);
    return tokens;
  }

  unigram::Encoder encoder_;
  TokenId unknown_;
};

class WordPieceModel : public Model {
 public:
  explicit WordPieceModel(const wordpiece::Vocabulary& vocabulary)
      : Model(vocabulary.tokens),
        encoder_(vocabulary),
        unknown_(ids_of(vocabulary.tokens).at(vocabulary.unknown_token)) {}

  void encode(std::string_view piece, std::vector<TokenId>& ids) const override { encoder_.encode_word(piece, ids); }
  std::optional<TokenId> unknown() const override { return unknown_; }

 private:
  wordpiece::Encoder encoder_;
  TokenId unknown_;
};

class WordLevelModel : public Model {
 public:
  WordLevelModel(std::vector<std::string> tokens, const std::string& unknown) : Model(std::move(tokens)) {
    for (std::size_t id = 0; id < this->tokens().size(); ++id)
      if (!this->tokens()[id].empty()) ids_.emplace(this->tokens()[id], static_cast<TokenId>(id));
    unknown_ = ids_.at(unknown);
  }

  void encode(std::string_view piece, std::vector<TokenId>& ids) const override {
    const auto found = ids_.find(std::string(piece));
    ids.push_back(found == ids_.end() ? unknown_ : found->second);
  }
  std::optional<TokenId> unknown() const override { return unknown_; }

 private:
  std::unordered_map<std::string, TokenId> ids_;
  TokenId unknown_ = 0;
};

std::unique_ptr<Model> read_word_level(const JsonPart& part) {
  part.expect_only({"type", "vocab", "unk_token"});
  std::vector<std::string> tokens = vocabulary_from_json(part.at("vocab"));
  const std::string& unknown = part.at("unk_token").text();
  if (!ids_of(tokens).contains(unknown)) part.at("unk_token").fail("'" + unknown + "' is not in model.vocab");
  return std::make_unique<WordLevelModel>(std::move(tokens), unknown);
}

std::unique_ptr<Model> read_unigram(const JsonPart& part) {
  return std::make_unique<UnigramModel>(unigram::read_model(part));
}

std::unique_ptr<Model> read_wordpiece(const JsonPart& part) {
  return std::make_unique<WordPieceModel>(wordpiece::read_model(part));
}

}  // namespace

std::string type_of_model(const JsonPart& part) {
  if (part.has("type")) return part.at("type").text();
  if (part.has("merges")) return "BPE";
  if (part.has("max_input_chars_per_word")) return "WordPiece";
  if (part.has("unk_id")) return "Unigram";
  return part.at("type").text();  // says that it is missing
}

std::unique_ptr<Model> read_model(const JsonPart& part) {
  const std::string type = type_of_model(part);
  if (type == "BPE") return read_bpe_model(part);
  if (type == "Unigram") return read_unigram(part);
  if (type == "WordPiece") return read_wordpiece(part);
  if (type == "WordLevel") return read_word_level(part);
  part.at("type").fail("'" + type + "' is not supported, expected 'BPE', 'WordPiece', 'Unigram' or 'WordLevel'");
}

}  // namespace folio::pipeline
