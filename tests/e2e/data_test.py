"""From text to samples: the cache of tokens, documents evaluated on their own, and text larger than the memory."""

import json
import os
import pathlib
import random
import resource
import subprocess
import time

from folio import BINARY, RUNNER, TINY, FolioTest

FIXTURES = BINARY / "tests" / "fixtures" / "plugins"

MIB = 1 << 20


def write_words(path, size):
    """Some `size` bytes of seeded text: lines of ten words out of 20,000, in blocks of which eight differ."""
    chance = random.Random(1)
    letters = "etaoinshrdlucmfw"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 9))) for _ in range(20000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    blocks = []
    for _ in range(8):
        drawn = chance.choices(words, weights, k=100000)
        blocks.append("\n".join(" ".join(drawn[i : i + 10]) for i in range(0, len(drawn), 10)).encode() + b"\n")
    with open(path, "wb") as file:
        while file.tell() < size:
            file.write(chance.choice(blocks))


class CopiedDocuments(FolioTest):
    told = "of the text kept for evaluation is in the training text too"

    def experiment_on(self, texts):
        """An experiment on documents of these texts, one a line of JSON."""
        lines = self.folder / "poems.jsonl"
        lines.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
        return self.experiment(TINY.replace("textbooks", "jsonl").replace("books: [{book}]", f"files: [{lines}]")
                               .format())

    def texts(self, count):
        chance = random.Random(1)
        words = ["".join(chance.choices("etaoinshrd", k=5)) for _ in range(2000)]
        return [" ".join(chance.choices(words, k=100)) for _ in range(count)]

    def test_a_copied_document_is_told(self):
        texts = self.texts(40)
        experiment = self.experiment_on(texts + [text.upper().replace(" ", "\n") for text in texts])
        checked = self.json("check", experiment)["data"]
        self.assertGreater(checked["eval_text_seen"], 0.5)
        self.assertIn(self.told, " ".join(checked["notes"]))
        self.assertIn(self.told, self.runner("check", experiment).stdout)
        for cached in [False, True]:
            self.assertIn(self.told, self.runner(experiment).stderr)
            facts = self.json("show", "latest")["facts"]
            self.assertEqual(facts["tokens_cached"], cached)
            self.assertEqual(facts["eval_text_seen"], checked["eval_text_seen"])
        self.assertRegex(self.runner("show", "latest").stdout, r"eval_text_seen +\d")

    def test_documents_that_differ_are_not(self):
        experiment = self.experiment_on(self.texts(80))
        self.assertEqual(self.json("check", experiment)["data"]["eval_text_seen"], 0)
        self.assertNotIn(self.told, self.runner(experiment).stderr)
        self.assertEqual(self.json("show", "latest")["facts"]["eval_text_seen"], 0)
        # Nothing is kept for evaluation, so nothing is known.
        self.assertIsNone(self.json("check", experiment, "dataset.validation=0")["data"]["eval_text_seen"])

class Cache(FolioTest):
    def facts(self):
        return self.json("show", "latest")["facts"]

    def entries(self):
        return sorted(self.folder.glob("cache/folio/tokens/*"))

    def test_a_second_run_takes_its_tokens_from_the_cache(self):
        experiment = self.experiment()
        self.runner(experiment)
        first = self.json("show", "latest")
        self.runner(experiment)
        second = self.json("show", "latest")
        self.assertFalse(first["facts"].pop("tokens_cached"))
        self.assertFalse(first["facts"].pop("tokenizer_cached"))
        self.assertTrue(second["facts"].pop("tokens_cached"))
        self.assertTrue(second["facts"].pop("tokenizer_cached"))
        self.assertEqual(first["facts"], second["facts"])
        for metric in ["train_loss", "eval_loss", "train_bits_per_byte"]:
            self.assertEqual(first["metrics"][metric], second["metrics"][metric])
        self.runner(experiment, "dataset.split.size=16")
        self.assertFalse(self.facts()["tokens_cached"])

    def test_a_damaged_entry_counts_as_absent(self):
        experiment = self.experiment()
        self.runner(experiment, "training.max_steps=2")
        loss = self.json("show", "latest")["metrics"]["train_loss"]
        self.assertEqual([path.suffix for path in self.entries()], [".evaluation", ".json", ".training"])
        for damaged in range(3):
            path = self.entries()[damaged]
            path.write_bytes(path.read_bytes()[:-3])
            self.runner(experiment, "training.max_steps=2")
            shown = self.json("show", "latest")
            self.assertFalse(shown["facts"]["tokens_cached"])
            self.assertEqual(shown["metrics"]["train_loss"], loss)

    def test_without_a_cache_nothing_is_kept(self):
        self.runner(self.experiment(), environment={"FOLIO_CACHE": "off"})
        self.assertFalse(self.facts()["tokens_cached"])
        self.assertFalse((self.folder / "cache").exists())
        self.assertFalse([p.name for p in self.run_folders()[0].iterdir() if p.name.startswith("tokens")])

    def test_a_cache_that_cannot_be_written_is_named(self):
        (self.folder / "file").write_text("no folder")
        done = self.runner(self.experiment(), environment={"FOLIO_CACHE": str(self.folder / "file")})
        self.assertIn(str(self.folder / "file" / "tokens"), done.stderr)
        self.assertIn("set FOLIO_CACHE to use another folder", done.stderr)

    def test_a_full_disk_is_a_clear_error(self):
        """A limit on the size of files stands for the disk: writing beyond it fails."""
        write_words(self.folder / "words.txt", 3 * MIB)
        done = subprocess.run(
            [RUNNER, self.experiment()], env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=120, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, MIB)))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(str(self.folder / "cache/folio/tokens"), done.stderr)
        self.assertIn("cannot be written", done.stderr)
        self.assertIn("set FOLIO_CACHE to use another folder", done.stderr)
        self.assertEqual(self.entries(), [])

    def test_two_runs_at_once_share_an_entry(self):
        experiment = self.experiment()
        runs = [self.start(experiment) for _ in range(2)]
        for run in runs:
            self.assertEqual(run.wait(timeout=120), 0)
        runs = self.json("ls")["runs"]
        losses = {run["metrics"]["train_loss"] for run in runs if run["name"] == "tiny"}
        self.assertEqual(len(losses), 1)
        self.assertEqual(len(self.entries()), 3)

    def test_the_cache_is_listed_limited_and_cleared(self):
        self.assertEqual(self.json("cache")["entries"], [])
        self.runner(self.experiment(), "training.max_steps=1")
        listed = self.json("cache")
        self.assertEqual({entry["kind"] for entry in listed["entries"]}, {"tokens", "tokenizers"})
        self.assertEqual(listed["folder"], str(self.folder / "cache/folio"))
        self.assertEqual(listed["bytes"], sum(entry["bytes"] for entry in listed["entries"]))
        self.assertIn("of at most 10.0 GiB", self.runner("cache").stdout)
        self.assertIn("Nothing was removed", self.runner("cache", "--limit", "1GiB").stdout)
        self.runner("cache", "--limit", "some", code=2)
        no_unit = "is '5', which has no unit; expected a size such as 5GiB or 5MB (5B for bytes)"
        self.assertIn(f"--limit {no_unit}", self.runner("cache", "--limit", "5", code=2).stderr)
        self.assertIn(f"FOLIO_CACHE_LIMIT {no_unit}",
                      self.runner("cache", environment={"FOLIO_CACHE_LIMIT": "5"}, code=2).stderr)
        self.runner("cache", environment={"FOLIO_CACHE_LIMIT": "much"}, code=2)
        # A run keeps to the limit by itself, and goes on with what it has mapped.
        self.runner(self.experiment(), "dataset.split.size=16", "training.max_steps=1",
                    environment={"FOLIO_CACHE_LIMIT": "0"})
        self.assertEqual(self.json("cache")["entries"], [])
        self.runner(self.experiment(), "training.max_steps=1")
        self.assertRegex(self.runner("cache", "--clear").stdout, r"Removed 2 entries, ")
        self.assertEqual(self.json("cache")["entries"], [])


