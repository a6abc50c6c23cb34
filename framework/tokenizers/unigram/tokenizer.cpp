#include "tokenizers/unigram/tokenizer.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>
#include <utility>

#include "folio/error.h"
#include "tokenizers/added_tokens.h"
#include "tokenizers/special_tokens.h"
#include "tokenizers/unigram/decoder.h"
#include "tokenizers/unigram/encoder.h"
#include "tokenizers/unigram/json.h"
#include "tokenizers/word_counting.h"

namespace folio::unigram {
namespace {

constexpr unsigned kBytes = 256;

/// The characters that spell a byte's piece. With these in the vocabulary a text that looks like such a piece can be
/// cut into characters, so that it is not taken for the byte.
constexpr std::u32string_view kByteSpelling = U"<0x123456789ABCDEF>";

std::vector<std::string> with_unknown(std::vector<std::string> spellings) {
  const std::string unknown = spelling_of(SpecialToken::unknown, SpecialStyle::angles);
  if (std::find(spellings.begin(), spellings.end(), unknown) == spellings.end()) spellings.push_back(unknown);
  return spellings;
}

/// How many pieces are to be learned besides the special tokens and the bytes.
std::size_t pieces_to_learn(const TrainingOptions& options, std::size_t special_tokens, std::size_t characters) {
  const std::size_t bytes = options.byte_fallback ? kBytes : 0;
  const std::size_t least = special_tokens + bytes + characters;
  if (options.vocab_size >= least) return options.vocab_size - special_tokens - bytes;
  throw Error(ErrorKind::experiment,
              "vocab_size is " + std::to_string(options.vocab_size) + ", but " + (bytes > 0 ? "the 256 bytes, " : "") +
                  std::to_string(special_tokens) + " special token" + (special_tokens == 1 ? "" : "s") + " and " +
                  std::to_string(characters) + " different characters need at least " + std::to_string(least));
}

/// Special tokens, bytes and pieces in one list.
std::vector<Piece> all_pieces(const std::vector<std::string>& special_tokens, bool bytes, std::vector<Piece> learned) {
  std::vector<Piece> pieces;
  for (const std::string& token : special_tokens) pieces.push_back({token, 0});
  if (bytes) {
    // Lower than the sum of the six characters that spell it, so that a byte's piece is never found in a text.
    const double score = 8 * learned.back().score;
    for (unsigned byte = 0; byte < kBytes; ++byte) pieces.push_back({byte_piece(byte), std::round(score * 1e9) / 1e9});
  }
  std::set<std::string, std::less<>> taken;
  for (const Piece& piece : pieces) taken.insert(piece.text);
  std::erase_if(learned, [&](const Piece& piece) { return taken.contains(piece.text); });
  pieces.insert(pieces.end(), std::make_move_iterator(learned.begin()), std::make_move_iterator(learned.end()));
  return pieces;
}

}  // namespace

class UnigramTokenizer::Trained {
 public:
  explicit Trained(Vocabulary vocabulary)
      : vocabulary_(std::move(vocabulary)),
        encoder_(vocabulary_),
        decoder_(vocabulary_),
        added_(vocabulary_.added_tokens) {}

  const Vocabulary& vocabulary() const { return vocabulary_; }
  std::int64_t vocab_size() const { return static_cast<std::int64_t>(decoder_.size()); }
  const AddedTokens& added_tokens() const { return added_; }

  std::string token(TokenId id) const;
  std::vector<TokenId> encode(std::string_view text) const;

  std::string decode(std::span<const TokenId> ids, bool skip_special_tokens) const {
    return decoder_.decode(ids, added_, skip_special_tokens);
  }

 private:
  bool looks_into_normal_form() const;

