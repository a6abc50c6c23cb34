#pragma once

#include <string>
#include <string_view>

namespace folio::wordpiece {

/// What a token adds to decoded text, as Hugging Face's WordPiece decoder has it.
class TokenSpelling {
 public:
  /// `prefix`: a token that begins with it is put to the one before; others after a space. `cleanup`: takes the space
  /// from before punctuation and some contractions of English.
  TokenSpelling(const std::string& prefix, bool cleanup) : prefix_(prefix), cleanup_(cleanup) {}

  /// Of the first token of a text.
  std::string first(std::string_view token) const;
  /// Of all that follow.
  std::string later(std::string_view token) const;

 private:
  std::string prefix_;
  bool cleanup_;
};

}  // namespace folio::wordpiece
