#include "tokenizers/pipeline/tokenizer.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "support/utf8.h"
#include "text/byte_alphabet.h"
#include "text/word_cache.h"
#include "tokenizers/added_tokens.h"
#include "tokenizers/pipeline/decoder.h"
#include "tokenizers/pipeline/model.h"
#include "tokenizers/pipeline/normalizer.h"
#include "tokenizers/pipeline/pre_tokenizer.h"
#include "tokenizers/post_processor.h"
#include "tokenizers/special_tokens.h"
#include "tokenizers/vocabulary_json.h"

namespace folio::pipeline {

namespace {

std::string_view first_character(std::string_view text) { return text.substr(0, decode_code_point(text, 0).length); }

}  // namespace

class PipelineTokenizer::Parts {
 public:
  explicit Parts(const TokenizerJson& json);

  std::vector<TokenId> encode(std::string_view text) const;
  std::string decode(std::span<const TokenId> ids, bool skip_special_tokens) const;
  std::string token(TokenId id) const;
  std::size_t size() const { return tokens_.size(); }
  const AddedTokens& added() const { return added_; }
  const Model& model() const { return *model_; }

 private:
  void encode_normalized(Piece text, WordCache& cache, std::vector<TokenId>& ids) const;
  void encode_piece(std::string_view piece, WordCache& cache, std::vector<TokenId>& ids) const;
  bool is_there(TokenId id) const {
    return id >= 0 && static_cast<std::size_t>(id) < tokens_.size() && !tokens_[static_cast<std::size_t>(id)].empty();
  }

