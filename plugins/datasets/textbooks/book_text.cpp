#include "textbooks/book_text.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <utility>

#include "folio/error.h"
#include "input/file_kind.h"
#include "input/scratch_file.h"
#include "input/text_file.h"
#include "support/utf8.h"
#include "textbooks/license.h"

namespace folio::textbooks {
namespace {

/// The last place at or before `end` where no UTF-8 character is cut, nor what could be the beginning of one.
std::size_t character_end(std::string_view text, std::size_t end) {
  if (end >= text.size()) return text.size();
  for (std::size_t back = 0; back <= 3 && back <= end; ++back)
    if (!is_continuation_byte(text[end - back])) return end - back;
  return end;  // no character has so many bytes: these are none
}

/// What one pass over a file tells.
struct Scan {
  std::optional<std::size_t> invalid;  ///< the first byte that is not UTF-8
  Bodies bodies;
};

Scan scan(const MappedFile& file) {
  const std::string_view text = file.bytes();
  BodyFinder finder(text);
  std::optional<std::size_t> invalid;
  std::size_t checked = 0;
  file.for_each_part([&](std::size_t, std::size_t part_end) {
    const std::size_t end = character_end(text, part_end);
    if (!invalid) {
      if (const auto offset = first_invalid_utf8(text.substr(checked, end - checked))) invalid = checked + *offset;
    }
    finder.look_until(part_end);
    checked = end;
  });
  return {invalid, finder.bodies()};
}

/// The file with U+FFFD in place of what is not UTF-8.
MappedFile replaced(const MappedFile& file, const std::string& name) {
  input::ScratchFile result(name);
  std::size_t done = 0;
  file.for_each_part([&](std::size_t, std::size_t part_end) {
    const std::size_t end = character_end(file.bytes(), part_end);
    result.write(replace_invalid_utf8(file.bytes().substr(done, end - done)));
    done = end;
  });
  return result.map();
}

[[noreturn]] void fail_invalid(const std::string& name, std::string_view text, std::size_t offset) {
  const std::string place =
      fmt::format("{}: is not UTF-8 at byte {} (0x{:02x})", name, offset, static_cast<unsigned char>(text[offset]));
  if (input::looks_binary(text))
    throw Error(ErrorKind::run, place + ", and is full of control characters, so it is not text; expected plain text");
  throw Error(ErrorKind::run, place +
                                  "; if it is in another encoding, convert it first (iconv -f LATIN1 -t UTF-8), or set "
                                  "errors: replace");
}

}  // namespace

BookText read_book_text(const std::filesystem::path& file, Utf8Errors errors) {
  const std::string name = file.string();
  input::TextFile opened = input::open_text(file, errors == Utf8Errors::replace);
  BookText book{.contents = std::move(opened.contents),
                .texts = {},
                .hash = std::move(opened.hash),
                .note = std::move(opened.note)};
  Scan seen = scan(book.contents);
  if (seen.invalid) {
    if (errors == Utf8Errors::strict) fail_invalid(name, book.contents.bytes(), *seen.invalid);
    input::add_note(book.note, fmt::format("U+FFFD replaces each of its bytes that are not UTF-8; the first is byte {}",
                                           *seen.invalid));
    book.contents = replaced(book.contents, name);
    seen = scan(book.contents);
  }
  input::add_note(book.note, seen.bodies.note);
  for (const Body& body : seen.bodies.books) {
    std::string_view text = book.contents.bytes().substr(body.begin, body.end - body.begin);
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    if (text.find_first_not_of(" \t\r\n") != text.npos) book.texts.push_back(text);
  }
  if (book.texts.empty())
    throw Error(ErrorKind::run,
                name + ": has no text" + (seen.bodies.marked ? " between the lines of its licence" : ""));
  return book;
}

std::string_view first_share(std::string_view text, double share) {
  const auto exact = static_cast<std::size_t>(static_cast<double>(text.size()) * share);
  if (exact >= text.size()) return text;
  const std::size_t line_feed = text.substr(0, exact).rfind('\n');
  return text.substr(0, line_feed == text.npos ? character_end(text, exact) : line_feed + 1);
}

}  // namespace folio::textbooks
