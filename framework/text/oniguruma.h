#pragma once

#include <string>
#include <string_view>

namespace folio {

/// The pattern, written in Oniguruma's Ruby syntax, in PCRE2's. What the two understand differently is written out:
///
///   \w \s \h \v \b       Oniguruma's sets of characters
///   \p{L} \p{N} ...      Unicode 16, where PCRE2 may know only 14; \p{Han} is the script alone; long names
///   x{1,3}+ x{2}?        an interval that is itself repeated, not a possessive or a lazy one
///   x{,3}                an interval from 0
///   [a[bc]] [a-z&&[^b]]  sets of sets, as a class or as alternatives and conditions
///   (?m:                 a dot that takes line ends
///
/// Throws Error (run) where a class or a property's name is not closed; other mistakes are left for PCRE2 to find.
std::string pcre2_pattern_of(std::string_view oniguruma);

}  // namespace folio