class EachDocument(FolioTest):
    def test_each_document_has_a_loss_of_its_own(self):
        other = self.folder / "other.txt"
        other.write_text("".join(f"{i} is {i * i % 97} and no word of the sea\n" for i in range(600)))
        experiment = self.experiment(TINY.format(book=f"{self.folder / 'words.txt'}, {other}"))
        done = self.runner(experiment, "training.eval_each_document=true")
        metrics = self.json("show", "latest")["metrics"]
        for name in ["words", "other"]:
            self.assertIn(f"eval_{name}_loss", done.stdout)
            self.assertGreater(metrics[f"eval_{name}_bits_per_byte"], 0)
        low, high = sorted(metrics[f"eval_{name}_loss"] for name in ["words", "other"])
        self.assertLess(low, metrics["eval_loss"])
        self.assertGreater(high, metrics["eval_loss"])
        # The one document of a set is all of it.
        self.runner(self.experiment(), "training.eval_each_document=true")
        metrics = self.json("show", "latest")["metrics"]
        self.assertEqual(metrics["eval_words_loss"], metrics["eval_loss"])
        self.assertEqual(metrics["eval_words_bits_per_byte"], metrics["eval_bits_per_byte"])


class BoundedMemory(FolioTest):
    """Trains on text several times as large as the memory that the worker may take beyond what it takes for a little of
    it. FOLIO_TEST_TEXT_MB and FOLIO_TEST_MEMORY_MB give other sizes than 96 and 64."""

    experiment_text = """\
dataset: {{type: pieces, file: {file}, split: {{by: {by}, size: 32}}, validation: 0.01}}
tokenizer: {{type: bpe, vocab_size: 1024}}
model: {{type: gpt, hidden_size: 32, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 64}}
training: {{max_steps: 20, save_strategy: "no", precision: float32}}
"""

    def run_within(self, experiment, limit=None):
        """Gives the most private memory that was seen of the worker, in bytes; `limit` is RLIMIT_DATA."""
        prefix = ["prlimit", f"--data={limit}"] if limit else []
        process = subprocess.Popen(
            [*prefix, str(RUNNER), "--plugin-path", str(FIXTURES / "pieces"), str(experiment)], env=self.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        most = 0
        while process.poll() is None:
            for child in pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
                try:
                    status = pathlib.Path(f"/proc/{child}/status").read_text()
                except OSError:
                    continue
                most = max([most] + [int(line.split()[1]) * 1024 for line in status.splitlines()
                                     if line.startswith("VmData:")])
            time.sleep(0.005)
        output = process.stdout.read()
        process.stdout.close()
        self.assertEqual(process.returncode, 0, output)
        return most

    def test_text_larger_than_the_memory(self):
        text_size = int(os.environ.get("FOLIO_TEST_TEXT_MB", "96")) * 10**6
        memory = int(os.environ.get("FOLIO_TEST_MEMORY_MB", "64")) * 10**6
        text = self.folder / "text.txt"
        write_words(text, 2 * MIB)
        base = self.run_within(self.experiment(self.experiment_text.format(file=text, by="tokens")))
        write_words(text, text_size)
        for by in ["tokens", "characters"]:
            self.run_within(self.experiment(self.experiment_text.format(file=text, by=by)), base + memory)
        facts = self.json("show", "latest")["facts"]
        self.assertEqual(facts["documents"], 1)
        self.assertGreater(facts["bytes"], 0.98 * text_size)
        # The limit is one: it stops a run with less.
        with self.assertRaises(AssertionError):
            self.run_within(self.experiment(self.experiment_text.format(file=text, by="document")), base // 2)
