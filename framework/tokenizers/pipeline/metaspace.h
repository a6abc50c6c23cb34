#pragma once

#include <string>
#include <string_view>

#include "formats/strict_json.h"

namespace folio::pipeline {

/// The settings of Metaspace, which is a pre-tokenizer and a decoder: a mark for each space, and one in front.
/// Immutable.
class Metaspace {
 public:
  /// Throws Error (run) naming the JSON path of what is wrong.
  explicit Metaspace(const JsonPart& part);

  const std::string& replacement() const { return replacement_; }
  bool splits() const { return splits_; }
  bool prepends() const { return scheme_ != Scheme::never; }

  /// The text with its marks.
  std::string mark(std::string_view text, bool begins_text) const;

 private:
  enum class Scheme { always, first, never };

  std::string replacement_;
  Scheme scheme_ = Scheme::always;
  bool splits_ = true;
};

/// The text, which is one character. Throws Error (run) where it is not.
char32_t single_character(const JsonPart& part);

}  // namespace folio::pipeline
