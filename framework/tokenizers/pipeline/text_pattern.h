#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "formats/strict_json.h"
#include "text/regex.h"

namespace folio::pipeline {

/// What a step looks for: {"String": ...}, which stands for itself, or {"Regex": ...}. Immutable.
class TextPattern {
 public:
  /// Throws Error (run) naming the JSON path of what is wrong.
  explicit TextPattern(const JsonPart& part);

  /// The regular expression, empty where it is a string.
  const std::string& regex() const { return regex_text_; }

  /// Calls `visit` with the begin and end of each match in turn.
  template <typename Visit>
  void for_each(std::string_view text, const Visit& visit) const {
    if (regex_) {
      regex_->for_each(text, [&](const Regex::Match& match) { visit(match.begin, match.end); });
      return;
    }
    for (std::size_t at = text.find(string_); at != text.npos; at = text.find(string_, at + string_.size()))
      visit(at, at + string_.size());
  }

  /// The text with `content` in place of each match.
  std::string replace(std::string_view text, std::string_view content) const;

 private:
  std::string string_;
  std::string regex_text_;
  std::optional<Regex> regex_;
};

}  // namespace folio::pipeline
