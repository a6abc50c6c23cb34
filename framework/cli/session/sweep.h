#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace folio::cli {

/// The values of a list with commas between: "1,2" -> "1", "2". A comma within brackets, braces or quotes is part of a
/// value. Throws Error (usage) for an empty value and for brackets or quotes that are not closed.
std::vector<std::string> split_values(std::string_view text);

/// Every combination of overrides of which some give several values: {"model=gpt,bert", "training.seed=1,2"} gives four
/// lists of two. The last override changes first. An override without '=' stands as it is.
std::vector<std::vector<std::string>> combinations(const std::vector<std::string>& overrides);

/// Those of a combination that others have otherwise: what tells it from them. `overrides` are those that the
/// combinations were made from.
std::vector<std::string> varied(const std::vector<std::string>& combination, const std::vector<std::string>& overrides);

}  // namespace folio::cli
