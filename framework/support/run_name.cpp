#include "support/run_name.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace folio {
namespace {

constexpr std::size_t kLongest = 64;
constexpr std::size_t kIdDigits = 8;
constexpr std::array<std::string_view, 2> kWords{"latest", "baseline"};
constexpr std::array<std::string_view, 3> kFileEndings{".yaml", ".yml", ".json"};

bool is_letter_or_digit(char c) {
  return static_cast<unsigned char>(c) < 0x80 && std::isalnum(static_cast<unsigned char>(c)) != 0;
}

bool can_begin(char c) { return is_letter_or_digit(c) || c == '_'; }

bool can_follow(char c) { return can_begin(c) || c == '.' || c == '-'; }

bool is_hexadecimal(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Of ASCII: all that can stand in a name.
std::string in_lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

bool looks_like_id(std::string_view text) { return text.size() == kIdDigits && is_hexadecimal(text); }

bool is_file_name(std::string_view text) {
  return std::any_of(kFileEndings.begin(), kFileEndings.end(),
                     [&](std::string_view end) { return text.ends_with(end); });
}

bool is_word(std::string_view text) { return std::find(kWords.begin(), kWords.end(), text) != kWords.end(); }

}  // namespace

std::optional<std::string> problem_with_name(std::string_view name) {
  if (name.empty() || name.size() > kLongest || !std::all_of(name.begin(), name.end(), can_follow))
    return "expected 1 to 64 letters, digits, '.', '_' or '-'";
  if (!can_begin(name.front())) return "expected a name that begins with a letter, a digit or '_'";
  const std::string lower = in_lower_case(name);
  if (is_word(lower)) return "expected another name, since this word stands for a run of its own";
  if (looks_like_id(lower)) return "expected another name, since this one looks like a run's id";
  if (is_file_name(lower)) return "expected a name that does not end as a file's does";
  return std::nullopt;
}

bool may_begin_id(std::string_view name) {
  constexpr std::size_t kFewest = 4;  // so that a name of a letter or two is one
  return name.size() >= kFewest && name.size() <= kIdDigits && is_hexadecimal(in_lower_case(name));
}

bool name_begins(std::string_view text, std::string_view name) {
  return in_lower_case(text).starts_with(in_lower_case(name));
}

std::string name_from(std::string_view text) {
  std::string name;
  for (const char c : text)
    if (can_begin(c) || (c == '.' && !name.empty()))
      name += c;
    else if (!name.empty() && name.back() != '-')
      name += '-';
  name.resize(std::min(name.size(), kLongest));
  while (name.ends_with('-')) name.pop_back();
  if (is_file_name(in_lower_case(name))) name[name.rfind('.')] = '-';
  if (name.empty()) return "unnamed";
  return may_begin_id(name) || problem_with_name(name) ? "run-" + name : name;
}

}  // namespace folio
