#include "textbooks/license.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "support/human.h"
#include "support/utf8.h"
#include "textbooks/license_lines.h"

namespace folio::textbooks {
namespace {

constexpr std::string_view kBlanks = " \t";

/// Where the line that begins there ends, before its line end.
std::size_t line_end_from(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] != '\n' && text[at] != '\r') ++at;
  return at;
}

/// Where the line after that line end begins.
std::size_t next_line(std::string_view text, std::size_t line_end) {
  if (text.substr(line_end).starts_with("\r\n")) return line_end + 2;
  return std::min(line_end + 1, text.size());
}

/// Without the blanks around it, and the byte-order mark that it may begin with where files were put together.
std::string_view trimmed(std::string_view line) {
  if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  const std::size_t begin = line.find_first_not_of(kBlanks);
  if (begin == line.npos) return {};
  return line.substr(begin, line.find_last_not_of(kBlanks) + 1 - begin);
}

}  // namespace

void BodyFinder::look_until(std::size_t end) {
  const std::size_t part_begin = looked_;
  while (looked_ < end) {
    const std::size_t line_begin = looked_, line_end = line_end_from(text_, looked_);
    looked_ = next_line(text_, line_end);
    look_at_line(line_begin, line_end);
  }
  if (marks_.empty() && !speaks_of_gutenberg_)
    speaks_of_gutenberg_ = speaks_of_gutenberg(text_.substr(part_begin, looked_ - part_begin));
}

bool BodyFinder::speaks_of_gutenberg(std::string_view part) const {
  constexpr std::string_view kForms[] = {"Project Gutenberg", "PROJECT GUTENBERG", "project gutenberg"};
  return std::any_of(std::begin(kForms), std::end(kForms),
                     [&](std::string_view form) { return part.find(form) != part.npos; });
}

void BodyFinder::look_at_line(std::size_t begin, std::size_t end) {
  Kind kind = Kind::text_end;
  const std::string_view line = trimmed(text_.substr(begin, end - begin));
  const bool has_stars = line.starts_with('*');
  const std::size_t whole_end = has_stars && !line.ends_with('*') ? title_end(end) : end;
  // PROJECT and GUTENBERG may stand in two lines.
  const std::string_view whole = whole_end > end ? trimmed(text_.substr(begin, whole_end - begin)) : line;
  switch (license_line(whole)) {
    case LicenseLine::none:
      return;
    case LicenseLine::book_start:
      kind = Kind::start;
      break;
    case LicenseLine::book_end:
      kind = Kind::end;
      break;
    case LicenseLine::licence_start:
      kind = Kind::licence;
      break;
    case LicenseLine::small_print_end:
      kind = Kind::small_print_end;
      break;
  }
  looked_ = next_line(text_, whole_end);
  marks_.push_back({kind, begin, looked_, has_stars});
}

/// The end of a line with stars behind it, one of the next few: there the title ends that the first line begins.
/// Behind a blank line it needs three stars, and words. Otherwise `line_end`.
std::size_t BodyFinder::title_end(std::size_t line_end) const {
  constexpr int kMostLines = 6;
  bool after_blank = false;
  std::size_t at = line_end;
  for (int i = 0; i < kMostLines; ++i) {
    const std::size_t begin = next_line(text_, at);
    at = line_end_from(text_, begin);
    const std::string_view line = trimmed(text_.substr(begin, at - begin));
    if (line.empty()) {
      after_blank = true;
      continue;
    }
    const bool is_all_stars = line.find_first_not_of('*') == line.npos;
    if (line.starts_with('*') && (!is_all_stars || after_blank)) break;
    if (line.ends_with(after_blank ? "***" : "**")) return at;
  }
  return line_end;
}

std::vector<BodyFinder::Stretch> BodyFinder::stretches() const {
  constexpr std::size_t kFewBytes = 200;
  std::vector<Stretch> all;
  Mark before;
  for (std::size_t i = 0; i < marks_.size(); ++i) {
    const Mark& mark = marks_[i];
    const std::size_t next = i + 1 < marks_.size() ? marks_[i + 1].begin : text_.size();
    if (mark.kind == Kind::end && !mark.has_stars && next - mark.end < kFewBytes) continue;
    all.push_back({before.kind, mark.kind, {before.end, mark.begin}});
    before = mark;
  }
  all.push_back({before.kind, Kind::text_end, {before.end, text_.size()}});
  return all;
}

bool BodyFinder::has(Kind kind) const {
  return std::any_of(marks_.begin(), marks_.end(), [&](const Mark& mark) { return mark.kind == kind; });
}