  Vocabulary vocabulary_;
  Encoder encoder_;
  Decoder decoder_;
  AddedTokens added_;
};

bool UnigramTokenizer::Trained::looks_into_normal_form() const {
  return std::any_of(added_.list().begin(), added_.list().end(), [](const AddedToken& t) { return t.normalized; });
}

std::string UnigramTokenizer::Trained::token(TokenId id) const {
  const auto place = static_cast<std::size_t>(id);
  if (place < vocabulary_.pieces.size()) return vocabulary_.pieces[place].text;
  for (const AddedToken& token : added_.list())
    if (token.id == id) return token.content;
  return "";
}

std::vector<TokenId> UnigramTokenizer::Trained::encode(std::string_view text) const {
  std::vector<TokenId> ids;
  ids.reserve(text.size() / 4 + 1);  // a token of English has four bytes or so
  const auto append = [&](TokenId id) { ids.push_back(id); };
  const auto encode_words = [&](std::string_view words) { encoder_.encode(words, ids); };
  added_.cut(text, append, [&](std::string_view piece) {
    if (!looks_into_normal_form()) {
      encode_words(piece);
      return;
    }
    std::string normal;
    UnicodeNormalizer(vocabulary_.normalization).append(piece, normal);
    added_.cut_normalized(normal, append, encode_words);  // what is normal stays as it is when it is normalised again
  });
  return ids;
}

void UnigramTokenizer::train(const TextSource& texts, const std::vector<SpecialToken>& special_tokens,
                             const Progress& progress) {
  const std::vector<std::string> spellings = with_unknown(spellings_of(special_tokens, SpecialStyle::angles));
  const Words words(count_words(texts, add_chunks, progress).entries(), options_.normalization);
  if (words.size() == 0) throw Error(ErrorKind::run, "there is no text to train the tokenizer on");

  std::vector<char32_t> characters = alphabet_of(words);
  if (options_.byte_fallback) {
    characters.insert(characters.end(), kByteSpelling.begin(), kByteSpelling.end());
    std::sort(characters.begin(), characters.end());
    characters.erase(std::unique(characters.begin(), characters.end()), characters.end());
  }
  const std::size_t pieces = pieces_to_learn(options_, spellings.size(), characters.size());

  Vocabulary vocabulary;
  vocabulary.byte_fallback = options_.byte_fallback;
  vocabulary.normalization = options_.normalization;
  vocabulary.decoding = options_.byte_fallback ? Decoding::bytes : Decoding::metaspace;
  vocabulary.pieces =
      all_pieces(spellings, options_.byte_fallback, unigram::train(words, characters, pieces, options_, progress));
  for (std::size_t i = 0; i < spellings.size(); ++i) {
    const auto id = static_cast<TokenId>(i);
    if (spellings[i] == spelling_of(SpecialToken::unknown, SpecialStyle::angles)) vocabulary.unk_id = id;
    vocabulary.added_tokens.push_back({id, spellings[i], false, true});
  }
  trained_ = std::make_shared<const Trained>(std::move(vocabulary));
}

std::string UnigramTokenizer::to_json() const { return unigram::to_json(trained().vocabulary()); }

void UnigramTokenizer::load(const TokenizerJson& json) { trained_ = std::make_shared<const Trained>(from_json(json)); }

std::vector<TokenId> UnigramTokenizer::encode(std::string_view text) const { return trained().encode(text); }

std::string UnigramTokenizer::decode(std::span<const TokenId> ids, bool skip_special_tokens) const {
  return trained().decode(ids, skip_special_tokens);
}

std::string UnigramTokenizer::token(TokenId id) const { return trained().token(id); }

std::int64_t UnigramTokenizer::vocab_size() const { return trained().vocab_size(); }

std::optional<TokenId> UnigramTokenizer::special_token_id(SpecialToken token, int index) const {
  return find_special_token(trained().added_tokens(), token, index);
}

const UnigramTokenizer::Trained& UnigramTokenizer::trained() const {
  if (!trained_) throw std::logic_error("the tokenizer is used before it is trained or loaded");
  return *trained_;
}

}  // namespace folio::unigram
