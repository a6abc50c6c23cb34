#!/usr/bin/env python3
"""Tokenizer files of the usual families, read by Folio and by Hugging Face's tokenizers: are ids and text equal, and how
fast are both? Prints a table.

  ninja -C build folio_bench_tokenizer_files
  PYTHON bench/tokenizer_files.py FOLDER_OF_TEXTS [--texts N] [FAMILY...]

PYTHON is one that has tokenizers. The files are made by tests/reference/tokenizer_families.py, trained on the folder's
.txt files put together (which are encoded line by line for the speed, on one thread, by a tokenizer that knows no word
yet and again by the same) and compared on N made texts each (2,000). A path in place of a family is a file to compare.
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import zlib

os.environ["RAYON_NUM_THREADS"] = "1"  # before tokenizers is imported

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build/bin/folio_bench_tokenizer_files"
sys.path.insert(0, str(ROOT / "tests/reference"))

import tokenizer_families as families  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402


def run(*arguments):
    done = subprocess.run([PROGRAM, *arguments], check=True, capture_output=True)
    return [json.loads(line) for line in done.stdout.decode().split("\n") if line]


def decoded(tokenizer, ids, skip):
    """None where Hugging Face's decoder itself fails."""
    try:
        return tokenizer.decode(ids, skip_special_tokens=skip)
    except BaseException:  # a Rust panic
        return None


def count_equal(tokenizer, path, name, count, folder):
    chance = random.Random(zlib.crc32(name.encode()))
    special = families.special_tokens(tokenizer)
    texts = families.EDGES + [families.made_text(chance, special) for _ in range(count - len(families.EDGES))]
    (folder / "texts.json").write_text(json.dumps(texts))
    equal = 0
    for text, ours in zip(texts, run(path, folder / "texts.json"), strict=True):
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        same = ours["ids"] == ids and all(
            decoded(tokenizer, ids, skip) in (None, ours[key]) for key, skip in (("decoded", False), ("without_special", True)))
        equal += same
        if not same:
            print(f"{name}: {text!a}: {ours['ids']}, expected {ids}", file=sys.stderr)
    return equal, len(texts)


def speed(tokenizer, lines, megabytes):
    begin = time.perf_counter()
    tokenizer.encode_batch_fast(lines, add_special_tokens=False)
    return megabytes / (time.perf_counter() - begin)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--texts", type=int, default=2000)
    parser.add_argument("family", nargs="*")
    arguments = parser.parse_intermixed_args()
    text = "".join(path.read_bytes().decode("utf-8-sig") for path in sorted(arguments.folder.glob("*.txt")))
    lines = text.split("\n")
    families.Settings.corpus = lines
    families.Settings.learned = 8000
    families.Settings.charsmap_end = 0x3400
    sys.setrecursionlimit(10000)
    print("| family | equal | Folio, MB/s, cold | warm | tokenizers, cold | warm |\n|-|-:|-:|-:|-:|-:|")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "text.txt").write_text(text)
        for family in arguments.family or families.FAMILIES:
            path = pathlib.Path(family)
            if family in families.FAMILIES:
                path = folder / "tokenizer.json"
                path.write_text(families.FAMILIES[family]().to_str())
            tokenizer = Tokenizer.from_file(str(path))
            tokenizer.no_truncation()
            tokenizer.no_padding()
            equal, count = count_equal(tokenizer, path, family, arguments.texts, folder)
            ours = run(path, folder / "text.txt")[0]
            fresh = Tokenizer.from_file(str(path))
            fresh.no_truncation()
            fresh.no_padding()
            theirs = [speed(fresh, lines, len(text.encode()) / 1e6) for _ in range(2)]
            print(f"| {family} | {equal:,} of {count:,} | {ours['cold']:.1f} | {ours['warm']:.1f} | {theirs[0]:.1f} | "
                  f"{theirs[1]:.1f} |", flush=True)


if __name__ == "__main__":
    main()
