#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "jsonl/json_scanner.h"
#include "jsonl/text_template.h"

namespace folio::jsonl {

/// Takes a document's text out of the lines of a JSON Lines file. Of what else a line holds, only that it is JSON is
/// looked at.
///
/// A field's name is that of a member of the line's object, or else leads into objects within it: "a.b" is the member
/// "a.b", or the member "b" of the object "a".
class FieldReader {
 public:
  /// `path` is what messages call the file. `replace`: U+FFFD stands for what is not UTF-8 and for lone surrogate
  /// escapes, which are errors otherwise.
  FieldReader(std::string path, TextTemplate text, bool replace);

  /// The text of the line, which lies at `offset` in its file, valid UTF-8, until the next call or as long as `line`;
  /// empty where the line has nothing but white space or its fields are empty. A byte-order mark before it is left out.
  /// `number` is the line's, counted from 1. Throws Error (run) naming file, line and byte where the line is not JSON,
  /// not an object, or has not each field once and as a text.
  std::string_view read(std::string_view line, std::size_t offset, std::size_t number);

 private:
  /// A field and what of its name is still to be found.
  struct Wanted {
    std::size_t field;
    std::string_view name;
  };
  /// A field in the line that is read.
  struct Value {
    bool found = false;
    bool twice = false;
    std::size_t rank = 0;  ///< bytes of its own name: the more, the fewer objects were gone through
    std::size_t at = 0;    ///< offset in the line
    std::string_view raw;  ///< a text's inside
  };

  std::string_view text_of(std::string_view line);
  void read_object(const std::vector<Wanted>& wanted);
  void keep(Value& value, std::size_t rank) const;
  void check(const Value& value, const std::string& field);
  void append(const Value& value, std::string& out) const;
  void collect_names(const std::string& prefix, std::ptrdiff_t deeper, std::vector<std::string>& names);

  std::string path_;
  TextTemplate template_;
  bool replace_;
  std::vector<Wanted> wanted_;
  JsonScanner scanner_;
  std::vector<Value> values_;  ///< by field
  std::string name_;           ///< with its escapes undone
  std::string repaired_;       ///< the line that is read, where it was mended
  std::string text_;
};

}  // namespace folio::jsonl
