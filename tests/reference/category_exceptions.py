"""Finds where the general categories of Hugging Face's tokenizers differ from ICU's, and writes that as a C++ table.

    python3 tests/reference/category_exceptions.py > framework/text/category_exceptions.h

Every code point is put to the regular expressions of `tokenizers` (\\p{Lu} and so on) and to the system's ICU. Made with
tokenizers 0.23.3 and ICU 72.1 (Debian 12).
"""

import tokenizers
from char_classes import CODE_POINTS, icu_char_type, matching, runs

# In the order of ICU's numbers.
CATEGORIES = "Cn Lu Ll Lt Lm Lo Mn Me Mc Nd Nl No Zs Zl Zp Cc Cf Co Cs Pd Ps Pe Pc Po Sm Sc Sk So Pi Pf".split()


def main():
    theirs = {c: name for name in CATEGORIES if name not in ("Cn", "Cs") for c in matching(rf"\p{{{name}}}")}
    char_type, version = icu_char_type()
    different = [(c, theirs.get(c, "Cn")) for c in CODE_POINTS if theirs.get(c, "Cn") != CATEGORIES[char_type(c)]]
    lines = ", ".join(f'{{0x{a:X}, 0x{b:X}, "{name}"}}' for a, b, name in runs(different))
    print(f"""#pragma once

// Written by tests/reference/category_exceptions.py with tokenizers {tokenizers.__version__} and ICU {version}; do not edit.

#include <string_view>

namespace folio {{

struct CategoryException {{
  char32_t first;
  char32_t last;  // inclusive
  std::string_view category;
}};

/// The general categories of tokenizers that are not ICU's: of characters that are newer.
inline constexpr CategoryException kCategoryExceptions[] = {{{lines}}};

}}  // namespace folio""")


if __name__ == "__main__":
    main()
