#include "tokenizers/unigram/encoder.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <span>

#include "folio/error.h"
#include "support/utf8.h"

namespace folio::unigram {
namespace {

/// How much less an unknown character scores than the worst piece (SentencePiece's kUnkPenalty).
constexpr double kUnknownPenalty = 10;

/// In place of a piece: an unknown character ends here; nothing does.
constexpr TokenId kUnknownCharacter = -2;
constexpr TokenId kNothing = -1;

std::size_t character_end(std::string_view text, std::size_t begin) {
  std::size_t end = begin + 1;
  while (end < text.size() && is_continuation_byte(text[end])) ++end;
  return end;
}

DoubleArray make_trie(const std::vector<Piece>& pieces) {
  std::vector<DoubleArray::Key> keys;
  for (std::size_t id = 0; id < pieces.size(); ++id)
    if (!pieces[id].text.empty()) keys.push_back({pieces[id].text, static_cast<TokenId>(id)});
  std::sort(keys.begin(), keys.end(),
            [](const auto& a, const auto& b) { return a.text != b.text ? a.text < b.text : a.value > b.value; });
  const auto same = [](const auto& a, const auto& b) { return a.text == b.text; };
  keys.erase(std::unique(keys.begin(), keys.end(), same), keys.end());
  return DoubleArray(keys);
}

/// The score as Hugging Face's tokenizers has it after reading it from a file. Their JSON reader takes the digits as a
/// whole number and divides by a power of ten, so that beyond 15 digits the last bit may be another.
double as_read(double score) {
  std::array<char, 32> text;  // -d.ddde-dd
  const char* const end = std::to_chars(text.begin(), text.end(), score, std::chars_format::scientific).ptr;
  const char* const letter = std::find(text.cbegin(), end, 'e');
  std::string digits(text.cbegin(), letter);
  std::erase(digits, '-');
  const std::size_t decimals = digits.size() > 1 ? digits.size() - 2 : 0;
  std::erase(digits, '.');
  const int power = std::stoi(std::string(letter + 1, end)) - static_cast<int>(decimals);
  const double whole = static_cast<double>(std::stoull(digits));
  const double scale = std::stod("1e" + std::to_string(std::min(std::abs(power), 308)));
  return std::copysign(power < 0 ? whole / scale : whole * scale, score);
}

}  // namespace

Encoder::Encoder(const Vocabulary& vocabulary)
    : normalizer_(vocabulary.normalization), pieces_(make_trie(vocabulary.pieces)), unk_id_(vocabulary.unk_id) {
  double lowest = std::numeric_limits<double>::infinity();
  std::uint32_t longest = 4;  // an unknown character
  for (const Piece& piece : vocabulary.pieces) {
    scores_.push_back(as_read(piece.score));
    lengths_.push_back(static_cast<std::uint32_t>(piece.text.size()));
    lowest = std::min(lowest, scores_.back());
    longest = std::max(longest, lengths_.back());
  }
  unk_score_ = lowest - kUnknownPenalty;
  ring_ = std::bit_ceil(std::size_t{longest} + 1);
  for (unsigned byte = 0; byte < byte_ids_.size(); ++byte)
    byte_ids_[byte] = vocabulary.byte_fallback ? pieces_.find(byte_piece(byte)) : DoubleArray::kNoValue;
}

void Encoder::encode(std::string_view text, std::vector<TokenId>& ids) const {
  if (text.empty()) return;
  const WordCachePool::Loan cache = caches_.borrow();
  Scratch scratch;
  scratch.scores.resize(ring_);
  std::size_t begin = 0;
  if (begins_with_space(text.substr(0, text.find(' ')))) {
    begin = std::min(text.find(' '), text.size());
    encode_chunk(text.substr(0, begin), /*mark=*/false, scratch, ids);
    if (begin == text.size()) return;
    ++begin;
  }
  for (;;) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const auto key = WordCache::key_of(text, begin, end);
    const std::span<const TokenId> known = key ? cache->find(*key) : std::span<const TokenId>();
    if (known.empty()) {
      const std::size_t first = ids.size();
      encode_chunk(text.substr(begin, end - begin), /*mark=*/true, scratch, ids);
      if (key) cache->put(*key, std::span(ids).subspan(first));
    } else {
      ids.insert(ids.end(), known.begin(), known.end());
    }
    if (end == text.size()) return;
    begin = end + 1;
  }
}

/// Whether a text whose first chunk this is gets no space mark in front: it has one, or is empty up to its first space.
bool Encoder::begins_with_space(std::string_view chunk) const {
  if (chunk.empty()) return true;
  if (static_cast<unsigned char>(chunk.front()) < 0x80) return false;
  std::string normal;
  normalizer_.append(chunk, normal);
  return normal.starts_with(' ') || normal.starts_with(kSpaceMark);
}

