#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

/// Tokens as a person reads them: where one ends and the next begins.
namespace folio::cli {

struct ShownToken {
  enum class Kind { text, special, unknown, scored };

  std::int64_t id = 0;
  std::string text;  ///< UTF-8
  Kind kind = Kind::text;
};

/// From [ID, TEXT] or [ID, TEXT, "special" or "unknown"], as the worker tells of tokens.
ShownToken shown_token(const nlohmann::json& json);

/// The text with its lines, but no other hidden character as it is: they are written <0x1B> or <U+202E>.
std::string printable(std::string_view text);

/// The text of tokens, one behind the other. With colour each has another background than its neighbours, special
/// tokens a purple, unknown ones a red and scored ones a green one; without, a bar stands between them:
///
///   But│ soft│,│ what│ light│↵
///   │through
///
/// Line ends and tabs are made visible, and lines end where they did; other hidden characters are written <0x1B> or
/// <U+202E>.
class TokenFlow {
 public:
  explicit TokenFlow(bool colour) : colour_(colour) {}

  std::string add(const ShownToken& token);
  /// The end of the last line, where it is not at its end.
  std::string finish();

 private:
  std::string between() const;

  bool colour_;
  std::int64_t count_ = 0;
  bool at_line_start_ = true;
};

/// Tokens with their ids below them, in columns, lines as wide as `width` allows. Blanks within a token are dots:
///
///   But  ·soft  ,   ·what  ·light  ↵
///   713  2104   11  404    1210    198
class TokenGrid {
 public:
  TokenGrid(bool colour, int width) : colour_(colour), width_(width) {}

  /// What is complete with this token: lines, or nothing.
  std::string add(const ShownToken& token);
  /// The lines that are left.
  std::string finish();

 private:
  bool colour_;
  int width_;
  std::int64_t count_ = 0;
  std::string tokens_, ids_;  ///< of the line that is being filled
  int used_ = 0;              ///< its columns
};

}  // namespace folio::cli
