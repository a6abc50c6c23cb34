#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace folio {

/// A regular expression of a tokenizer.json, in Oniguruma's Ruby syntax, which Hugging Face's tokenizers reads (see
/// oniguruma.h). Run by PCRE2. Immutable; may be used by several threads at once.
class Regex {
 public:
  struct Match {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  /// Throws Error (run) saying what is wrong with the pattern or not supported.
  explicit Regex(std::string_view pattern);

  /// The first match at or after `from`, which may be empty. `text` is valid UTF-8. Throws Error (run) where the search
  /// takes more steps than it may: a pattern can be made that never ends.
  std::optional<Match> find(std::string_view text, std::size_t from) const;

  /// Calls `visit` with each match in turn. An empty match at the end of the one before is none.
  template <typename Visit>
  void for_each(std::string_view text, const Visit& visit) const {
    std::optional<std::size_t> last_end;
    for (std::size_t from = 0; from <= text.size();) {
      const std::optional<Match> match = find(text, from);
      if (!match) return;
      if (match->begin == match->end && match->end == last_end) {
        from = next_character(text, from);
        continue;
      }
      from = match->end;
      last_end = match->end;
      visit(*match);
    }
  }

 private:
  struct Code;

  static std::size_t next_character(std::string_view text, std::size_t at);

  std::string pattern_;
  std::shared_ptr<const Code> code_;
};

}  // namespace folio
