"""What the end-to-end tests share: the built runner, a results folder of its own for each test, tiny experiments."""

import fcntl
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("FOLIO_TEST_BINARY_DIR", SOURCE / "build"))
RUNNER = BINARY / "bin" / "runner"

TINY = """\
name: tiny
dataset:
  type: textbooks
  books: [{book}]
  split: {{by: tokens, size: 32}}
  validation: 0.1
tokenizer: {{type: bpe, vocab_size: 400}}
model: {{type: gpt, hidden_size: 32, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 64}}
training:
  max_steps: 20
  per_device_train_batch_size: 4
  logging_steps: 1
  learning_rate: 1e-3
  save_strategy: "no"
  precision: float32
"""


# What makes any of the shipped experiments a matter of a second; a key counts where the model has it.
SHORT = {"training.max_steps": 2, "model.hidden_size": 64, "model.num_hidden_layers": 1, "model.num_attention_heads": 4,
         "model.intermediate_size": 64}


def book_folder():
    """The folder with the real books: FOLIO_DATA, else shared/data beside the repository or a folder that it lies in.
    Where there is none the test is skipped, or fails if CI is set."""
    if given := os.environ.get("FOLIO_DATA"):
        return pathlib.Path(given)
    for above in SOURCE.parents:
        if (above / "shared/data/romeo-and-juliet.txt").exists():
            return above / "shared/data"
    if os.environ.get("CI"):
        raise FileNotFoundError("the books are in neither FOLIO_DATA nor shared/data")
    raise unittest.SkipTest("there are no books")


def brought(name, options=()):
    """The folder with the packages of PyPI that tests/requirements/NAME.txt lists with their hashes, which the first
    call brings into .deps/NAME-VERSION."""
    requirements = SOURCE / "tests" / "requirements" / f"{name}.txt"
    version = re.search(r"==([\d.]+)", requirements.read_text())[1]  # of what the list was made for
    folder = SOURCE / ".deps" / f"{name}-{version}-{sys.version_info.major}.{sys.version_info.minor}"
    folder.parent.mkdir(exist_ok=True)
    with open(f"{folder}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another test may want it too
        if not (folder / ".complete").exists():
            bring(folder, requirements, options)
    return folder


def bring(folder, requirements, options):
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check",
                        "--root-user-action", "ignore", *options, "--upgrade", "--target", folder, "--require-hashes", "-r",
                        requirements], check=True)
    (folder / ".complete").touch()


def text_of_words(count=4000):
    """Text of our own with some order in it, so that a model can learn."""
    words = ["the", "grey", "ship", "sails", "over", "a", "wide", "sea", "and", "comes", "home"]
    lines = [" ".join(words[(i * 3 + k * (1 + i % 4)) % len(words)] for k in range(8)) for i in range(count // 8)]
    return "\n".join(lines) + "\n"


class FolioTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="folio-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.results = self.folder / "results"
        self.results.mkdir()  # one that is named has to be there
        self.environment = {**os.environ, "FOLIO_HOME": str(SOURCE), "FOLIO_RESULTS": str(self.results),
                            "XDG_CACHE_HOME": str(self.folder / "cache"), "XDG_DATA_HOME": str(self.folder / "data")}
        for name in ["FOLIO_CACHE", "FOLIO_CACHE_LIMIT", "FOLIO_STORE"]:
            self.environment.pop(name, None)
        (self.folder / "words.txt").write_text(text_of_words())

    def experiment(self, text=None, name="tiny.yaml"):
        """Writes an experiment on the words, or the text given."""
        path = self.folder / name
        path.write_text(text if text is not None else TINY.format(book=self.folder / "words.txt"))
        return path

    def runner(self, *arguments, code=0, timeout=120, environment=None, input=""):
        """Runs to the end, checks the exit code, gives what was printed."""
        done = subprocess.run([RUNNER, *map(str, arguments)], capture_output=True, text=True, timeout=timeout,
                              env={**self.environment, **(environment or {})}, input=input)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def json(self, *arguments, **options):
        return json.loads(self.runner(*arguments, "--json", **options).stdout)

    def start(self, *arguments):
        """Starts in the background; the test's end kills what is left."""
        process = subprocess.Popen([RUNNER, *map(str, arguments)], env=self.environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self._end, process)
        return process

    @staticmethod
    def _end(process):
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()

    def wait_for(self, condition, what, seconds=60):
        end = time.time() + seconds
        while time.time() < end:
            value = condition()
            if value:
                return value
            time.sleep(0.02)
        self.fail(f"waited {seconds} s for {what}")

    def run_folders(self):
        runs = self.results / "runs"
        return sorted(p for p in runs.iterdir() if not p.name.startswith(".")) if runs.exists() else []

    @staticmethod
    def events(run_folder):
        """All whole lines of the run's events."""
        path = run_folder / "events.jsonl"
        text = path.read_text() if path.exists() else ""
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def wait_for_steps(self, count, run=0):
        """Waits until the run has logged so many points; gives its folder."""
        def logged():
            folders = self.run_folders()
            if len(folders) <= run:
                return None
            points = [e for e in self.events(folders[run]) if e["type"] == "points"]
            return folders[run] if len(points) >= count else None
        return self.wait_for(logged, f"{count} logged points")

    def worker_pid(self, run_folder):
        states = [e for e in self.events(run_folder) if e["type"] == "state" and "process" in e]
        return states[0]["process"]["pid"]
