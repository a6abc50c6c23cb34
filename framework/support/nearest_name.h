#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace folio {

/// The fewest insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`, in bytes (the
/// "optimal string alignment" distance).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate that `name` was most likely meant to be; none when all are too far off to be worth suggesting (more
/// than a third of the letters wrong, or at least two). Case and the difference of '-' and '_' do not count.
std::optional<std::string> nearest_name(std::string_view name, std::span<const std::string> candidates);

/// "; did you mean 'x'?" for the nearest candidate, else the empty string: the end of an error message.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

}  // namespace folio
