#include "serve/http/target.h"

#include <fmt/format.h>

#include "serve/http/message.h"
#include "support/utf8.h"

namespace folio::serve {
namespace {

[[noreturn]] void refuse_target(const std::string& why) { throw HttpError(400, "the address cannot be read: " + why); }

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  refuse_target("% is not followed by two hexadecimal digits");
}

/// `plus_is_blank`: as forms, and so all query strings, are written.
std::string percent_decoded(std::string_view text, bool plus_is_blank) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%') {
      if (at + 2 >= text.size()) refuse_target("% is not followed by two hexadecimal digits");
      decoded += static_cast<char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2]));
      at += 2;
    } else {
      decoded += plus_is_blank && text[at] == '+' ? ' ' : text[at];
    }
  }
  if (decoded.find('\0') != std::string::npos) refuse_target("there is a zero byte in it");
  if (first_invalid_utf8(decoded)) refuse_target("it is not UTF-8");
  return decoded;
}

/// Calls `take` for each piece between separators.
template <typename Take>
void for_each_piece(std::string_view text, char separator, const Take& take) {
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    take(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

std::vector<std::string> path_parts(std::string_view path) {
  std::vector<std::string> parts;
  if (path == "/") return parts;
  for_each_piece(path.substr(1), '/', [&](std::string_view piece) {
    std::string part = percent_decoded(piece, /*plus_is_blank=*/false);
    if (part.empty() || part == "." || part == "..") refuse_target("a part of the path is empty, '.' or '..'");
    parts.push_back(std::move(part));
  });
  return parts;
}

}  // namespace

Target parse_target(std::string_view text) {
  if (text.size() > kLongestTarget) refuse_target(fmt::format("it is longer than {} bytes", kLongestTarget));
  if (!text.starts_with('/')) refuse_target("expected a path, which begins with /");
  for (const char c : text)
    if (c == '#' || c == '\\' || static_cast<unsigned char>(c) <= ' ' || c == '\x7f')
      refuse_target("there is a character in it that has to be encoded");
  const std::size_t question = std::min(text.find('?'), text.size());
  Target target;
  target.path = path_parts(text.substr(0, question));
  if (question == text.size()) return target;
  for_each_piece(text.substr(question + 1), '&', [&](std::string_view piece) {
    if (piece.empty()) return;
    const std::size_t equals = std::min(piece.find('='), piece.size());
    const std::string_view value = equals == piece.size() ? std::string_view() : piece.substr(equals + 1);
    target.query.emplace_back(percent_decoded(piece.substr(0, equals), true), percent_decoded(value, true));
  });
  return target;
}

std::optional<std::string> Target::value(std::string_view name) const {
  std::vector<std::string> all = values(name);
  if (all.empty()) return std::nullopt;
  if (all.size() > 1) throw HttpError(400, fmt::format("'{}' is given twice", name));
  return std::move(all.front());
}

std::vector<std::string> Target::values(std::string_view name) const {
  std::vector<std::string> all;
  for (const auto& [key, value] : query)
    if (key == name) all.push_back(value);
  return all;
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

}  // namespace folio::serve
