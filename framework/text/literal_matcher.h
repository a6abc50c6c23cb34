#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace folio {

/// Finds given texts within another: a tokenizer's added tokens. The leftmost match counts, and of those that begin at
/// one place the longest. Immutable once made.
class LiteralMatcher {
 public:
  using Literals = std::map<std::string, std::int32_t, std::less<>>;

  struct Match {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::int32_t id = 0;
  };

  /// The texts to find, none of them empty, each with its id.
  explicit LiteralMatcher(Literals literals);

  bool empty() const { return literals_.empty(); }

  /// The first match at or after `from`.
  std::optional<Match> find(std::string_view text, std::size_t from) const;

 private:
  std::size_t next_candidate(std::string_view text, std::size_t from) const;

  Literals literals_;
  std::array<std::vector<std::size_t>, 256> lengths_;  ///< of the literals with that first byte, longest first
  std::string first_bytes_;                            ///< those that some literal begins with
};

}  // namespace folio
