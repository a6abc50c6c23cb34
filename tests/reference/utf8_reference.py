"""Prints the SHA-256 that tests/unit/support/utf8_test.cpp expects: of what Python makes of all short strings of bytes.

Each string of one to four bytes out of BYTES is decoded with errors="replace"; the results are joined by line ends,
each after the offset of the first wrong byte, or -1. Made with Python 3.11.
"""

import hashlib
import itertools

BYTES = bytes.fromhex("00 41 7F 80 8F 90 9F A0 BF C0 C1 C2 DF E0 E1 EC ED EE EF F0 F1 F3 F4 F5 FF")


def first_invalid(data):
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return -1


def main():
    digest = hashlib.sha256()
    for length in range(1, 5):
        for sequence in itertools.product(BYTES, repeat=length):
            data = bytes(sequence)
            digest.update(f"{first_invalid(data)} ".encode() + data.decode("utf-8", "replace").encode() + b"\n")
    print(digest.hexdigest())


if __name__ == "__main__":
    main()
