"""Finds where NFC and NFKC of Hugging Face's tokenizers differ from ICU's, and writes that as a C++ table.

    python3 tests/reference/normalization_exceptions.py > framework/text/normalization_exceptions.h

Hugging Face's tables are of an older Unicode: characters that are newer do not decompose, combine or change places
there. So the difference is a set of characters, which are to be left as they are. Every code point is normalised by
both, alone and beside marks of a low and a high combining class. Made with tokenizers 0.23.3 and ICU 72.1 (Debian 12).
"""

import ctypes
import ctypes.util
import re

import tokenizers
from tokenizers import normalizers

LIBRARY = ctypes.util.find_library("icuuc")
VERSION = re.search(r"\.so\.(\d+)", LIBRARY).group(1)
ICU = ctypes.CDLL(LIBRARY)


def icu_normalizer(form):
    get = getattr(ICU, f"unorm2_get{form}Instance_{VERSION}")
    get.restype = ctypes.c_void_p
    error = ctypes.c_int(0)
    instance = ctypes.c_void_p(get(ctypes.byref(error)))
    normalize = getattr(ICU, f"unorm2_normalize_{VERSION}")

    def apply(text):
        data = text.encode("utf-16-le")
        room = 20 * len(data) + 40  # code units
        out = ctypes.create_string_buffer(2 * room)
        code = ctypes.c_int(0)
        length = normalize(instance, ctypes.c_char_p(data), len(data) // 2, out, room, ctypes.byref(code))
        assert code.value <= 0, code.value
        return out.raw[: 2 * length].decode("utf-16-le")

    return apply


def exceptions(theirs, ours, decompose):
    """The code points that, left alone, make ours equal to theirs."""
    found = set()
    for code_point in range(0x110000):
        if 0xD800 <= code_point < 0xE000:  # surrogates are no characters
            continue
        c = chr(code_point)
        if any(theirs(text) != ours(text) for text in (c, f"a{c}\u0334", f"a\u0345{c}", f"a{c}\u0301")):
            found.add(code_point)
        parts = decompose(c)
        if parts != c and theirs(parts) != ours(parts):  # they do not know what it is composed of
            found.update(map(ord, parts))
    return sorted(found)


def ranges(code_points):
    result = []
    for c in code_points:
        if result and result[-1][1] == c - 1:
            result[-1][1] = c
        else:
            result.append([c, c])
    return result


def table(name, code_points):
    rows = ", ".join(f"{{0x{a:X}, 0x{b:X}}}" for a, b in ranges(code_points))
    return f"inline constexpr CodePointRange {name}[] = {{{rows}}};"


def main():
    decompose = icu_normalizer("NFD")
    canonical = exceptions(normalizers.NFC().normalize_str, icu_normalizer("NFC"), decompose)
    compatible = exceptions(normalizers.NFKC().normalize_str, icu_normalizer("NFKC"), decompose)
    print(f"""#pragma once

// Written by tests/reference/normalization_exceptions.py with tokenizers {tokenizers.__version__} and ICU {VERSION}; do not edit.

namespace folio {{

struct CodePointRange {{
  char32_t first;
  char32_t last;  // inclusive
}};

/// What ICU's NFC and NFKC know, and those of tokenizers do not: there these characters stay as and where they are.
{table("kNfcExceptions", canonical)}
{table("kNfkcExceptions", compatible)}

}}  // namespace folio""")


if __name__ == "__main__":
    main()
