#!/usr/bin/env python3
"""Time the commands that list and compare many runs, and print the table.

  ninja -C build folio_bench_store && bench/listing.py [--runs 10000] [--rounds 10]

folio_bench_store makes the runs, of 200 points each, in a separate results folder.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMMANDS = {
    "ls": ["ls"],
    "ls, filtered": ["ls", "--where", "training.learning_rate<1e-4 and state=finished", "--sort-by", "eval_loss",
                     "--limit", "20"],
    "compare, all": ["compare"],
    "compare, filtered": ["compare", "--where", "training.learning_rate<1e-4 and train_loss<6.5", "--sort-by",
                          "train_loss"],
    "compare, grouped": ["compare", "--group"],
    "show": ["show", "0000002a"],
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--results", help="a results folder to keep; it is created if it does not exist")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        results = options.results or scratch
        if not (pathlib.Path(results) / "store.sqlite").exists():
            subprocess.run([ROOT / "build/bin/folio_bench_store", "fill", results, str(options.runs)], check=True)
        environment = {**os.environ, "FOLIO_HOME": str(ROOT)}
        print(f"| command, over {options.runs:,} runs | median ms | slowest ms |")
        print("|-|-:|-:|")
        for name, arguments in COMMANDS.items():
            times = []
            for _ in range(options.rounds):
                start = time.perf_counter()
                subprocess.run([ROOT / "build/bin/runner", "--results", results, *arguments], check=True,
                               env=environment, stdout=subprocess.DEVNULL)
                times.append(1000 * (time.perf_counter() - start))
            print(f"| {name} | {statistics.median(times):.1f} | {max(times):.1f} |")


if __name__ == "__main__":
    main()
