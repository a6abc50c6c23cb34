#!/usr/bin/env python3
"""Time Folio's training and Hugging Face's Trainer in alternation, and print the table.

  bench/training.py --peer-python PEERS/bin/python --peer-script DIR/hf_trainer.py [--model bert] [--steps 12]

The peer is a script that trains the same model on Romeo and Juliet and prints the Trainer's metrics as JSON in its last
line (s_per_step, peak_mib, first_step_done_s). GPT-2 small takes the 512-character chunks of romeo.yaml; the others take
batches of 4 blocks of 128 tokens, and a vocabulary learned by BPE. The two take turns, so that a machine that slows down
slows both. A ratio above 1 means that Folio is faster, or uses less memory.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


# What makes each model's experiment the peer's: the file, and what is changed. A masked sample gets two special tokens
# more than it has. Half of a sample of 190 tokens taken out, in 32 spans, makes inputs and targets of 128 each.
MASKED_BLOCKS = ["tokenizer=bpe", "tokenizer.vocab_size=30522", "dataset.split={by: tokens, size: 126}"]
CORRUPTED_BLOCKS = ["tokenizer=bpe", "tokenizer.vocab_size=32128", "dataset.split={by: tokens, size: 190}",
                    "dataset.objective.noise_density=0.5", "dataset.validation=0", "model=t5", "~training"]
EXPERIMENTS = {
    "gpt": ("romeo.yaml", []),
    "bert": ("romeo-bert.yaml", MASKED_BLOCKS),
    "distilbert": ("romeo-distilbert.yaml", MASKED_BLOCKS),
    "t5": ("romeo-t5.yaml", CORRUPTED_BLOCKS),
}


def peer(options, precision):
    arguments = [options.peer_python, options.peer_script, options.model, str(options.steps)]
    if options.model == "gpt":
        arguments.append("chars")
    if precision == "bfloat16":
        arguments.append("bf16")
    out = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout
    result = json.loads(out.strip().splitlines()[-1])
    return {"s_per_step": result["s_per_step"], "peak_mib": result["peak_mib"],
            "first_step_s": result["first_step_done_s"], "loss": result["train_loss"]}


def folio(options, precision):
    """One run into a folder of its own; the first step is done when its line appears."""
    with tempfile.TemporaryDirectory() as results:
        environment = {**os.environ, "FOLIO_CACHE": "off", "FOLIO_RESULTS": results}
        file, changes = EXPERIMENTS[options.model]
        start = time.time()
        process = subprocess.Popen(
            [ROOT / "runner", ROOT / "experiments" / file, *changes, f"training.max_steps={options.steps}",
             "training.per_device_train_batch_size=4", f"training.precision={precision}", "training.logging_steps=1"],
            env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        first = None
        for line in process.stderr:
            if first is None and line.startswith("step 1/"):
                first = time.time() - start
        if process.wait() != 0:
            sys.exit(f"folio failed with {process.returncode}")
        shown = subprocess.run([ROOT / "runner", "show", "latest", "--json"], env=environment, check=True,
                               capture_output=True, text=True).stdout
        metrics = json.loads(shown)["metrics"]
        return {"s_per_step": metrics["train_runtime"] / options.steps,
                "peak_mib": metrics["peak_memory_bytes"] / 2**20, "first_step_s": first,
                "loss": metrics["train_loss"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", required=True, help="a Python that has torch and transformers")
    parser.add_argument("--peer-script", required=True, help="hf_trainer.py")
    parser.add_argument("--model", choices=EXPERIMENTS, default="gpt")
    parser.add_argument("--steps", type=int, default=12, help="optimizer steps of each run")
    parser.add_argument("--rounds", type=int, default=2, help="runs of each program and precision")
    parser.add_argument("--precision", choices=["bfloat16", "float32"], action="append", help="default: both")
    options = parser.parse_args()

    print("| precision | program | s/step | first step done, s | peak memory, MiB | train_loss |")
    print("|-|-|-:|-:|-:|-:|")
    for precision in options.precision or ["bfloat16", "float32"]:
        rows = {"HF Trainer": [], "Folio": []}
        for _ in range(options.rounds):
            rows["HF Trainer"].append(peer(options, precision))
            rows["Folio"].append(folio(options, precision))
        middle = {name: {key: statistics.median(run[key] for run in runs) for key in runs[0]}
                  for name, runs in rows.items()}
        for name, row in middle.items():
            print(f"| {precision} | {name} | {row['s_per_step']:.3f} | {row['first_step_s']:.2f} | "
                  f"{row['peak_mib']:.0f} | {row['loss']:.3f} |")
        ratio = {key: middle["HF Trainer"][key] / middle["Folio"][key] for key in middle["Folio"]}
        print(f"| {precision} | ratio | {ratio['s_per_step']:.2f} | {ratio['first_step_s']:.2f} | "
              f"{ratio['peak_mib']:.2f} | |", flush=True)


if __name__ == "__main__":
    main()
