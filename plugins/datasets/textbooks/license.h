#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace folio::textbooks {

/// Where a book stands in a file of Project Gutenberg's, which has a licence before and after it.
struct Body {
  std::size_t begin = 0;  ///< offset in bytes
  std::size_t end = 0;
};

struct Bodies {
  std::vector<Body> books;  ///< in order, none of them blank; of a text without marks all of it
  bool marked = false;      ///< the file has at least one of the marks
  std::string note;         ///< what is odd about the marks, for a person; empty where nothing is
};

/// Finds the books between the lines
///
///   *** START OF THIS PROJECT GUTENBERG EBOOK ROMEO AND JULIET ***
///   *** END OF THIS PROJECT GUTENBERG EBOOK ROMEO AND JULIET ***
///
/// in every form that they have had: upper and lower case, blanks before them, without THE or THIS, EBOOK or ETEXT, a
/// title that goes on over some lines, and without stars where EBOOK, ETEXT or 's follows. ("End of the Project
/// Gutenberg EBook of Romeo and Juliet" with next to nothing behind it, or before the line with stars, is left in the
/// book, as the catalogue's figures were measured.) A book begins after the first line's end and ends right before the
/// second. It also ends where the licence begins: "***
/// START: FULL LICENSE
/// ***". Editions from before 2003 have instead a "small print" before the book, from "***START**THE SMALL PRINT!" to
/// "*END*THE SMALL PRINT!", or after it. A mark counts only at the start of a line.
class BodyFinder {
 public:
  /// `text` is the whole text each time.
  explicit BodyFinder(std::string_view text) : text_(text) {}

  /// Looks for marks in lines that begin before `end` and were not looked at yet.
  void look_until(std::size_t end);

  /// After all of the text was looked through.
  Bodies bodies() const;

 private:
  enum class Kind {
    text_end,         ///< the beginning or the end of the file
    start,            ///< of a book
    end,              ///< of a book
    licence,          ///< its beginning
    small_print_end,  ///< a licence's end
  };
  struct Mark {
    Kind kind = Kind::text_end;
    std::size_t begin = 0;
    std::size_t end = 0;  ///< after its line end
    bool has_stars = false;
  };
  /// What stands between two marks.
  struct Stretch {
    Kind before, after;
    Body body;
  };

  void look_at_line(std::size_t begin, std::size_t end);
  std::size_t title_end(std::size_t line_end) const;
  bool speaks_of_gutenberg(std::string_view part) const;
  std::vector<Stretch> stretches() const;
  bool is_book(const std::vector<Stretch>& all, std::size_t place) const;
  bool has(Kind kind) const;
  bool is_blank(const Body& body) const;
  static std::string note_on(const std::vector<Stretch>& books, const std::vector<Stretch>& left_out);
  static std::string note_on_left_out(const Stretch& stretch);

  std::string_view text_;
  std::size_t looked_ = 0;
  std::vector<Mark> marks_;
  bool speaks_of_gutenberg_ = false;
};

/// The same for a text that is looked through at once.
Bodies find_bodies(std::string_view text);

}  // namespace folio::textbooks
