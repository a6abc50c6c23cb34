"""What the tests of faults share: a run of a second that saves often, and ways to have it end badly."""

import hashlib
import json
import os
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import folio  # noqa: E402
from folio import FolioTest  # noqa: E402

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

    def tell(self, done):
        print(f"{done}, none lost, {time.time() - self.begun:.0f} s", file=sys.stderr)

    def whole(self, *changes):
        """The hash of the weights of a run that nothing happens to."""
        return self.weights_of(self.json(self.file, *changes)["id"])

    def weights_of(self, run):
        return sha256(self.results / "runs" / run / "model" / "model.safetensors")

    def checkpoints(self, folder):
        """By their steps, newest first."""
        return sorted((folder / "checkpoints").glob("checkpoint-*"), key=lambda path: -int(path.name.split("-")[1]))
