#include "text/oniguruma.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>
#include <vector>

#include "support/error.h"
#include "support/utf8.h"
#include "text/character_sets.h"

namespace folio {
namespace {

/// Deeper classes are made to exhaust the stack.
constexpr int kMaxClassDepth = 16;

std::string code_point_escape(std::string_view hex) { return "\\x{" + std::string(hex) + "}"; }

bool is_ascii_letter_or_digit(char c) {
  return static_cast<unsigned char>(c) < 0x80 && std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// A set of characters. Written as a class of PCRE2 where it can be, else as alternatives and conditions.
struct Set {
  std::string content;     ///< of a class, without its brackets
  std::vector<Set> more;   ///< sets besides
  std::vector<Set> along;  ///< sets that a character must be in as well
  bool negated = false;

  bool is_plain() const { return more.empty() && along.empty(); }

  void add(Set other) {
    if (other.is_plain() && !other.negated)
      content += other.content;
    else
      more.push_back(std::move(other));
  }

  /// Matches one character.
  std::string pattern() const {
    if (is_plain()) {
      if (!content.empty()) return (negated ? "[^" : "[") + content + "]";
      return negated ? "(?s:.)" : "(?!)";
    }
    std::string result;
    for (const Set& other : along) result += "(?=" + other.pattern() + ")";
    std::string either = Set{content, {}, {}, false}.pattern();
    for (const Set& other : more) either += "|" + other.pattern();
    result += more.empty() ? either : "(?:" + either + ")";
    return negated ? "(?:(?!" + result + ")(?s:.))" : "(?:" + result + ")";
  }
};

class Translator {
 public:
  explicit Translator(std::string_view pattern) : in_(pattern) {}

  std::string translate() {
    while (at_ < in_.size()) step();
    return std::move(out_);
  }

 private:
  static constexpr std::size_t kNoAtom = SIZE_MAX;

  char peek(std::size_t ahead = 0) const { return at_ + ahead < in_.size() ? in_[at_ + ahead] : '\0'; }
  bool next_is(std::string_view text) const { return in_.substr(at_).starts_with(text); }

  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(ErrorKind::run, "is not a regular expression: " + problem);
  }

  void put_atom(const std::string& text) {
    atom_ = out_.size();
    out_ += text;
  }

  void step() {
    const char c = in_[at_];
    if (c == '\\') {
      put_escape();
    } else if (c == '[') {
      ++at_;
      put_atom(read_class(0).pattern());
    } else if (c == '(') {
      open_group();
    } else if (c == ')') {
      ++at_;
      out_ += ')';
      atom_ = kNoAtom;
      if (groups_.empty()) return;  // PCRE2 will say so
      atom_ = groups_.back();
      groups_.pop_back();
    } else if (c == '{' && put_interval()) {
    } else if (c == '{') {
      ++at_;
      put_atom("\\{");
    } else if (c == '*' || c == '+' || c == '?') {
      out_ += in_[at_++];
      if (peek() == '?' || peek() == '+') out_ += in_[at_++];  // lazy or possessive, the same in both
    } else {
      put_character();
    }
  }

  void put_character() {
    const std::size_t length = decode_code_point(in_, at_).length;
    put_atom(std::string(in_.substr(at_, length)));
    at_ += length;
  }

  void open_group() {
    const std::size_t begin = out_.size();
    if (next_is("(?#")) {
      at_ = std::min(in_.find(')', at_), in_.size() - 1) + 1;
      return;
    }
    out_ += '(';
    ++at_;
    if (peek() != '?') return groups_.push_back(begin);
    std::size_t end = at_ + 1;
    while (end < in_.size() && (std::isalpha(static_cast<unsigned char>(in_[end])) != 0 || in_[end] == '-')) ++end;
    if (end > at_ + 1 && end < in_.size() && (in_[end] == ':' || in_[end] == ')')) {
      for (; at_ < end; ++at_) out_ += in_[at_] == 'm' ? 's' : in_[at_];
      out_ += in_[at_++];
      if (out_.back() == ')') {
        atom_ = kNoAtom;
        return;
      }
    }
    groups_.push_back(begin);
    for (const std::string_view kind : {"?<=", "?<!", "?=", "?!", "?>", "?:", "?<"}) {
      if (!next_is(kind)) continue;
      out_ += kind;
      at_ += kind.size();
      return;
    }
  }

  /// {n} {n,} {n,m} {,m}; false where it is none.
  bool put_interval() {
    const std::size_t close = in_.find('}', at_);
    if (close == in_.npos || atom_ == kNoAtom) return false;
    const std::string_view inside = in_.substr(at_ + 1, close - at_ - 1);
    const std::size_t comma = inside.find(',');
    const std::string_view low = inside.substr(0, comma);
    const std::string_view high = comma == inside.npos ? std::string_view() : inside.substr(comma + 1);
    const auto is_number = [](std::string_view text) {
      return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    };
    if (!is_number(low) || !is_number(high) || (low.empty() && high.empty())) return false;
    at_ = close + 1;
    out_ += "{" + (low.empty() ? "0" : std::string(low)) + (comma == inside.npos ? "" : "," + std::string(high)) + "}";
    const bool repeats = peek() == '+' || (peek() == '?' && comma == inside.npos);
    if (repeats) {
      out_.insert(atom_, "(?:");
      out_ += ')';
      out_ += in_[at_++];
    } else if (peek() == '?') {
      out_ += in_[at_++];
    }
    return true;
  }

  void put_escape() {
    if (at_ + 1 >= in_.size()) fail("it ends with '\\'");
    if (peek(1) == 'b' || peek(1) == 'B') {
      const std::string word = "[" + oniguruma_word() + "]";
      const bool at_border = peek(1) == 'b';
      at_ += 2;
      return put_atom(at_border ? "(?:(?<=" + word + ")(?!" + word + ")|(?<!" + word + ")(?=" + word + "))"
                                : "(?:(?<=" + word + ")(?=" + word + ")|(?<!" + word + ")(?!" + word + "))");
    }
    if (const std::optional<Set> set = read_set_escape()) return put_atom(set->pattern());
    if (peek(1) == 'O') {
      at_ += 2;
      return put_atom("(?s:.)");
    }
    if (peek(1) == 'k' || peek(1) == 'g' || is_reference(peek(1)) || std::string_view("AzZGRXKN").find(peek(1)) < 8) {
      put_atom(std::string(in_.substr(at_, 2)));
      at_ += 2;
      const std::size_t close = peek() == '<' ? in_.find('>', at_) : in_.npos;
      if (close != in_.npos) {  // the name of a reference
        out_ += in_.substr(at_, close + 1 - at_);
        at_ = close + 1;
      }
      return;
    }
    put_atom(read_character_escape());
  }

  static bool is_reference(char c) { return c >= '1' && c <= '9'; }

  /// \s \W \p{L} ...: an escape that stands for a set; none where it is another.
  std::optional<Set> read_set_escape() {
    const char c = peek(1);
    const auto set = [&](std::string_view content) {
      at_ += 2;
      return Set{std::string(content), {}, {}, false};
    };
    if (c == 's') return set("\\p{White_Space}");
    if (c == 'S') return set("\\P{White_Space}");
    if (c == 'd') return set("\\p{Nd}");
    if (c == 'D') return set("\\P{Nd}");
    if (c == 'h') return set(kHexadecimalDigits);
    if (c == 'w') return set(oniguruma_word());
    if (c == 'W' || c == 'H') {
      Set result = set(c == 'W' ? std::string_view(oniguruma_word()) : kHexadecimalDigits);
      result.negated = true;
      return result;
    }
    if (c != 'p' && c != 'P') return std::nullopt;
    if (peek(2) != '{') fail("'\\p' without a name in braces");
    const std::size_t close = in_.find('}', at_);
    if (close == in_.npos) fail("'\\p{' is not closed");
    std::string_view name = in_.substr(at_ + 3, close - at_ - 3);
    bool negated = c == 'P';
    if (name.starts_with('^')) {
      negated = !negated;
      name.remove_prefix(1);
    }
    at_ = close + 1;
    return Set{content_of_property(name), {}, {}, negated};
  }

  /// An escape that stands for one character, as it is written in PCRE2, in a class or not.
  std::string read_character_escape() {
    const char c = peek(1);
    if (c == 'v') {
      at_ += 2;
      return "\\x0B";
    }
    if (c == 'u') {
      const std::string_view hex = in_.substr(at_ + 2, 4);
      at_ += 2 + hex.size();
      return code_point_escape(hex);
    }
    if (c == 'x' && peek(2) == '{') {
      const std::size_t close = std::min(in_.find('}', at_), in_.size() - 1);
      std::string result(in_.substr(at_, close + 1 - at_));
      at_ = close + 1;
      return result;
    }
    if (c == 'x' || c == '0') {  // up to two more digits
      std::size_t end = at_ + 2;
      while (end < std::min(at_ + 4, in_.size()) && std::isxdigit(static_cast<unsigned char>(in_[end])) != 0) ++end;
      std::string result(in_.substr(at_, end - at_));
      at_ = end;
      return result;
    }
    const std::size_t length = decode_code_point(in_, at_ + 1).length;
    std::string character(in_.substr(at_ + 1, length));
    at_ += 1 + length;
    if (std::string_view("aefnrt").find(c) != std::string_view::npos) return "\\" + character;
    return is_ascii_letter_or_digit(c) || length > 1 ? character : "\\" + character;
  }

  /// What follows a '[', up to its ']'.
  Set read_class(int depth) {
    if (depth > kMaxClassDepth) fail("sets are nested too deeply");
    Set whole;
    if (peek() == '^') {
      whole.negated = true;
      ++at_;
    }
    Set set;
    bool after_character = false;  // with which a range can begin
    for (bool first = true; !(peek() == ']' && !first && at_ < in_.size()); first = false) {
      if (at_ >= in_.size()) fail("'[' is not closed");
      if (next_is("&&")) {
        at_ += 2;
        whole.along.push_back(std::exchange(set, {}));
        after_character = false;
      } else if (next_is("[:")) {
        after_character = false;
        set.add(read_posix_class(depth));
      } else if (peek() == '[') {
        ++at_;
        set.add(read_class(depth + 1));
        after_character = false;
      } else if (peek() == '-') {
        ++at_;
        const bool is_range = after_character && range_goes_on();
        set.content += is_range ? "-" : "\\-";
        if (is_range) set.content += read_member();
        after_character = false;
      } else if (std::optional<Set> escape = peek() == '\\' ? read_set_escape() : std::nullopt) {
        set.add(std::move(*escape));
        after_character = false;
      } else {
        set.content += read_member();
        after_character = true;
      }
    }
    ++at_;
    whole.content = std::move(set.content);
    whole.more = std::move(set.more);
    return whole;
  }

  /// Whether a character follows the '-' of a range.
  bool range_goes_on() const {
    if (peek() == ']' || peek() == '[' || at_ >= in_.size()) return false;
    return peek() != '\\' || std::string_view("sSdDhHwWpP").find(peek(1)) == std::string_view::npos;
  }

  /// A single character of a class.
  std::string read_member() {
    if (peek() == '\\') {
      if (peek(1) == 'b') {
        at_ += 2;
        return "\\x08";
      }
      if (at_ + 1 >= in_.size()) fail("'[' is not closed");
      return read_character_escape();
    }
    const std::size_t length = decode_code_point(in_, at_).length;
    std::string character(in_.substr(at_, length));
    at_ += length;
    return length > 1 || is_ascii_letter_or_digit(character[0]) || std::iscntrl(character[0]) != 0 ? character
                                                                                                   : "\\" + character;
  }

  /// [:alpha:] or, where it is none, a set that begins with a colon.
  Set read_posix_class(int depth) {
    const std::size_t close = in_.find(":]", at_ + 2);
    std::string_view name = in_.substr(at_ + 2, close == in_.npos ? 0 : close - at_ - 2);
    const bool negated = name.starts_with('^');
    if (negated) name.remove_prefix(1);
    const bool is_name = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return std::isalpha(static_cast<unsigned char>(c)) != 0;
    });
    if (!is_name) {
      ++at_;
      return read_class(depth + 1);
    }
    at_ = close + 2;
    // In brackets, and only there, the signs of ASCII are punctuation.
    const std::string signs = name == "punct" ? "$+<=>\\^`|~" : "";
    return {content_of_property(name) + signs, {}, {}, negated};
  }

  std::string_view in_;
  std::size_t at_ = 0;
  std::string out_;
  std::size_t atom_ = kNoAtom;       ///< where in `out_` that begins which a quantifier would repeat
  std::vector<std::size_t> groups_;  ///< where in `out_` the open groups begin
};

}  // namespace

std::string pcre2_pattern_of(std::string_view oniguruma) { return Translator(oniguruma).translate(); }

}  // namespace folio
