#include "text/charsmap.h"

#include <unicode/ubrk.h>

#include <memory>

#include "support/error.h"
#include "support/utf8.h"

namespace folio {
namespace {

/// A grapheme with this many bytes or more is not looked up as a whole.
constexpr std::size_t kLongGrapheme = 6;

std::uint32_t read_unit(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return value;
}

bool has_leaf(std::uint32_t unit) { return (unit >> 8 & 1) == 1; }
std::uint32_t value_of(std::uint32_t unit) { return unit & 0x7FFFFFFF; }
std::uint32_t label_of(std::uint32_t unit) { return unit & 0x800000FF; }
std::size_t offset_of(std::uint32_t unit) { return static_cast<std::size_t>(unit >> 10) << ((unit & 0x200) >> 6); }

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

struct CloseIterator {
  void operator()(UBreakIterator* iterator) const { ubrk_close(iterator); }
};

UBreakIterator* grapheme_iterator() {
  thread_local const std::unique_ptr<UBreakIterator, CloseIterator> iterator = [] {
    UErrorCode code = U_ZERO_ERROR;
    std::unique_ptr<UBreakIterator, CloseIterator> made(ubrk_open(UBRK_CHARACTER, "", nullptr, 0, &code));
    if (U_FAILURE(code))
      throw Error(ErrorKind::run, std::string("ICU has no rules for graphemes: ") + u_errorName(code));
    return made;
  }();
  return iterator.get();
}

}  // namespace

Charsmap::Charsmap(std::string_view bytes) {
  if (bytes.size() < 4) throw Error(ErrorKind::run, "is cut short");
  const std::size_t size = read_unit(bytes, 0);
  if (size % 4 != 0 || size == 0 || size > bytes.size() - 4)
    throw Error(ErrorKind::run, "says that its trie has " + std::to_string(size) + " bytes, which are missing");
  for (std::size_t at = 4; at < 4 + size; at += 4) units_.push_back(read_unit(bytes, at));
  texts_ = bytes.substr(4 + size);
  if (first_invalid_utf8(texts_)) throw Error(ErrorKind::run, "has texts that are not UTF-8");
  for (std::size_t c = 0; c < ascii_.size(); ++c) ascii_[c] = find(std::string(1, static_cast<char>(c)));
}

/// What the first, which is the shortest, entry that `part` begins with is mapped to.
std::optional<std::string_view> Charsmap::find(std::string_view part) const {
  std::size_t node = offset_of(units_[0]);
  for (const char c : part) {
    if (c == '\0') break;
    const auto byte = static_cast<unsigned char>(c);
    node ^= byte;
    if (node >= units_.size() || label_of(units_[node]) != byte) break;
    const std::uint32_t unit = units_[node];
    node ^= offset_of(unit);
    if (!has_leaf(unit)) continue;
    if (node >= units_.size() || value_of(units_[node]) >= texts_.size()) return std::nullopt;
    const std::string_view text = std::string_view(texts_).substr(value_of(units_[node]));
    return text.substr(0, text.find('\0'));
  }
  return std::nullopt;
}

void Charsmap::append(std::string_view text, std::string& normalized) const {
  for (std::size_t at = 0; at < text.size();) {
    // Between two characters of ASCII a grapheme ends, but for CR and LF.
    const bool stands_alone =
        is_ascii(text[at]) && text[at] != '\r' && (at + 1 == text.size() || is_ascii(text[at + 1]));
    if (stands_alone) {
      const auto& mapped = ascii_[static_cast<unsigned char>(text[at])];
      mapped ? normalized.append(*mapped) : normalized.append(1, text[at]);
      ++at;
      continue;
    }
    std::size_t end = at + 1;
    while (end < text.size() && !(is_ascii(text[end]) && is_ascii(text[end - 1]) && text[end - 1] != '\r')) ++end;
    append_graphemes(text.substr(at, end - at), normalized);
    at = end;
  }
}

void Charsmap::append_graphemes(std::string_view text, std::string& normalized) const {
  UBreakIterator* const iterator = grapheme_iterator();
  UErrorCode code = U_ZERO_ERROR;
  UText* const chars = utext_openUTF8(nullptr, text.data(), static_cast<std::int64_t>(text.size()), &code);
  ubrk_setUText(iterator, chars, &code);
  if (U_SUCCESS(code)) {
    std::int32_t begin = ubrk_first(iterator);
    for (std::int32_t end = ubrk_next(iterator); end != UBRK_DONE; end = ubrk_next(iterator)) {
      append_grapheme(text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)), normalized);
      begin = end;
    }
  }
  utext_close(chars);
  if (U_FAILURE(code)) throw Error(ErrorKind::run, std::string("ICU cannot find graphemes: ") + u_errorName(code));
}

void Charsmap::append_grapheme(std::string_view grapheme, std::string& normalized) const {
  if (grapheme.size() < kLongGrapheme) {
    if (const auto mapped = find(grapheme)) {
      normalized += *mapped;
      return;
    }
  }
  for (std::size_t at = 0; at < grapheme.size();) {
    const std::string_view character = grapheme.substr(at, decode_code_point(grapheme, at).length);
    normalized += find(character).value_or(character);
    at += character.size();
  }
}

}  // namespace folio
