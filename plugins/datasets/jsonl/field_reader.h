#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace folio::jsonl {

/// Takes one field out of the lines of a JSON Lines file.
class FieldReader {
 public:
  /// `path` is what messages call the file. `replace`: U+FFFD stands for what is not UTF-8 and for lone surrogate
  /// escapes, which are errors otherwise.
  FieldReader(std::string path, std::string field, bool replace);
  ~FieldReader();
  FieldReader(const FieldReader&) = delete;
  FieldReader& operator=(const FieldReader&) = delete;

  /// The field's text in the line file[begin, end), valid UTF-8, until the next call; empty where the line has nothing
  /// but white space. `number` is the line's, counted from 1. Throws Error (run) naming file and line where the line is
  /// not JSON, not an object, names a thing twice in an object, is nested too deep, or has not the field as a text.
  std::string_view read(std::string_view file, std::size_t begin, std::size_t end, std::size_t number);

 private:
  struct Parser;
  struct Line;

  /// None where the line is not JSON of valid UTF-8. `is_padded`: the parser may read some bytes after `json`.
  std::optional<std::string_view> text_of(std::string_view json, bool is_padded, const Line& line);
  [[noreturn]] void fail(const Line& line, const std::string& problem) const;
  /// Says why text_of() gave none.
  [[noreturn]] void fail_unreadable(const Line& line, std::string_view json) const;

  std::string path_;
  std::string field_;
  bool replace_;
  std::unique_ptr<Parser> parser_;
  std::string repaired_;  ///< what the parser read of a line that was mended
};

/// A line of JSON with \uFFFD in place of each escape of a surrogate that is not half of a pair.
std::string without_lone_surrogates(std::string_view json);

}  // namespace folio::jsonl