  Normalizer normalizer_;
  std::unique_ptr<Model> model_;
  PreTokenizer pre_tokenizer_;
  Decoder decoder_;
  AddedTokens added_;
  std::optional<std::string> border_;
  std::vector<std::string> tokens_;  ///< by id, empty for an id that no token has
  mutable WordCachePool caches_;
};

PipelineTokenizer::Parts::Parts(const TokenizerJson& json)
    : normalizer_(json.part("normalizer")),
      model_(read_model(json.part("model"))),
      pre_tokenizer_(json.part("pre_tokenizer"), model_->reads_bytes()),
      decoder_(json.part("decoder")),
      added_(
          json.added_tokens(), normalizer_.does_nothing()
                                   ? AddedTokens::Normalize()
                                   : [this](std::string_view text) { return normalizer_.normalize(text); }),
      tokens_(model_->tokens()) {
  check_post_processor(json.part("post_processor"));
  check_added_tokens(json, ids_of(tokens_), tokens_);
  if (pre_tokenizer_.gives_bytes()) model_->expect_bytes();
  border_ = model_->border();
  for (const AddedToken& token : added_.list()) {
    const auto place = static_cast<std::size_t>(token.id);
    if (place >= tokens_.size()) tokens_.resize(place + 1);
    tokens_[place] = added_.spelled(token);
  }
}

std::vector<TokenId> PipelineTokenizer::Parts::encode(std::string_view text) const {
  std::vector<TokenId> ids;
  ids.reserve(text.size() / 4 + 1);  // a token of English has four bytes or so
  const WordCachePool::Loan cache = caches_.borrow();
  const auto append = [&](TokenId id) { ids.push_back(id); };
  added_.cut(text, append, [&](std::string_view part) {
    if (part.empty()) return;
    bool begins_text = part.data() == text.data();
    std::string normal;
    if (!normalizer_.does_nothing()) {
      // Where the normalizer takes the first character out, what is left no longer stands at the text's beginning.
      if (begins_text) begins_text = !normalizer_.normalize(first_character(part)).empty();
      part = normal = normalizer_.normalize(part);
    }
    added_.cut_normalized(part, append, [&](std::string_view words) {
      encode_normalized({words, begins_text && words.data() == part.data()}, *cache, ids);
    });
  });
  return ids;
}

void PipelineTokenizer::Parts::encode_normalized(Piece text, WordCache& cache, std::vector<TokenId>& ids) const {
  if (text.text.empty()) return;
  Pieces pieces(text);
  pre_tokenizer_.cut(pieces);
  for (const Piece& piece : pieces.list()) {
    if (!border_) {
      encode_piece(piece.text, cache, ids);
      continue;
    }
    std::size_t begin = 0;
    for (std::size_t at = piece.text.find(*border_, 1); at != piece.text.npos;
         at = piece.text.find(*border_, at + border_->size())) {
      if (piece.text.substr(0, at).ends_with(*border_)) continue;
      encode_piece(piece.text.substr(begin, at - begin), cache, ids);
      begin = at;
    }
    encode_piece(piece.text.substr(begin), cache, ids);
  }
}

void PipelineTokenizer::Parts::encode_piece(std::string_view piece, WordCache& cache, std::vector<TokenId>& ids) const {
  const auto key = WordCache::key_of(piece, 0, piece.size());
  if (const auto known = key ? cache.find(*key) : std::span<const TokenId>(); !known.empty()) {
    ids.insert(ids.end(), known.begin(), known.end());
    return;
  }
  const std::size_t first = ids.size();
  model_->encode(piece, ids);
  if (key && ids.size() > first) cache.put(*key, std::span(ids).subspan(first));
}

std::string PipelineTokenizer::Parts::decode(std::span<const TokenId> ids, bool skip_special_tokens) const {
  std::vector<std::string> tokens;
  tokens.reserve(ids.size());
  for (const TokenId id : ids)
    if (is_there(id) && !(skip_special_tokens && added_.is_special(id)))
      tokens.push_back(tokens_[static_cast<std::size_t>(id)]);
  return decoder_.decode(std::move(tokens));
}

std::string PipelineTokenizer::Parts::token(TokenId id) const {
  const std::string& token = tokens_.at(static_cast<std::size_t>(id));
  return decoder_.has_byte_level() || pre_tokenizer_.gives_bytes() ? from_byte_alphabet(token).value_or(token) : token;
}

PipelineTokenizer::PipelineTokenizer(std::string_view text, const TokenizerJson& json)
    : text_(text), parts_(std::make_unique<const Parts>(json)) {}

PipelineTokenizer::~PipelineTokenizer() = default;

void PipelineTokenizer::train(const TextSource& /*texts*/, const std::vector<SpecialToken>& /*special_tokens*/,
                              const Progress& /*progress*/) {
  throw std::logic_error("a tokenizer that was read from a file cannot be trained");
}

void PipelineTokenizer::load_json(std::string_view json) {
  auto parts = std::make_unique<const Parts>(TokenizerJson(json));
  text_ = json;
  parts_ = std::move(parts);
}

std::vector<TokenId> PipelineTokenizer::encode(std::string_view text) const { return parts_->encode(text); }

/// By putting a word before the text, whose ids are then taken away: whatever comes before a text comes before that.
std::vector<TokenId> PipelineTokenizer::encode_rest(std::string_view text) const {
  const std::string word = "a";
  const std::vector<TokenId> before = encode(word);
  std::vector<TokenId> ids = encode(word + std::string(text));
  if (ids.size() < before.size() || !std::equal(before.begin(), before.end(), ids.begin())) return encode(text);
  ids.erase(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(before.size()));
  return ids;
}

std::string PipelineTokenizer::decode(std::span<const TokenId> ids, bool skip_special_tokens) const {
  return parts_->decode(ids, skip_special_tokens);
}

std::string PipelineTokenizer::token(TokenId id) const { return parts_->token(id); }

std::int64_t PipelineTokenizer::vocab_size() const { return static_cast<std::int64_t>(parts_->size()); }

std::optional<TokenId> PipelineTokenizer::special_token_id(SpecialToken token, int index) const {
  if (const auto id = find_special_token(parts_->added(), token, index)) return id;
  return token == SpecialToken::unknown ? parts_->model().unknown() : std::nullopt;
}

}  // namespace folio::pipeline
