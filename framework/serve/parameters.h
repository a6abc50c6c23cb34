#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "serve/http/target.h"

namespace folio::serve {

/// Runs that a request may put together, and settings that it may name.
constexpr std::size_t kMostNamed = 200;

/// The parameter's number, `usual` where it does not stand there. Throws HttpError (400) naming it where it is no whole
/// number or not within the bounds.
std::int64_t number_parameter(const Target& target, std::string_view name, std::int64_t usual, std::int64_t least,
                              std::int64_t most);

/// The same for any number that is finite.
double real_parameter(const Target& target, std::string_view name, double usual);

/// Whether it stands there as 1 or true; 0, false and nothing are no.
bool flag_parameter(const Target& target, std::string_view name);

/// The parts between commas of all its values; empty ones are left out.
std::vector<std::string> list_parameter(const Target& target, std::string_view name);

/// Throws HttpError (400) for a parameter that is none of these, so that one that is misspelt is noticed.
void require_known_parameters(const Target& target, const std::vector<std::string>& known);

}  // namespace folio::serve