bool BodyFinder::is_blank(const Body& body) const {
  return text_.substr(body.begin, body.end - body.begin).find_first_not_of(" \t\r\n") == text_.npos;
}

bool BodyFinder::is_book(const std::vector<Stretch>& all, std::size_t place) const {
  constexpr std::size_t kLongestCredits = 8 << 10;
  const auto size = [&](std::size_t at) { return all[at].body.end - all[at].body.begin; };
  const auto behind_licence = static_cast<std::size_t>(
      std::find_if(all.begin(), all.end(),
                   [&](const Stretch& each) {
                     return each.before == Kind::small_print_end ||
                            (each.before == Kind::licence && each.after == Kind::end && !has(Kind::small_print_end));
                   }) -
      all.begin());
  // An old edition's licence stands before the book or after it.
  const bool licence_follows = all[0].after == Kind::licence && !has(Kind::start) &&
                               (behind_licence == all.size() || size(0) > size(behind_licence));
  const Stretch& stretch = all[place];
  switch (stretch.before) {
    case Kind::start:
      return true;
    case Kind::small_print_end:
      if (stretch.after == Kind::end) return true;
      if (stretch.after == Kind::start) return size(place) > kLongestCredits;
      return !has(Kind::start) && !(licence_follows && place == behind_licence);
    case Kind::text_end:
      return stretch.after == Kind::end || stretch.after == Kind::text_end || licence_follows;
    case Kind::licence:  // one whose end is not marked
      return !has(Kind::start) && place == behind_licence && !licence_follows;
    case Kind::end:
      return false;
  }
  return false;
}

Bodies BodyFinder::bodies() const {
  const std::vector<Stretch> all = stretches();
  std::vector<Stretch> books, left_out;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!is_blank(all[i].body)) (is_book(all, i) ? books : left_out).push_back(all[i]);
  Bodies bodies{.books = {}, .marked = !marks_.empty(), .note = {}};
  for (const Stretch& book : books) bodies.books.push_back(book.body);
  if (bodies.marked) {
    bodies.note = note_on(books, left_out);
  } else if (speaks_of_gutenberg_) {
    bodies.note =
        "it mentions Project Gutenberg, but has none of the lines that mark the start and end of its books: a licence "
        "may be part of the text";
  }
  return bodies;
}

std::string BodyFinder::note_on(const std::vector<Stretch>& books, const std::vector<Stretch>& left_out) {
  std::vector<std::string> notes;
  if (books.size() > 1)
    notes.push_back(fmt::format("it contains {} Project Gutenberg books; each is a document", books.size()));
  const auto any = [&](auto&& is) { return std::any_of(books.begin(), books.end(), is); };
  if (any([](const Stretch& book) {
        return book.before == Kind::start && (book.after == Kind::text_end || book.after == Kind::start);
      })) {
    notes.push_back("it has a Project Gutenberg START line but no END line after it, and was used to its end");
  }
  if (any([](const Stretch& book) { return book.before == Kind::text_end && book.after == Kind::end; }))
    notes.push_back("it has a Project Gutenberg END line but no START line, and was used from its beginning");
  for (const Stretch& stretch : left_out)
    if (std::string note = note_on_left_out(stretch); !note.empty()) notes.push_back(std::move(note));
  return fmt::format("{}", fmt::join(notes, "; "));
}

/// Empty where it is no longer than what usually stands there.
std::string BodyFinder::note_on_left_out(const Stretch& stretch) {
  constexpr std::size_t kLongestHeader = 5'000, kLongestLicence = 20'000, kLongestCredits = 1'000;
  const std::size_t size = stretch.body.end - stretch.body.begin;
  const auto note = [&](std::size_t longest, std::string_view why) {
    return size > longest ? fmt::format("{} bytes starting at byte {} were left out, {}",
                                        with_commas(static_cast<std::int64_t>(size)),
                                        with_commas(static_cast<std::int64_t>(stretch.body.begin)), why)
                          : std::string();
  };
  const bool is_behind_book = stretch.before == Kind::end || stretch.before == Kind::licence;
  if (stretch.after == Kind::end)
    return note(kLongestCredits, "which have a Project Gutenberg END line after them but no START line before them");
  if (stretch.after == Kind::start && !is_behind_book)
    return note(kLongestHeader, "more than usually comes before a Project Gutenberg START line");
  const bool has_header = stretch.after == Kind::start;  // of the next book
  return note(kLongestLicence + (has_header ? kLongestHeader : 0),
              "more than the length of Project Gutenberg's licence");
}

Bodies find_bodies(std::string_view text) {
  BodyFinder finder(text);
  finder.look_until(text.size());
  return finder.bodies();
}

}  // namespace folio::textbooks
