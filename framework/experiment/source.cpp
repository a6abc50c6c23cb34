#include "experiment/source.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/passwords.h"
#include "support/utf8.h"
#include "terminal/terminal.h"

namespace folio::experiment {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

/// The part of the line that stands before the place.
std::string_view before(const Place& place) { return line_of(place).substr(0, static_cast<std::size_t>(place.column)); }

Place place_of(const Source& source, std::size_t offset) {
  const std::string_view head = std::string_view(source.text).substr(0, offset);
  const std::size_t line_end = head.rfind('\n');
  const std::size_t line_begin = line_end == std::string_view::npos ? 0 : line_end + 1;
  return {&source, static_cast<int>(std::count(head.begin(), head.end(), '\n')), static_cast<int>(offset - line_begin)};
}

}  // namespace

const Source& Sources::add(Source::Kind kind, std::string name, std::string text) {
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  return sources_.emplace_back(kind, std::move(name), std::move(text), static_cast<int>(sources_.size()));
}

std::string to_string(const Place& place) {
  const std::string name = printable(place.source->name, 200);
  if (place.source->kind == Source::Kind::override_value) return fmt::format("override '{}'", name);
  if (place.line == Place::kWholeSource) return name;
  const std::string_view head = before(place);
  const auto characters = std::count_if(head.begin(), head.end(), [](char c) { return !is_continuation_byte(c); });
  return fmt::format("{}:{}:{}", name, place.line + 1, characters + 1);
}

std::string_view line_of(const Place& place) {
  std::string_view text = place.source->text;
  for (int line = 0; line < place.line; ++line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  return text;
}

bool lies_over(const Source& upper, const Source& lower) {
  if (upper.kind != Source::Kind::override_value && lower.kind != Source::Kind::override_value)
    return upper.order < lower.order;
  return upper.kind == Source::Kind::override_value && upper.order > lower.order;
}

std::string excerpt(const Place& place) {
  constexpr std::size_t kWidest = 110;
  if (place.source->kind == Source::Kind::override_value || place.line == Place::kWholeSource) return "";
  const std::string_view line = line_of(place);
  if (line.empty() || line.size() > kWidest) return "";
  return fmt::format("\n{:>6} | {}\n{:>6} | {:{}}^", place.line + 1, printable(line, kWidest), "", "",
                     display_width(printable(before(place), kWidest)));
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string result(text.substr(0, limit));
  while (result.size() < text.size() && !result.empty() && is_continuation_byte(text[result.size()])) result.pop_back();
  if (result.size() < text.size()) result += "...";
  return without_controls(result);
}

std::optional<Place> place_of_password(const Source& source) {
  Place place{&source, 0, 0};
  for (std::size_t begin = 0; begin < source.text.size(); ++place.line) {
    const std::size_t end = std::min(source.text.find('\n', begin), source.text.size());
    if (has_password(std::string_view(source.text).substr(begin, end - begin))) return place;
    begin = end + 1;
  }
  return std::nullopt;
}

std::optional<Unreadable> unreadable(const Source& source) {
  const std::string_view text = source.text;
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    const DecodedCodePoint point = decode_code_point(text, at);
    length = point.length;
    const bool control = is_control(text[at]) && text[at] != '\n' && text[at] != '\r' && text[at] != '\t';
    if (point.valid && !control) continue;
    return Unreadable{place_of(source, at),
                      fmt::format("byte 0x{:02x} is {}; is this a binary file?", static_cast<unsigned char>(text[at]),
                                  point.valid ? "a control character, which YAML does not allow" : "not UTF-8 text")};
  }
  return std::nullopt;
}

}  // namespace folio::experiment
