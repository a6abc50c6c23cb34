#include "tokenizers/bpe/tokenizer.h"

#include <stdexcept>
#include <utility>

#include "folio/error.h"
#include "support/utf8.h"
#include "text/byte_alphabet.h"
#include "tokenizers/added_tokens.h"
#include "tokenizers/bpe/json.h"
#include "tokenizers/special_tokens.h"
#include "tokenizers/word_counting.h"

namespace folio::bpe {
namespace {

constexpr std::size_t kBytes = 256;

void check_vocab_size(std::size_t vocab_size, std::size_t special_tokens) {
  const std::size_t least = kBytes + special_tokens;
  if (vocab_size >= least) return;
  throw Error(ErrorKind::experiment, "vocab_size is " + std::to_string(vocab_size) + ", but the 256 bytes and " +
                                         std::to_string(special_tokens) + " special token" +
                                         (special_tokens == 1 ? "" : "s") + " need at least " + std::to_string(least));
}

}  // namespace

class BpeTokenizer::Trained {
 public:
  explicit Trained(Vocabulary vocabulary);

  const Vocabulary& vocabulary() const { return vocabulary_; }
  std::int64_t vocab_size() const { return static_cast<std::int64_t>(bytes_.size()); }
  std::vector<TokenId> encode(std::string_view text) const;
  std::string decode(std::span<const TokenId> ids, bool skip_special_tokens) const;
  const std::string& token(TokenId id) const { return bytes_.at(static_cast<std::size_t>(id)); }
  const AddedTokens& added_tokens() const { return added_; }

 private:
  void set_bytes(TokenId id, const std::string& token);

  Vocabulary vocabulary_;
  Encoder encoder_;
  AddedTokens added_;
  std::vector<std::string> bytes_;  ///< what each id stands for
};

BpeTokenizer::Trained::Trained(Vocabulary vocabulary)
    : vocabulary_(std::move(vocabulary)), encoder_(vocabulary_), added_(vocabulary_.added_tokens) {
  for (std::size_t id = 0; id < vocabulary_.tokens.size(); ++id)
    set_bytes(static_cast<TokenId>(id), vocabulary_.tokens[id]);
  for (const AddedToken& token : vocabulary_.added_tokens) set_bytes(token.id, token.content);
}

void BpeTokenizer::Trained::set_bytes(TokenId id, const std::string& token) {
  const auto place = static_cast<std::size_t>(id);
  if (place >= bytes_.size()) bytes_.resize(place + 1);
  // A special token may have characters that are not of the byte alphabet; then it stands for itself.
  bytes_[place] = from_byte_alphabet(token).value_or(token);
}

std::vector<TokenId> BpeTokenizer::Trained::encode(std::string_view text) const {
  std::vector<TokenId> ids;
  ids.reserve(text.size() / 4 + 1);  // a token of English has four bytes or so
  const auto append = [&](TokenId id) { ids.push_back(id); };
  added_.cut(text, append, [&](std::string_view piece) {
    added_.cut_normalized(piece, append, [&](std::string_view words) { encoder_.encode(words, ids); });
  });
  return ids;
}

std::string BpeTokenizer::Trained::decode(std::span<const TokenId> ids, bool skip_special_tokens) const {
  std::string bytes;
  for (const TokenId id : ids) {
    const auto place = static_cast<std::size_t>(id);
    if (place >= bytes_.size() || (skip_special_tokens && added_.is_special(id))) continue;
    bytes += bytes_[place];
  }
  return replace_invalid_utf8(bytes);
}

void BpeTokenizer::train(const TextSource& texts, const std::vector<SpecialToken>& special_tokens,
                         const Progress& progress) {
  const std::vector<std::string> spellings = spellings_of(special_tokens, SpecialStyle::bars);
  check_vocab_size(options_.vocab_size, spellings.size());
  const WordEnd word_end = word_end_of(options_.pattern);
  const auto add_words = [&](std::string_view text, WordCounter& words) {
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = word_end(text, begin);
      words.add(text.substr(begin, end - begin));
      begin = end;
    }
  };
  const WordCounter words = count_words(texts, add_words, progress);
  if (words.entries().empty()) throw Error(ErrorKind::run, "there is no text to train the tokenizer on");

  Vocabulary vocabulary = bpe::train(words.entries(), spellings, options_, progress);
  vocabulary.pattern = options_.pattern;
  for (std::size_t i = 0; i < spellings.size(); ++i)
    vocabulary.added_tokens.push_back({static_cast<TokenId>(i), spellings[i], false, true});
  trained_ = std::make_shared<const Trained>(std::move(vocabulary));
}

std::string BpeTokenizer::to_json() const { return bpe::to_json(trained().vocabulary()); }

void BpeTokenizer::load(const TokenizerJson& json) { trained_ = std::make_shared<const Trained>(from_json(json)); }

std::vector<TokenId> BpeTokenizer::encode(std::string_view text) const { return trained().encode(text); }

std::string BpeTokenizer::decode(std::span<const TokenId> ids, bool skip_special_tokens) const {
  return trained().decode(ids, skip_special_tokens);
}

std::string BpeTokenizer::token(TokenId id) const { return trained().token(id); }

std::int64_t BpeTokenizer::vocab_size() const { return trained().vocab_size(); }

std::optional<TokenId> BpeTokenizer::special_token_id(SpecialToken token, int index) const {
  return find_special_token(trained().added_tokens(), token, index);
}

const BpeTokenizer::Trained& BpeTokenizer::trained() const {
  if (!trained_) throw std::logic_error("the tokenizer is used before it is trained or loaded");
  return *trained_;
}

}  // namespace folio::bpe
