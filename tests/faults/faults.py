"""What the tests of faults share: a run of a second that saves often, and ways to have it end badly."""

import hashlib
import json
import os
import pathlib
import random
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import folio  # noqa: E402
from folio import BINARY, FolioTest  # noqa: E402

STEPS = 200
SAVE_STEPS = 20
EXPERIMENT = (folio.TINY.replace('save_strategy: "no"', f"save_steps: {SAVE_STEPS}\n  save_total_limit: 2")
              .replace("hidden_size: 32", "hidden_size: 16").replace("max_steps: 20", f"max_steps: {STEPS}"))


def rounds(short):
    """How many rounds a test makes: `short`, or what tests/faults/run was asked for."""
    return int(os.environ.get("FOLIO_FAULT_ROUNDS", short))


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def require_whole(checkpoint):
    """Holds each file against the manifest; read here and not by Folio, whose own reader is under test."""
    manifest = json.loads((checkpoint / "manifest.json").read_text())
    assert checkpoint.name == f"checkpoint-{manifest['step']}", checkpoint
    for name in ("model.safetensors", "config.json", "training.safetensors", "training.json"):
        assert name in manifest["files"], f"{checkpoint}: the manifest has no {name}"
    for name, told in manifest["files"].items():
        file = checkpoint / name
        assert (file.stat().st_size, sha256(file)) == (told["size"], told["sha256"]), f"{file} is not what was saved"


def worker_of(process):
    """The number of the worker that trains for this runner; None where there is none yet."""
    try:
        for child in pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
            if b"\0train\0" in pathlib.Path(f"/proc/{child}/cmdline").read_bytes():
                return int(child)
    except OSError:
        pass
    return None


class FaultTest(FolioTest):
    def setUp(self):
        super().setUp()
        self.file = self.experiment(EXPERIMENT.format(book=self.folder / "words.txt"))
        self.seed = int(os.environ.get("FOLIO_FAULT_SEED", random.randrange(1 << 30)))
        self.random = random.Random(self.seed)
        self.begun = time.time()
        print(f"\nseed {self.seed}", file=sys.stderr)

    def tell(self, done, lost=0):
        print(f"{done}, {lost or 'none'} lost, {time.time() - self.begun:.0f} s", file=sys.stderr)

    def whole(self, *changes):
        """The hash of the weights of a run that nothing happens to."""
        return self.weights_of(self.json(self.file, *changes)["id"])

    def weights_of(self, run):
        return sha256(self.results / "runs" / run / "model" / "model.safetensors")

    def checkpoints(self, folder):
        """By their steps, newest first."""
        return sorted((folder / "checkpoints").glob("checkpoint-*"), key=lambda path: -int(path.name.split("-")[1]))


class FaultyCallTest(FaultTest):
    """Of runs that save three times, keeping one checkpoint, with faulty_calls.c before libc."""

    LAST, CHANGES = 60, ["training.max_steps=60", "training.save_total_limit=1"]

    def setUp(self):
        super().setUp()
        # In all runs alike, since Folio compares the variable where a run goes on. It does nothing by itself.
        self.environment["LD_PRELOAD"] = str(BINARY / "tests" / "faults" / "libfaulty_calls.so")
        self.log = self.folder / "calls.log"

    def start_with_fault(self, **fault):
        """Runs the experiment to its end. Gives the process's end, the run's folder (None without one) and the calls that
        were counted: number, kind, path; the last is the one struck, unless the fault is for good."""
        before = set(self.run_folders())
        self.log.unlink(missing_ok=True)
        done = subprocess.run([folio.RUNNER, self.file, *self.CHANGES, "--json"], capture_output=True, text=True, timeout=120,
                              env={**self.environment, "FAULT_PROGRAM": "folio-worker", "FAULT_LOG": str(self.log),
                                   "FAULT_FOLDER": str(self.results / "runs"), **fault})
        made = set(self.run_folders()) - before
        calls = [line.split(" ", 2) for line in self.log.read_text().splitlines()] if self.log.exists() else []
        return done, made.pop() if made else None, [(int(number), kind, path) for number, kind, path in calls]

    def steps_put_in_place(self, calls, before):
        """The checkpoints that had their names before this call."""
        names = [pathlib.Path(path).name for number, kind, path in calls if kind == "rename" and number < before]
        return [int(name.removeprefix("checkpoint-")) for name in names if name.startswith("checkpoint-")]

    def chosen(self, count, short):
        """As many of the numbers 1 to `count` as there are to be rounds, spread over all."""
        wanted = min(count, rounds(short))
        return sorted(self.random.randrange(i * count // wanted, (i + 1) * count // wanted) + 1 for i in range(wanted))

    def go_on(self, folder, whole):
        """Resumes the run, or begins it again where it has no checkpoint, and holds its weights against the whole run's."""
        again = ["resume", folder.name] if folder and self.checkpoints(folder) else [self.file, *self.CHANGES]
        run = self.json(*again)
        self.assertEqual((run["state"], run["metrics"]["global_step"]), ("finished", self.LAST))
        self.assertEqual(self.weights_of(run["id"]), whole)
