#include "support/passwords.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <vector>

namespace folio {
namespace {

struct Part {
  std::size_t begin, end;
};

bool is_of_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-'; }
bool is_number(std::string_view text) { return text.find_first_not_of("0123456789") == std::string_view::npos; }

/// What may end an address within other text.
constexpr std::string_view kBlanks = " \t\r\n\"'<>`";

/// Where the "//" of each address is; "postgres:/user" is one that misses a slash.
std::vector<std::size_t> address_begins(std::string_view text) {
  std::vector<std::size_t> begins;
  for (std::size_t at = 0; (at = text.find(":/", at)) != std::string_view::npos; at += 2) {
    const bool whole = at + 2 < text.size() && text[at + 2] == '/';
    const std::string_view before = text.substr(0, at);
    const bool store = before.ends_with("postgres") || before.ends_with("postgresql");
    if (at == 0 || !is_of_word(text[at - 1]) || (!whole && !store)) continue;
    begins.push_back(at + (whole ? 3 : 2));
  }
  return begins;
}

/// The password of the address whose user, or host, begins at `begin`. What is not encoded as it should be, a "/", "@"
/// or blank in it, is taken as part of it where what stands before cannot be a port.
std::optional<Part> password_of(std::string_view text, std::size_t begin) {
  const std::size_t authority_end = std::min(text.find_first_of(std::string(kBlanks) + "/?#", begin), text.size());
  const std::size_t colon = text.find(':', begin);
  if (colon >= authority_end) return std::nullopt;
  const std::size_t word_end = std::min(text.find_first_of(kBlanks, begin), text.size());
  const auto last_at_before = [&](std::size_t end) {
    const std::size_t at = text.substr(begin, end - begin).rfind('@');
    return at == std::string_view::npos ? at : begin + at;
  };
  std::size_t at = last_at_before(word_end);
  const bool is_port = is_number(text.substr(colon + 1, authority_end - colon - 1));
  if (at == std::string_view::npos || at <= colon) {
    const bool is_address = text.substr(begin, authority_end - begin).find('[') != std::string_view::npos;  // [::1]
    if (is_port || is_address) return std::nullopt;
    const std::size_t line_end = std::min(text.find_first_of("\r\n\"'`", begin), text.size());
    at = text.substr(0, line_end).find('@', colon);
    if (at == std::string_view::npos) return std::nullopt;
  } else if (at > authority_end && is_port) {
    return std::nullopt;
  } else if (const std::size_t query = text.find('?', begin); query < at) {
    // An "@" in a parameter ends no password, unless there is none before the query.
    const std::size_t before = last_at_before(query);
    if (before != std::string_view::npos && before > colon) at = before;
  }
  return at > colon + 1 ? std::optional(Part{colon + 1, at}) : std::nullopt;
}

/// The values of names that say they are secrets: behind '?' or '&' of an address, and of "password" anywhere.
std::vector<Part> secret_values(std::string_view text) {
  static constexpr std::array<std::string_view, 6> kOfAddresses{"pass",    "token",  "secret",
                                                                "api_key", "apikey", "signature"};
  std::vector<Part> parts;
  for (std::size_t equals = 0; (equals = text.find('=', equals)) != std::string_view::npos; ++equals) {
    std::size_t begin = equals;
    while (begin > 0 && is_of_word(text[begin - 1])) --begin;
    std::string name(text.substr(begin, equals - begin));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    const bool parameter = begin > 0 && (text[begin - 1] == '?' || text[begin - 1] == '&');
    const auto says = [&](std::string_view word) { return name.find(word) != std::string::npos; };
    const bool secret = parameter ? name == "key" || std::any_of(kOfAddresses.begin(), kOfAddresses.end(), says)
                                  : name.ends_with("password") || name.ends_with("passwd");
    const std::size_t end = std::min(text.find_first_of(std::string(kBlanks) + "&#;,", equals + 1), text.size());
    if (secret && end > equals + 1) parts.push_back({equals + 1, end});
  }
  return parts;
}

std::vector<Part> passwords_in(std::string_view text) {
  std::vector<Part> parts = secret_values(text);
  for (const std::size_t begin : address_begins(text))
    if (const auto part = password_of(text, begin)) parts.push_back(*part);
  std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.begin < b.begin; });
  return parts;
}

}  // namespace

bool has_password(std::string_view text) {
  const std::vector<Part> parts = passwords_in(text);
  return std::any_of(parts.begin(), parts.end(),
                     [&](const Part& part) { return text.substr(part.begin, part.end - part.begin) != "***"; });
}

std::string without_passwords(std::string_view text) {
  std::string result;
  std::size_t copied = 0;
  for (const Part& part : passwords_in(text)) {
    if (part.begin < copied) continue;
    result.append(text.substr(copied, part.begin - copied)).append("***");
    copied = part.end;
  }
  return result.append(text.substr(copied));
}

}  // namespace folio
