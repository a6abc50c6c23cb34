#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace folio::jsonl {

/// How a document's text is made of the fields of an object: "{title}\n\n{text}". Two braces stand for one.
class TextTemplate {
 public:
  /// The field alone. `name` may lead into objects within the object: "meta.title".
  static TextTemplate of_field(std::string name);
  /// Throws Error (experiment) naming dataset.template where a brace is open or without its like, or no field is named.
  static TextTemplate parse(std::string_view text);

  /// Each name once.
  const std::vector<std::string>& fields() const { return fields_; }

  /// A field, or what stands between two.
  struct Part {
    bool is_field = false;
    std::size_t field = 0;  ///< its number in fields()
    std::string literal;
  };
  const std::vector<Part>& parts() const { return parts_; }
  bool is_one_field() const { return parts_.size() == 1; }

 private:
  void add_literal(std::string literal);
  void add_field(std::string name);

  std::vector<std::string> fields_;
  std::vector<Part> parts_;
};

}  // namespace folio::jsonl
