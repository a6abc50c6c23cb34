#include "textbooks/license_lines.h"

#include <algorithm>
#include <initializer_list>
#include <string>

namespace folio::textbooks {
namespace {

/// The words of a line in upper case: "END THE SMALL PRINT" for "*END*The Small Print!". What is no letter or digit of
/// ASCII ends a word.
std::string words_of(std::string_view line) {
  constexpr std::size_t kLongest = 300;
  std::string words;
  for (char c : line.substr(0, kLongest)) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    const bool is_part = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (is_part)
      words += c;
    else if (!words.empty() && words.back() != ' ')
      words += ' ';
  }
  if (words.ends_with(' ')) words.pop_back();
  return words;
}

/// Takes the word or words away from the front, where they are there.
bool take(std::string_view& words, std::string_view expected) {
  if (!words.starts_with(expected)) return false;
  const std::string_view rest = words.substr(expected.size());
  if (!rest.empty() && rest.front() != ' ') return false;
  words = rest.empty() ? rest : rest.substr(1);
  return true;
}

bool take_any(std::string_view& words, std::initializer_list<std::string_view> expected) {
  return std::any_of(expected.begin(), expected.end(), [&](std::string_view each) { return take(words, each); });
}

/// "FULL LICENSE", "THE FULL PROJECT GUTENBERG TM LICENSE".
bool is_full_licence(std::string_view words) {
  take_any(words, {"THE", "THIS"});
  if (!take(words, "FULL")) return false;
  if (take(words, "PROJECT GUTENBERG")) take(words, "TM");
  return take_any(words, {"LICENSE", "LICENCE"}) && words.empty();
}

/// "THE SMALL PRINT FOR PUBLIC DOMAIN ETEXTS".
bool is_small_print(std::string_view words) {
  take(words, "OF");
  take_any(words, {"THE", "THIS"});
  return take(words, "SMALL PRINT");
}

/// "OF THIS PROJECT GUTENBERG EBOOK ROMEO AND JULIET". Without stars the line might be prose, and what names a book
/// must follow.
bool is_of_book(std::string_view words, bool has_stars) {
  if (!take(words, "OF")) return false;
  if (has_stars) return words.find("PROJECT GUTENBERG") != words.npos;
  take_any(words, {"THE", "THIS"});
  take(words, "COPYRIGHTED");
  return take(words, "PROJECT GUTENBERG") && (take(words, "TM") || true) &&
         take_any(words, {"EBOOK", "ETEXT", "E BOOK", "E TEXT", "S"});
}

}  // namespace

LicenseLine license_line(std::string_view line) {
  if (line.empty()) return LicenseLine::none;
  const bool has_stars = line.front() == '*';
  if (!has_stars && std::string_view("SEBTsebt").find(line.front()) == std::string_view::npos) return LicenseLine::none;

  const std::string all = words_of(line);
  std::string_view words = all;
  const bool is_gutenbergs = has_stars || words.find("PROJECT GUTENBERG") != words.npos;
  if (is_gutenbergs && is_full_licence(words)) return LicenseLine::licence_start;
  if (take_any(words, {"START", "BEGINNING", "BEGIN"})) {
    std::string_view of = words;
    take(of, "OF");
    if (is_small_print(words) || (has_stars && is_full_licence(of))) return LicenseLine::licence_start;
    return is_of_book(words, has_stars) ? LicenseLine::book_start : LicenseLine::none;
  }
  if (!take(words, "END")) return LicenseLine::none;
  if (is_small_print(words)) return LicenseLine::small_print_end;
  return is_of_book(words, has_stars) ? LicenseLine::book_end : LicenseLine::none;
}

}  // namespace folio::textbooks
