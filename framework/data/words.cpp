#include "data/words.h"

#include <algorithm>
#include <array>

#include "support/utf8.h"
#include "text/bert_characters.h"

namespace folio::data {
namespace {

constexpr std::string_view kBlanks = " \t\n\v\f\r";
constexpr std::string_view kMetaspace = "\u2581";

bool is_blank(char c) { return kBlanks.find(c) != std::string_view::npos; }

bool is(DecodedCodePoint point, BertFlag flag) { return point.valid && (bert_flags(point.value) & flag) != 0; }

/// The character that ends before `at`.
DecodedCodePoint character_before(std::string_view text, std::size_t at) {
  std::size_t begin = at - 1;
  while (begin > 0 && at - begin < 4 && is_continuation_byte(text[begin])) --begin;
  return decode_code_point(text, begin);
}

}  // namespace

WordFinder::WordFinder(const Tokenizer& tokenizer) {
  tokens_.reserve(static_cast<std::size_t>(tokenizer.vocab_size()));
  for (TokenId id = 0; id < tokenizer.vocab_size(); ++id) tokens_.push_back(look_at(tokenizer, id));
}

WordFinder::Token WordFinder::look_at(const Tokenizer& tokenizer, TokenId id) {
  const std::array twice{id, id};
  const std::string one = tokenizer.decode(std::span(twice).first(1), /*skip_special_tokens=*/false);
  const std::string two = tokenizer.decode(twice, /*skip_special_tokens=*/false);
  const std::string bytes = tokenizer.token(id);
  // Said a second time, a token shows whether decoding joins it to what is before it, and what it then says: "ing" for
  // "##ing". A part of a character becomes U+FFFD.
  const std::string_view second = std::string_view(two).substr(std::min(one.size(), two.size()));
  const std::string_view text = first_invalid_utf8(bytes) ? bytes : second;
  const std::size_t begin = text.find_first_not_of(kBlanks);

  Token token;
  token.space_before = bytes.starts_with(kMetaspace) || (!bytes.empty() && is_blank(bytes.front()));
  token.joined = second.empty() || !is_blank(second.front());
  if (begin == text.npos) return token;
  token.space_behind = is_blank(text.back());
  token.text = text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
  return token;
}

std::vector<bool> WordFinder::begins(std::span<const std::int64_t> ids, const std::vector<bool>& is_special) const {
  std::string text;  // of all tokens, without white space, so that cut characters are whole in it
  std::vector<std::size_t> places;
  for (const std::int64_t id : ids) {
    const auto place = static_cast<std::size_t>(id);
    places.push_back(text.size());
    text += is_special[place] ? " " : tokens_[place].text;
  }
  std::vector<bool> begins(ids.size());
  const Token* before = nullptr;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto place = static_cast<std::size_t>(ids[i]);
    if (is_special[place]) {
      before = nullptr;
      continue;
    }
    begins[i] = before == nullptr || !goes_on(tokens_[place], *before, text, places[i]);
    before = &tokens_[place];
  }
  return begins;
}

/// Whether the token, whose text begins at `at`, stands in the word of that before it.
bool WordFinder::goes_on(const Token& token, const Token& before, const std::string& text, std::size_t at) const {
  if (token.space_before || before.space_behind) return false;
  if (before.text.empty()) return true;  // white space that stands before the word as a token of its own
  if (token.text.empty()) return token.joined;
  if (is_continuation_byte(text[at])) return true;
  const DecodedCodePoint first = decode_code_point(text, at), last = character_before(text, at);
  if (is(first, kBertPunctuation) != is(last, kBertPunctuation)) return false;
  return token.joined || is(first, kBertPunctuation) || (is(first, kBertChinese) && is(last, kBertChinese));
}

}  // namespace folio::data
