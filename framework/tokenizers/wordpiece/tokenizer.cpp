#include "tokenizers/wordpiece/tokenizer.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "folio/error.h"
#include "text/bert_splitter.h"
#include "tokenizers/added_tokens.h"
#include "tokenizers/special_tokens.h"
#include "tokenizers/word_counting.h"
#include "tokenizers/wordpiece/decoder.h"
#include "tokenizers/wordpiece/encoder.h"
#include "tokenizers/wordpiece/json.h"

namespace folio::wordpiece {
namespace {

void check_prefix(const std::string& prefix) {
  if (prefix.size() <= kMaxPrefixBytes) return;
  throw Error(ErrorKind::experiment, "continuing_subword_prefix has " + std::to_string(prefix.size()) +
                                         " bytes, expected at most " + std::to_string(kMaxPrefixBytes));
}

/// Adds the stretches of a text as they stand. Far fewer differ than there are, so that few need to be normalised.
void add_stretches(std::string_view text, const BertSplitter& splitter, WordCounter& stretches) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = splitter.stretch_end(text, begin);
    if (!splitter.is_space(text[begin])) stretches.add(text.substr(begin, end - begin));
    begin = end;
  }
}

/// Adds the words of the stretches.
void add_words(const WordCounter& stretches, const BertNormalizer& normalizer, WordCounter& words) {
  std::string normalized;
  for (const auto& [stretch, count] : stretches.entries()) {
    normalized.clear();
    normalizer.append(stretch, normalized);
    for_each_bert_word(normalized, [&, times = count](std::string_view word) { words.add(word, times); });
  }
}

}  // namespace

class WordPieceTokenizer::Trained {
 public:
  explicit Trained(Vocabulary vocabulary);

  const Vocabulary& vocabulary() const { return vocabulary_; }
  std::int64_t vocab_size() const { return static_cast<std::int64_t>(spellings_.size()); }
  std::vector<TokenId> encode(std::string_view text) const;
  std::string decode(std::span<const TokenId> ids, bool skip_special_tokens) const;
  const AddedTokens& added_tokens() const { return added_; }

 private:
  /// What a token adds to a text.
  struct Spelling {
    bool known = false;    ///< false for an id that no token has
    bool special = false;  ///< left out where special tokens are to be skipped
    std::string first;     ///< where the text begins with it
    std::string later;
  };

  void spell_added_tokens();
  void spell(TokenId id, const std::string& token, bool special);

  Vocabulary vocabulary_;
  Encoder encoder_;
  AddedTokens added_;
  std::vector<Spelling> spellings_;  ///< by id
};

WordPieceTokenizer::Trained::Trained(Vocabulary vocabulary)
    : vocabulary_(std::move(vocabulary)),
      encoder_(vocabulary_),
      added_(vocabulary_.added_tokens,
             [this](std::string_view text) { return encoder_.normalizer().normalize(text); }) {
  for (std::size_t id = 0; id < vocabulary_.tokens.size(); ++id)
    if (!vocabulary_.tokens[id].empty()) spell(static_cast<TokenId>(id), vocabulary_.tokens[id], false);
  spell_added_tokens();
}

/// A token that is looked for in normalised text is written as it stands there. Hugging Face's tokenizers then no
/// longer takes it for a special one, unless that is how it was given.
void WordPieceTokenizer::Trained::spell_added_tokens() {
  for (const AddedToken& token : vocabulary_.added_tokens)
    spell(token.id, added_.spelled(token), added_.is_special(token.id));
}

void WordPieceTokenizer::Trained::spell(TokenId id, const std::string& token, bool special) {
  const auto place = static_cast<std::size_t>(id);
  if (place >= spellings_.size()) spellings_.resize(place + 1);
  const TokenSpelling spelling(vocabulary_.decoder_prefix, vocabulary_.cleanup);
  spellings_[place] = {true, special, spelling.first(token), spelling.later(token)};
}

