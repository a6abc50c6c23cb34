"""Prints, for each book of the textbooks plugin's catalogue, what its tests and catalogue.cpp expect: the SHA-256 of the
file, its size in bytes, and the size in code points of the book without Project Gutenberg's licence.

usage: book_bodies.py FOLDER_WITH_BOOKS        (standard library only; the values were made with Python 3.11.7)
"""

import hashlib
import pathlib
import sys

# How each file's licence ends and begins: Macbeth is an edition from before there were START and END lines.
MARKS = {
    "romeo-and-juliet": ("*** START OF", "*** END OF"),
    "macbeth": ("*END*THE SMALL PRINT", None),
    "pride-and-prejudice": ("*** START OF", "*** END OF"),
    "moby-dick": ("*** START OF", "*** END OF"),
}


def body(text, start, end):
    begin = text.index("\n", text.index(start)) + 1
    return text[begin : text.index(end, begin) if end else len(text)]


for name, (start, end) in MARKS.items():
    file = pathlib.Path(sys.argv[1]) / f"{name}.txt"
    raw = file.read_bytes()
    text = body(file.open(encoding="utf-8-sig", newline="").read(), start, end)
    digest = hashlib.sha256(text.encode()).hexdigest()
    print(f"{name}: file {hashlib.sha256(raw).hexdigest()} {len(raw)} bytes; body {digest} {len(text)} code points")
