#!/usr/bin/env python3
"""Hold `runner check`'s estimate of memory against what runs took, and print the table.

  bench/memory.py [--precision float32] [EXPERIMENT.yaml ...]

Each experiment that Folio comes with is checked and then trained for three steps: as its file says, and with twice the
batch and the evaluation the other way round (kept and done where the file has none, left out where it has one).
romeo.yaml is tried with all five models. Measured is the run's peak_memory_bytes, the largest resident size of its
worker. The last line has the extremes. FOLIO_DATA names the folder with the books.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODELS = ["gpt", "bert", "distilbert", "t5", "llama"]
STEPS = ["training.max_steps=3", "training.logging_steps=1", "training.max_eval_samples=64", "training.eval_steps=3",
         "training.save_strategy=no", "training.load_best_model_at_end=false"]
WITHOUT_EVALUATION = ["dataset.validation=0", "training.eval_strategy=no", "training.eval_each_document=false"]
WITH_EVALUATION = ["dataset.validation=0.1", "training.eval_strategy=steps"]


def runner(environment, *arguments):
    done = subprocess.run([ROOT / "build/bin/runner", *arguments], env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"runner {' '.join(arguments)}: {done.stderr}")
    return done.stdout


def experiments(files):
    """Names with what is given to the runner."""
    for file in files:
        if file.name == "romeo-bert-pretrained.yaml":
            continue  # it needs a tokenizer's file, and is romeo-bert.yaml otherwise
        if file.name == "romeo.yaml":
            for model in MODELS:
                yield f"romeo.yaml model={model}", [file, f"model={model}"]
        else:
            yield file.name, [file]


def measure(file_and_overrides, environment):
    """Estimated and measured bytes."""
    given = [str(each) for each in file_and_overrides]
    estimate = json.loads(runner(environment, "check", *given, "--json"))["memory"]
    runner(environment, *given)
    metrics = json.loads(runner(environment, "show", "latest", "--json"))["metrics"]
    return estimate, metrics["peak_memory_bytes"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=pathlib.Path, help="default: all in experiments/")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], action="append", help="default: both")
    parser.add_argument("--parts", action="store_true", help="print also what each estimate consists of")
    options = parser.parse_args()

    print("| experiment | precision | batch | evaluation | estimated, MB | measured, MB | ratio |")
    print("|-|-|-:|-|-:|-:|-:|")
    ratios = []
    with tempfile.TemporaryDirectory() as results:
        environment = {**os.environ, "FOLIO_RESULTS": results, "FOLIO_CACHE": os.path.join(results, "cache")}
        for name, given in experiments(options.files or sorted((ROOT / "experiments").glob("*.yaml"))):
            resolved = json.loads(runner(environment, "check", *map(str, given), "--json"))["resolved"]
            evaluates = resolved["dataset"]["validation"] > 0
            batch = resolved["training"]["per_device_train_batch_size"]
            for precision in options.precision or ["float32", "bfloat16"]:
                for size, evaluated in [(batch, evaluates), (2 * batch, not evaluates)]:
                    changes = [] if evaluated == evaluates else WITH_EVALUATION if evaluated else WITHOUT_EVALUATION
                    estimate, measured = measure(
                        [*given, *STEPS, *changes, f"training.precision={precision}",
                         f"training.per_device_train_batch_size={size}"], environment)
                    ratios.append(estimate["total"] / measured)
                    print(f"| {name} | {precision} | {size} | {'yes' if evaluated else 'no'} | "
                          f"{estimate['total'] / 1e6:.0f} | {measured / 1e6:.0f} | {ratios[-1]:.2f} |", flush=True)
                    if options.parts:
                        print({part: round(size / 1e6, 1) for part, size in estimate.items()})
    print(f"\nestimated over measured: {min(ratios):.2f} to {max(ratios):.2f} in {len(ratios)} runs")


if __name__ == "__main__":
    main()