std::vector<TokenId> WordPieceTokenizer::Trained::encode(std::string_view text) const {
  std::vector<TokenId> ids;
  ids.reserve(text.size() / 4 + 1);  // a token of English has four bytes or so
  const auto append = [&](TokenId id) { ids.push_back(id); };
  added_.cut(text, append, [&](std::string_view piece) {
    if (!added_.has_normalized()) return encoder_.encode(piece, ids);
    const std::string normalized = encoder_.normalizer().normalize(piece);
    added_.cut_normalized(normalized, append, [&](std::string_view words) { encoder_.encode_normalized(words, ids); });
  });
  return ids;
}

std::string WordPieceTokenizer::Trained::decode(std::span<const TokenId> ids, bool skip_special_tokens) const {
  std::string text;
  bool is_first = true;
  for (const TokenId id : ids) {
    const auto place = static_cast<std::size_t>(id);
    if (place >= spellings_.size() || !spellings_[place].known) continue;
    const Spelling& spelling = spellings_[place];
    if (skip_special_tokens && spelling.special) continue;
    text += is_first ? spelling.first : spelling.later;
    is_first = false;
  }
  return text;
}

void WordPieceTokenizer::train(const TextSource& texts, const std::vector<SpecialToken>& special_tokens,
                               const Progress& progress) {
  check_prefix(options_.continuing_prefix);
  Vocabulary vocabulary{.tokens = {},
                        .added_tokens = {},
                        .normalization = options_.normalization,
                        .unknown_token = spelling_of(SpecialToken::unknown, SpecialStyle::brackets),
                        .continuing_prefix = options_.continuing_prefix,
                        .max_input_chars_per_word = options_.max_input_chars_per_word,
                        .decoder_prefix = options_.continuing_prefix,
                        .cleanup = true,
                        .post_processor = nullptr};
  std::vector<std::string> spellings = spellings_of(special_tokens, SpecialStyle::brackets);
  if (std::find(spellings.begin(), spellings.end(), vocabulary.unknown_token) == spellings.end())
    spellings.push_back(vocabulary.unknown_token);
  const BertSplitter splitter(options_.normalization);
  const WordCounter stretches = count_words(
      texts, [&](std::string_view text, WordCounter& counter) { add_stretches(text, splitter, counter); }, progress);
  WordCounter words;
  add_words(stretches, BertNormalizer(options_.normalization), words);
  if (words.entries().empty()) throw Error(ErrorKind::run, "there is no text to train the tokenizer on");

  vocabulary.tokens = wordpiece::train(words.entries(), spellings, options_, progress);
  for (std::size_t i = 0; i < spellings.size(); ++i)
    vocabulary.added_tokens.push_back({static_cast<TokenId>(i), spellings[i], false, true});
  trained_ = std::make_shared<const Trained>(std::move(vocabulary));
}

std::string WordPieceTokenizer::to_json() const { return wordpiece::to_json(trained().vocabulary()); }

void WordPieceTokenizer::load(const TokenizerJson& json) {
  trained_ = std::make_shared<const Trained>(from_json(json));
}

std::vector<TokenId> WordPieceTokenizer::encode(std::string_view text) const { return trained().encode(text); }

std::string WordPieceTokenizer::decode(std::span<const TokenId> ids, bool skip_special_tokens) const {
  return trained().decode(ids, skip_special_tokens);
}

std::int64_t WordPieceTokenizer::vocab_size() const { return trained().vocab_size(); }

std::optional<TokenId> WordPieceTokenizer::special_token_id(SpecialToken token, int index) const {
  return find_special_token(trained().added_tokens(), token, index);
}

const WordPieceTokenizer::Trained& WordPieceTokenizer::trained() const {
  if (!trained_) throw std::logic_error("the tokenizer is used before it is trained or loaded");
  return *trained_;
}

}  // namespace folio::wordpiece
