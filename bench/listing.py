#!/usr/bin/env python3
"""Time `runner ls` with many runs in the store, and print the table.

  bench/listing.py [--runs 1000] [--rounds 20]

The runs are copies of one baseline's folder under other ids, in a results folder of their own.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as results:
        for i in range(options.runs):
            shutil.copytree(ROOT / "results/baselines/gpt", pathlib.Path(results) / "runs" / f"{i:08x}")
        command = [ROOT / "build/bin/runner", "--results", results, "ls"]
        environment = {**os.environ, "FOLIO_HOME": str(ROOT)}
        times = []
        for _ in range(options.rounds + 1):
            start = time.perf_counter()
            subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
            times.append(1000 * (time.perf_counter() - start))
    print("| runs | first ls, which enters them, ms | ls, median ms | slowest ms |")
    print("|-:|-:|-:|-:|")
    print(f"| {options.runs} | {times[0]:.0f} | {statistics.median(times[1:]):.1f} | {max(times[1:]):.1f} |")


if __name__ == "__main__":
    main()
