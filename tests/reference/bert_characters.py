"""Finds where the characters of Hugging Face's BERT normaliser and pre-tokeniser differ from ICU's, and writes C++ tables.

    python3 tests/reference/bert_characters.py > framework/text/bert_character_exceptions.h

Every code point is put to `tokenizers` (BertNormalizer with each of its settings, NFD, BertPreTokenizer) and to the
system's ICU. Made with tokenizers 0.23.3, which brings tables of several versions of Unicode, and ICU 72.1 (Debian 12).
"""

import ctypes
import ctypes.util
import re

import tokenizers
from tokenizers import normalizers, pre_tokenizers

CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]  # surrogates are no characters
# In the order of BertFlag.
FLAGS = ["removed", "space", "punctuation", "chinese", "mark", "combining", "decomposes", "lowercases"]
# ICU's numbers of properties and categories (uchar.h).
MN, PUNCTUATION = 6, {19, 20, 21, 22, 23, 28, 29}
CHANGES_WHEN_LOWERCASED, NFD_QUICK_CHECK, CANONICAL_COMBINING_CLASS = 0x33, 0x100C, 0x1002


class Icu:
    def __init__(self):
        name = ctypes.util.find_library("icuuc")
        self.version = re.search(r"\.so\.(\d+)", name).group(1)
        self.library = ctypes.CDLL(name)

    def call(self, function, *arguments):
        return getattr(self.library, f"{function}_{self.version}")(*arguments)

    def flags(self, c):
        category = self.call("u_charType", c)
        return {
            "punctuation": category in PUNCTUATION,
            "mark": category == MN,
            "combining": self.combining_class(c) != 0,
            "decomposes": self.call("u_getIntPropertyValue", c, NFD_QUICK_CHECK) == 0,
            "lowercases": bool(self.call("u_hasBinaryProperty", c, CHANGES_WHEN_LOWERCASED)),
        }

    def combining_class(self, c):
        return self.call("u_getIntPropertyValue", c, CANONICAL_COMBINING_CLASS)

    def decomposition(self, c):
        error = ctypes.c_int(0)
        get = getattr(self.library, f"unorm2_getNFDInstance_{self.version}")
        get.restype = ctypes.c_void_p
        buffer = (ctypes.c_uint16 * 32)()
        length = self.call("unorm2_getDecomposition", ctypes.c_void_p(get(ctypes.byref(error))), c, buffer, 32,
                           ctypes.byref(error))
        return chr(c) if length < 0 else bytes(buffer)[: 2 * length].decode("utf-16-le")

    def lowercase(self, c):
        return chr(self.call("u_tolower", c))


def bert(**settings):
    off = {"clean_text": False, "handle_chinese_chars": False, "strip_accents": False, "lowercase": False}
    return normalizers.BertNormalizer(**(off | settings)).normalize_str


class HuggingFace:
    clean, chinese = bert(clean_text=True), bert(handle_chinese_chars=True)
    strip, lower = bert(strip_accents=True), bert(lowercase=True)
    nfd = normalizers.NFD().normalize_str
    cut = pre_tokenizers.BertPreTokenizer().pre_tokenize_str

    def flags(self, c, icu):
        char = chr(c)
        cleaned = self.clean("a" + char + "b")
        words = [word for word, _ in self.cut("a" + char + "b")]
        assert cleaned in ("ab", "a b", "a" + char + "b") and len(words) in (1, 2, 3)
        assert cleaned != "a b" or len(words) == 2  # whatever becomes a space is one
        assert cleaned != "a" + char + "b" or len(words) != 2 or char == " "  # and what is one becomes one, or goes
        decomposes = self.nfd(char) != char
        return {
            "removed": cleaned == "ab",
            "space": len(words) == 2,
            "punctuation": len(words) == 3,
            "chinese": self.chinese(char) != char,
            # What decomposes is not looked at itself, so that there it may be what ICU says.
            "mark": icu["mark"] if decomposes else self.strip(char) == "",
            "combining": icu["combining"] if decomposes else self.combines(char),
            "decomposes": decomposes,
            "lowercases": self.lower(char) != char,
        }

    def combines(self, char):
        """Whether it is sorted among marks: U+0345 has the highest combining class, U+0334 the lowest."""
        return self.nfd("\u0345" + char) != "\u0345" + char or self.nfd(char + "\u0334") != char + "\u0334"


def check_combining_classes(icu, theirs, flags):
    """That where both have a combining class it is the same, by sorting against a mark of each class."""
    marks = {}
    for c in CODE_POINTS:
        if flags[c]["combining"] and icu.combining_class(c) != 0 and icu.decomposition(c) == chr(c):
            marks.setdefault(icu.combining_class(c), chr(c))
    for c in CODE_POINTS:
        if not flags[c]["combining"] or flags[c]["decomposes"]:
            continue
        own = icu.combining_class(c)
        assert own != 0, hex(c)
        for other, mark in marks.items():
            assert (theirs.nfd(mark + chr(c)) != mark + chr(c)) == (other > own and mark != chr(c)), hex(c)


def runs(values):
    """(first, last, value) of neighbouring code points with the same value."""
    result = []
    for code_point, value in values:
        if result and result[-1][1] == code_point - 1 and result[-1][2] == value:
            result[-1][1] = code_point
        else:
            result.append([code_point, code_point, value])
    return result


def main():
    icu, theirs = Icu(), HuggingFace()
    flags, different, lowercase = {}, [], []
    for c in CODE_POINTS:
        ours = icu.flags(c)
        flags[c] = theirs.flags(c, ours)
        assert not flags[c]["decomposes"] or theirs.nfd(chr(c)) == icu.decomposition(c), hex(c)
        expected = {name: ours.get(name, False) for name in FLAGS}
        if flags[c] != expected:
            different.append((c, sum(1 << i for i, name in enumerate(FLAGS) if flags[c][name])))
        if c != 0x130 and theirs.lower(chr(c)) not in (chr(c), icu.lowercase(c)):
            lowercase.append((c, ord(theirs.lower(chr(c))) - c))
    assert theirs.lower("\u0130") == "i\u0307"
    check_combining_classes(icu, theirs, flags)

    flag_lines = ", ".join(f"{{0x{a:X}, 0x{b:X}, 0x{value:X}}}" for a, b, value in runs(different))
    lower_lines = ", ".join(f"{{0x{a:X}, 0x{b:X}, {value}}}" for a, b, value in runs(lowercase))
    print(f"""#pragma once

// Written by tests/reference/bert_characters.py with tokenizers {tokenizers.__version__} and ICU {icu.version}; do not edit.

#include <cstdint>

namespace folio {{

struct BertFlagsException {{
  char32_t first;
  char32_t last;        // inclusive
  std::uint8_t flags;   // all of them, in the bits of BertFlag
}};

/// The characters whose flags ICU does not give: what is removed, is a space or is Chinese, and where the Unicode of
/// tokenizers is another than ICU's.
inline constexpr BertFlagsException kBertFlagsExceptions[] = {{{flag_lines}}};

struct BertLowercaseException {{
  char32_t first;
  char32_t last;          // inclusive
  std::int32_t distance;  // from the letter to its small one
}};

/// Small letters that ICU does not know.
inline constexpr BertLowercaseException kBertLowercaseExceptions[] = {{{lower_lines}}};

}}  // namespace folio""")


if __name__ == "__main__":
    main()