/// Encodes what stands between two spaces, which may be several words once it is normalised.
void Encoder::encode_chunk(std::string_view chunk, bool mark, Scratch& scratch, std::vector<TokenId>& ids) const {
  std::string& words = scratch.chunk;
  words = mark ? kSpaceMark : std::string_view();
  normalizer_.append(chunk, words);
  if (words.find(' ') != words.npos) words = with_space_marks(words);
  for (std::size_t begin = 0; begin < words.size();) {
    const std::size_t end = std::min(words.find(kSpaceMark, begin + 1), words.size());
    encode_word(std::string_view(words).substr(begin, end - begin), scratch, ids);
    begin = end;
  }
}

void Encoder::encode_ready_word(std::string_view word, std::vector<TokenId>& ids) const {
  thread_local Scratch scratch;
  if (scratch.scores.size() < ring_) scratch.scores.resize(ring_);
  encode_word(word, scratch, ids);
}

void Encoder::encode_word(std::string_view word, Scratch& scratch, std::vector<TokenId>& ids) const {
  find_best(word, scratch);
  put_pieces(word, scratch.arrived, ids);
}

/// Viterbi's algorithm, as SentencePiece's EncodeOptimized and after it Hugging Face's encode_optimized have it: from
/// each character's beginning, in order, the trie is walked as far as pieces go, and each piece that ends tells its end
/// of a way there. A place keeps the best way's score and last piece; put_pieces() goes back along these. No piece is
/// longer than the ring, so that scores of places further back are overwritten. A character that is no piece of its own
/// may be passed as unknown, at a price. Of equal ways to one place the one counts whose last piece begins first.
void Encoder::find_best(std::string_view word, Scratch& scratch) const {
  const std::size_t mask = ring_ - 1;
  double* const scores = scratch.scores.data();
  scratch.arrived.assign(word.size() + 1, kNothing);
  TokenId* const arrived = scratch.arrived.data();
  const auto arrive = [&](std::size_t place, double score, TokenId id) {
    if (arrived[place] != kNothing && !(score > scores[place & mask])) return;
    scores[place & mask] = score;
    arrived[place] = id;
  };
  scores[0] = 0;
  for (std::size_t begin = 0; begin < word.size();) {
    const double so_far = scores[begin & mask];
    const std::size_t next = character_end(word, begin);
    bool known = false;  // whether the character alone is a piece
    DoubleArray::Node node = DoubleArray::kRoot;
    for (std::size_t end = begin; end < word.size();) {
      node = pieces_.child(node, word[end++]);
      if (node == DoubleArray::kNone) break;
      const TokenId id = pieces_.value(node);
      if (id == DoubleArray::kNoValue) continue;
      arrive(end, scores_[static_cast<std::size_t>(id)] + so_far, id);
      known |= end == next;
    }
    if (!known) arrive(next, unk_score_ + so_far, kUnknownCharacter);
    begin = next;
  }
}

/// Appends the best way's pieces. Neighbouring unknown characters are one unknown piece.
void Encoder::put_pieces(std::string_view word, const std::vector<TokenId>& arrived, std::vector<TokenId>& ids) const {
  const std::size_t first = ids.size();
  std::size_t unknown_end = 0;  // of the unknown piece at hand, 0 where there is none
  for (std::size_t end = word.size(); end > 0;) {
    const TokenId id = arrived[end];
    std::size_t begin = end - 1;
    if (id == kUnknownCharacter)
      while (is_continuation_byte(word[begin]) && begin > 0) --begin;
    else
      begin = end - lengths_[static_cast<std::size_t>(id)];
    if (id == kUnknownCharacter || id == unk_id_) {
      if (unknown_end == 0) unknown_end = end;
    } else {
      if (unknown_end != 0) put_unknown(word.substr(end, unknown_end - end), ids);
      unknown_end = 0;
      ids.push_back(id);
    }
    end = begin;
  }
  if (unknown_end != 0) put_unknown(word.substr(0, unknown_end), ids);
  std::reverse(ids.begin() + static_cast<std::ptrdiff_t>(first), ids.end());
}

/// Appends the ids of an unknown piece, the last first: it may be a piece after all when its characters are taken
/// together; else its bytes, if all of them have pieces.
void Encoder::put_unknown(std::string_view text, std::vector<TokenId>& reversed) const {
  if (const TokenId id = pieces_.find(text); id != DoubleArray::kNoValue) {
    reversed.push_back(id);
    return;
  }
  const auto id_of = [&](char byte) { return byte_ids_[static_cast<unsigned char>(byte)]; };
  if (std::any_of(text.begin(), text.end(), [&](char byte) { return id_of(byte) == DoubleArray::kNoValue; })) {
    if (unk_id_ < 0) {
      throw Error(ErrorKind::run, "the tokenizer cannot encode '" + std::string(text) +
                                      "': its model has no unk_id, and byte_fallback is off or lacks a byte");
    }
    reversed.push_back(unk_id_);
    return;
  }
  for (auto byte = text.rbegin(); byte != text.rend(); ++byte) reversed.push_back(id_of(*byte));
}

}  // namespace folio::unigram
