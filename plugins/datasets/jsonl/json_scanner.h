#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace folio::jsonl {

/// What is wrong with a line, and where.
struct JsonProblem : std::runtime_error {
  JsonProblem(std::size_t offset, const std::string& problem) : std::runtime_error(problem), at(offset) {}
  std::size_t at;  ///< offset in the line
};

/// Goes through one line of JSON (RFC 8259), once, and keeps nothing of it. Nesting and numbers may be of any size, and
/// numbers may be NaN, Infinity and -Infinity too, as Python's json writes them. All functions throw JsonProblem where
/// the line is not JSON.
class JsonScanner {
 public:
  void start(std::string_view line);

  std::string_view line() const { return line_; }
  std::size_t at() const { return at_; }

  /// The character that comes next, blanks left out; 0 at the line's end.
  char next();
  /// Steps over that character if it is this one.
  bool take(char c);
  /// `what` names the character or what it belongs to.
  void expect(char c, const char* what);

  /// Steps over a text, and gives what stands between its quotes, with its escapes.
  std::string_view text();
  /// Steps over a value.
  void value();
  /// Throws unless nothing follows.
  void finish();

  [[noreturn]] void fail(std::string_view expected) const;

 private:
  void escape();
  void number();
  void word(std::string_view word);

  std::string_view line_;
  std::size_t at_ = 0;
  std::string open_;  ///< the brackets that a value stands in, outermost first
};

/// What the value that begins so is called: "an array".
std::string_view kind_of_value(char first);

}  // namespace folio::jsonl
