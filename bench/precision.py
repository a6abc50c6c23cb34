#!/usr/bin/env python3
"""What `precision: auto` takes for experiments on this machine, beside the seconds of a step in each precision.

A step is `runner params --measure`'s, the best of several rounds in which the precisions take turns. Variables such as
ONEDNN_MAX_CPU_ISA=AVX512_CORE, with which bfloat16 is slow, or OMP_NUM_THREADS stand for other machines.

usage: bench/precision.py [--rounds N] [EXPERIMENT...]
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

HOME = pathlib.Path(__file__).resolve().parents[1]
RUNNER = HOME / "build" / "bin" / "runner"


def params(experiment, *arguments):
    answer = subprocess.run([RUNNER, "params", experiment, *arguments, "--json"], check=True, capture_output=True,
                            text=True,
                            env={**os.environ, "FOLIO_HOME": str(HOME)})
    return json.loads(answer.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("experiments", nargs="*", default=sorted(
        path for pattern in ("romeo*.yaml", "smoke*.yaml") for path in (HOME / "experiments").glob(pattern)
        if "pretrained" not in path.name))
    options = parser.parse_args()
    print("| experiment | auto takes | float32, s/step | bfloat16, s/step | auto is behind |")
    print("|-|-|-:|-:|-:|")
    for experiment in options.experiments:
        with tempfile.TemporaryDirectory() as cache:
            os.environ["FOLIO_CACHE"] = cache
            taken = params(experiment)["precision"]
        best = {}
        for _ in range(options.rounds):
            for precision in ("float32", "bfloat16"):
                measured = params(experiment, "--measure", f"training.precision={precision}")["measured"]
                best[precision] = min(best.get(precision, float("inf")), measured["step_seconds"])
        behind = best[taken] / min(best.values()) - 1
        print(f"| {pathlib.Path(experiment).name} | {taken} | {best['float32']:.4g} | {best['bfloat16']:.4g} | "
              f"{100 * behind:.1f} % |", flush=True)


if __name__ == "__main__":
    main()
