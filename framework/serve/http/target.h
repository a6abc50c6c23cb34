#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace folio::serve {

/// Bytes of a request's target, which a chart of as many runs as may be named has, with its cursor; those of all
/// headers are limited beside it.
constexpr std::size_t kLongestTarget = 12 << 10;

/// Where a request goes, decoded: "/api/runs/3fa9?where=a%3D1" is {"api", "runs", "3fa9"} and {{"where", "a=1"}}.
struct Target {
  std::vector<std::string> path;  ///< the parts between slashes; a part may hold a slash that was encoded
  std::vector<std::pair<std::string, std::string>> query;

  /// The value of a parameter that stands there once; none where it does not stand there. Throws HttpError (400) where
  /// it stands there twice.
  std::optional<std::string> value(std::string_view name) const;

  /// All values of a parameter, in their order.
  std::vector<std::string> values(std::string_view name) const;
};

/// Throws HttpError (400) unless the target is a path with well-formed percent encodings of UTF-8, without a zero byte,
/// a fragment, empty parts, or "." and ".." among its parts, however they are written.
Target parse_target(std::string_view text);

/// The text with all but letters, digits and "-._~" as percent encodings.
std::string percent_encoded(std::string_view text);

}  // namespace folio::serve
