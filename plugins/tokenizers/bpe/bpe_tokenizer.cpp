#include "bpe/bpe_tokenizer.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "bpe/bpe_json.h"
#include "folio/error.h"
#include "text/byte_alphabet.h"
#include "text/gpt2_splitter.h"
#include "text/utf8.h"

namespace folio::bpe {
namespace {

constexpr std::size_t kBytes = 256;

/// The spellings, each once, in the order asked for.
std::vector<std::string> spellings_of(const std::vector<SpecialToken>& special_tokens) {
  std::vector<std::string> spellings;
  int sentinels = 0;
  for (const SpecialToken token : special_tokens) {
    std::string spelling = spelling_of(token, token == SpecialToken::sentinel ? sentinels++ : 0);
    if (std::find(spellings.begin(), spellings.end(), spelling) == spellings.end()) {
      spellings.push_back(std::move(spelling));
    }
  }
  return spellings;
}

void check_vocab_size(std::size_t vocab_size, std::size_t special_tokens) {
  const std::size_t least = kBytes + special_tokens;
  if (vocab_size >= least) return;
  throw Error(ErrorKind::experiment, "vocab_size is " + std::to_string(vocab_size) + ", but the 256 bytes and " +
                                         std::to_string(special_tokens) + " special token" +
                                         (special_tokens == 1 ? "" : "s") + " need at least " + std::to_string(least));
}

LiteralMatcher matcher_of(const std::vector<AddedToken>& tokens, bool normalized) {
  LiteralMatcher::Literals literals;
  for (const AddedToken& token : tokens) {
    if (token.normalized == normalized) literals.emplace(token.content, token.id);
  }
  return LiteralMatcher(std::move(literals));
}

/// Calls `found` with the id of each literal in the text, and `between` with the pieces around them, in their order.
template <typename Found, typename Between>
void cut_out(const LiteralMatcher& matcher, std::string_view text, const Found& found, const Between& between) {
  std::size_t at = 0;
  while (const auto match = matcher.find(text, at)) {
    between(text.substr(at, match->begin - at));
    found(match->id);
    at = match->end;
  }
  between(text.substr(at));
}

}  // namespace

class BpeTokenizer::Trained {
 public:
  explicit Trained(Vocabulary vocabulary);

  const Vocabulary& vocabulary() const { return vocabulary_; }
  std::int64_t vocab_size() const { return static_cast<std::int64_t>(bytes_.size()); }
  std::vector<TokenId> encode(std::string_view text) const;
  std::string decode(std::span<const TokenId> ids, bool skip_special_tokens) const;
  std::optional<TokenId> added_token_id(const std::string& content) const;

 private:
  void set_bytes(TokenId id, const std::string& token);

  Vocabulary vocabulary_;
  Encoder encoder_;
  LiteralMatcher plain_tokens_;       ///< those of the added tokens that are looked for first
  LiteralMatcher normalized_tokens_;  ///< those looked for in what is left
  std::vector<std::string> bytes_;    ///< what each id stands for
  std::vector<bool> special_;
};

BpeTokenizer::Trained::Trained(Vocabulary vocabulary)
    : vocabulary_(std::move(vocabulary)),
      encoder_(vocabulary_),
      plain_tokens_(matcher_of(vocabulary_.added_tokens, false)),
      normalized_tokens_(matcher_of(vocabulary_.added_tokens, true)) {
  for (std::size_t id = 0; id < vocabulary_.tokens.size(); ++id) {
    set_bytes(static_cast<TokenId>(id), vocabulary_.tokens[id]);
  }
  for (const AddedToken& token : vocabulary_.added_tokens) set_bytes(token.id, token.content);
  special_.resize(bytes_.size());
  for (const AddedToken& token : vocabulary_.added_tokens) special_[static_cast<std::size_t>(token.id)] = token.special;
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
  cut_out(plain_tokens_, text, append, [&](std::string_view piece) {
    cut_out(normalized_tokens_, piece, append, [&](std::string_view words) { encoder_.encode(words, ids); });
  });
  return ids;
}

std::string BpeTokenizer::Trained::decode(std::span<const TokenId> ids, bool skip_special_tokens) const {
  std::string bytes;
  for (const TokenId id : ids) {
    const auto place = static_cast<std::size_t>(id);
    if (place >= bytes_.size() || (skip_special_tokens && special_[place])) continue;
    bytes += bytes_[place];
  }
  return replace_invalid_utf8(bytes);
}

std::optional<TokenId> BpeTokenizer::Trained::added_token_id(const std::string& content) const {
  for (const AddedToken& token : vocabulary_.added_tokens) {
    if (token.content == content) return token.id;
  }
  return std::nullopt;
}

void BpeTokenizer::train(const TextSource& texts, const std::vector<SpecialToken>& special_tokens,
                         const Progress& progress) {
  const std::vector<std::string> spellings = spellings_of(special_tokens);
  check_vocab_size(options_.vocab_size, spellings.size());
  WordCounter words;
  texts([&](std::string_view text) {
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = gpt2_word_end(text, begin);
      words.add(text.substr(begin, end - begin));
      begin = end;
    }
  });
  if (words.entries().empty()) throw Error(ErrorKind::run, "there is no text to train the tokenizer on");

  Vocabulary vocabulary = bpe::train(words.entries(), spellings, options_, progress);
  for (std::size_t i = 0; i < spellings.size(); ++i) {
    vocabulary.added_tokens.push_back({static_cast<TokenId>(i), spellings[i], false, true});
  }
  trained_ = std::make_shared<const Trained>(std::move(vocabulary));
}

std::string BpeTokenizer::to_json() const { return bpe::to_json(trained().vocabulary()); }

void BpeTokenizer::load_json(std::string_view json) { trained_ = std::make_shared<const Trained>(from_json(json)); }

std::vector<TokenId> BpeTokenizer::encode(std::string_view text) const { return trained().encode(text); }

std::string BpeTokenizer::decode(std::span<const TokenId> ids, bool skip_special_tokens) const {
  return trained().decode(ids, skip_special_tokens);
}

std::int64_t BpeTokenizer::vocab_size() const { return trained().vocab_size(); }

std::optional<TokenId> BpeTokenizer::special_token_id(SpecialToken token, int index) const {
  return trained().added_token_id(spelling_of(token, index));
}

const BpeTokenizer::Trained& BpeTokenizer::trained() const {
  if (!trained_) throw std::logic_error("the tokenizer is used before it is trained or loaded");
  return *trained_;
}

std::string spelling_of(SpecialToken token, int index) {
  switch (token) {
    case SpecialToken::end_of_text:
      return "<|endoftext|>";
    case SpecialToken::padding:
      return "<|pad|>";
    case SpecialToken::unknown:
      return "<|unk|>";
    case SpecialToken::classification:
      return "<|cls|>";
    case SpecialToken::separator:
      return "<|sep|>";
    case SpecialToken::mask:
      return "<|mask|>";
    case SpecialToken::sentinel:
      return "<extra_id_" + std::to_string(index) + ">";
  }
  throw std::logic_error("a special token without a spelling");
}

}  // namespace folio::bpe
