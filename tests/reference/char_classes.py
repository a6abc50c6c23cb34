"""Finds where the character classes of Hugging Face's tokenizers differ from ICU's, and writes that as a C++ table.

    python3 tests/reference/char_classes.py > framework/text/char_class_exceptions.h

Every code point is put to the regular expressions of `tokenizers` (\\p{L}, \\p{N} and \\s) and to the system's ICU. On
standard error it prints the SHA-256 of the classes of all code points, which tests/unit/text holds Folio's against.
Made with tokenizers 0.23.3 and ICU 72.1 (Debian 12).
"""

import ctypes
import ctypes.util
import hashlib
import re
import sys

import tokenizers
from tokenizers import Regex, pre_tokenizers

CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]  # surrogates are no characters
CLASSES = {"letter": (r"\p{L}", {1, 2, 3, 4, 5}), "number": (r"\p{N}", {9, 10, 11})}  # the numbers are ICU's categories
CHUNK = 4096


def matching(pattern):
    """The code points that the pattern matches, as tokenizers has it."""
    split = pre_tokenizers.Split(Regex(pattern), "removed")
    left = set()
    for begin in range(0, len(CODE_POINTS), CHUNK):
        text = "".join(map(chr, CODE_POINTS[begin : begin + CHUNK]))
        for piece, _ in split.pre_tokenize_str(text):
            left.update(map(ord, piece))
    return set(CODE_POINTS) - left


def icu_char_type():
    library = ctypes.util.find_library("icuuc")
    version = re.search(r"\.so\.(\d+)", library).group(1)
    return getattr(ctypes.CDLL(library), "u_charType_" + version), version


def runs(pairs):
    """(first, last, class) of neighbouring code points with the same class."""
    result = []
    for code_point, name in pairs:
        if result and result[-1][1] == code_point - 1 and result[-1][2] == name:
            result[-1][1] = code_point
        else:
            result.append([code_point, code_point, name])
    return result


def main():
    theirs = {}
    spaces = sorted(matching(r"\s"))
    for name, (pattern, _) in CLASSES.items():
        theirs.update({c: name for c in matching(pattern)})
    assert not set(spaces) & set(theirs)

    char_type, version = icu_char_type()
    ours = {}
    for code_point in CODE_POINTS:
        category = char_type(code_point)
        ours.update({code_point: name for name, (_, categories) in CLASSES.items() if category in categories})

    different = [(c, theirs.get(c, "other")) for c in CODE_POINTS if ours.get(c) != theirs.get(c) and c not in spaces]
    lines = [f"    {{0x{a:X}, 0x{b:X}, CharClass::{name}}}," for a, b, name in runs(different)]
    points = ", ".join(f"0x{c:X}" for c in spaces)
    print(f"""#pragma once

// Written by tests/reference/char_classes.py with tokenizers {tokenizers.__version__} and ICU {version}; do not edit.

#include "text/char_class.h"

namespace folio {{

/// Every code point that \\s matches.
inline constexpr char32_t kSpaces[] = {{{points}}};

struct CharClassException {{
  char32_t first;
  char32_t last;  // inclusive
  CharClass char_class;
}};

/// What tokenizers knows and ICU does not: letters and numbers of Unicode 15.1 and 16.
inline constexpr CharClassException kCharClassExceptions[] = {{
{chr(10).join(lines)}
}};

}}  // namespace folio""")

    codes = {"letter": b"L", "number": b"N"}
    classes = b"".join(b"S" if c in spaces else codes.get(theirs.get(c), b".") for c in CODE_POINTS)
    print("SHA-256 of all classes:", hashlib.sha256(classes).hexdigest(), file=sys.stderr)


if __name__ == "__main__":
    main()
