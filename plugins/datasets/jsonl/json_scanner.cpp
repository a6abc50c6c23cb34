#include "jsonl/json_scanner.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "support/utf8.h"

namespace folio::jsonl {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_hex(char c) { return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f'); }

/// The high bit of each byte of `word` that is zero, and maybe of bytes above such a one.
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
  return (word - 0x0101010101010101) & ~word & 0x8080808080808080;
}

/// Where a text's plain characters end: at a quote, a backslash or a control character, or at the line's end.
std::size_t plain_end(std::string_view line, std::size_t at) {
  static_assert(std::endian::native == std::endian::little, "the first byte is the lowest");
  constexpr std::uint64_t kEach = 0x0101010101010101;
  for (; at + 8 <= line.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, line.data() + at, 8);
    const std::uint64_t control = (word - kEach * 0x20) & ~word & kEach * 0x80;  // the lowest one is exact
    const std::uint64_t ends = zero_bytes(word ^ kEach * '"') | zero_bytes(word ^ kEach * '\\') | control;
    if (ends != 0) return at + static_cast<std::size_t>(std::countr_zero(ends)) / 8;
  }
  while (at < line.size() && line[at] != '"' && line[at] != '\\' && static_cast<unsigned char>(line[at]) >= 0x20) ++at;
  return at;
}

/// What stands there, for a message.
std::string found(std::string_view line, std::size_t at) {
  if (at >= line.size()) return "the line's end";
  const DecodedCodePoint point = decode_code_point(line, at);
  if (point.value < 0x20 || point.value == 0x7F || !point.valid)
    return fmt::format("the byte 0x{:02x}", static_cast<unsigned char>(line[at]));
  return fmt::format("'{}'", line.substr(at, point.length));
}

}  // namespace

void JsonScanner::start(std::string_view line) {
  line_ = line;
  at_ = 0;
}

char JsonScanner::next() {
  while (at_ < line_.size() && (line_[at_] == ' ' || line_[at_] == '\t' || line_[at_] == '\r')) ++at_;
  return at_ < line_.size() ? line_[at_] : '\0';
}

bool JsonScanner::take(char c) {
  if (next() != c || at_ == line_.size()) return false;
  ++at_;
  return true;
}

void JsonScanner::expect(char c, const char* what) {
  if (!take(c)) fail(what);
}

std::string_view JsonScanner::text() {
  expect('"', "a name in quotes");
  const std::size_t begin = at_;
  for (;;) {
    at_ = plain_end(line_, at_);
    if (at_ == line_.size()) fail("the text's closing quote");
    if (line_[at_] == '"') return line_.substr(begin, at_++ - begin);
    if (line_[at_] != '\\') fail("a character or an escape such as \\n or \\t");
    escape();
  }
}

void JsonScanner::escape() {
  const std::size_t backslash = at_++;
  if (at_ < line_.size() && std::string_view("\"\\/bfnrt").find(line_[at_]) != std::string_view::npos) {
    ++at_;
    return;
  }
  const std::string_view digits = line_.substr(std::min(at_ + 1, line_.size()), 4);
  if (at_ >= line_.size() || line_[at_] != 'u' || digits.size() < 4 ||
      !std::all_of(digits.begin(), digits.end(), is_hex))
    throw JsonProblem(backslash, R"(expected one of the escapes \" \\ \/ \b \f \n \r \t and \u with four hex digits)");
  at_ += 5;
}

void JsonScanner::value() {
  open_.clear();
  const auto name = [&] {
    if (open_.back() != '{') return;
    text();
    expect(':', "':'");
  };
  for (;;) {
    const char first = next();
    bool is_whole = true;  // else the first of its values comes next
    if (first == '{' || first == '[') {
      ++at_;
      open_.push_back(first);
      is_whole = take(first == '{' ? '}' : ']');
      if (is_whole)
        open_.pop_back();
      else
        name();
    } else if (first == '"') {
      text();
    } else {
      number();
    }
    if (!is_whole) continue;
    while (!open_.empty() && take(open_.back() == '{' ? '}' : ']')) open_.pop_back();
    if (open_.empty()) return;
    expect(',', open_.back() == '{' ? "',' or '}'" : "',' or ']'");
    name();
  }
}

/// Or a word.
void JsonScanner::number() {
  const auto at = [&](char c) { return at_ < line_.size() && line_[at_] == c; };
  const auto digits = [&] {
    if (at_ == line_.size() || !is_digit(line_[at_])) fail("a digit");
    while (at_ < line_.size() && is_digit(line_[at_])) ++at_;
  };
  if (at('t')) return word("true");
  if (at('f')) return word("false");
  if (at('n')) return word("null");
  if (at('N')) return word("NaN");
  const bool is_negative = at('-');
  at_ += is_negative ? 1 : 0;
  if (at('I')) return word("Infinity");
  if (!is_negative && (at_ == line_.size() || !is_digit(line_[at_]))) fail("a value");
  const std::size_t first = at_;
  digits();
  if (line_[first] == '0' && at_ > first + 1) throw JsonProblem(first, "expected a number without a leading zero");
  if (at('.')) {
    ++at_;
    digits();
  }
  if (at('e') || at('E')) {
    ++at_;
    at_ += at('+') || at('-') ? 1 : 0;
    digits();
  }
}

void JsonScanner::word(std::string_view word) {
  if (line_.substr(at_, word.size()) != word) fail("a value");
  at_ += word.size();
}

void JsonScanner::finish() {
  next();
  if (at_ < line_.size()) fail("the line's end after its object");
}

void JsonScanner::fail(std::string_view expected) const {
  if (line_.substr(std::min(at_, line_.size())).starts_with(kByteOrderMark)) {
    throw JsonProblem(
        at_, fmt::format(
                 "expected {}, got a byte-order mark, as if two files had been joined without a line end between them",
                 expected));
  }
  throw JsonProblem(at_, fmt::format("expected {}, got {}", expected, found(line_, at_)));
}

std::string_view kind_of_value(char first) {
  switch (first) {
    case '[':
      return "an array";
    case '{':
      return "an object";
    case '"':
      return "a text";
    case 't':
    case 'f':
      return "true or false";
    case 'n':
      return "null";
    default:
      return "a number";
  }
}

}  // namespace folio::jsonl
