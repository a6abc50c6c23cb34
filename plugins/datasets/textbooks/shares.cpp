#include "textbooks/shares.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "folio/error.h"
#include "support/nearest_name.h"

namespace folio::textbooks {
namespace {

/// The number, where it is one and a share.
std::optional<double> share_from(std::string_view text) {
  double share = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), share);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (!is_number || !(share > 0 && share <= 1)) return std::nullopt;
  return share;
}

}  // namespace

std::map<std::string, double> read_shares(const std::vector<std::string>& entries,
                                          const std::vector<std::string>& names) {
  std::map<std::string, double> shares;
  std::vector<std::string> problems;
  for (const std::string& entry : entries) {
    const std::size_t equals = entry.rfind('=');  // a path may hold one too
    if (equals == entry.npos) {
      problems.push_back(fmt::format("dataset.shares: expected NAME=SHARE as in 'macbeth=0.5', got '{}'", entry));
      continue;
    }
    const std::string name = entry.substr(0, equals);
    const auto share = share_from(std::string_view(entry).substr(equals + 1));
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      problems.push_back(fmt::format("dataset.shares: there is no book '{}' among {}{}", name, fmt::join(names, ", "),
                                     did_you_mean(name, names)));
    } else if (!share) {
      problems.push_back(
          fmt::format("dataset.shares: '{}': expected a number greater than 0 and at most 1 after the =", entry));
    } else if (!shares.emplace(name, *share).second) {
      problems.push_back(fmt::format("dataset.shares: '{}' gives '{}' a second share", entry, name));
    }
  }
  if (!problems.empty()) throw Error(ErrorKind::experiment, fmt::format("{}", fmt::join(problems, "\n")));
  return shares;
}

}  // namespace folio::textbooks
