"""Files as people have them: tokens of nanoGPT and llm.c, JSON Lines, books of Project Gutenberg, other kinds of files."""

import array
import codecs
import gzip
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import unittest

from folio import RUNNER, SOURCE, FolioTest

TRAINING = "training: {max_steps: 2, per_device_train_batch_size: 2, save_strategy: 'no'}\n"
MODEL = "model: {type: gpt, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 64}\n"


def story(lines, first=0):
    return "".join(f"Line {i} of a little story in which the grey ship sails by hill number {i * 7 % 11}.\n"
                   for i in range(first, first + lines))


class RealData(FolioTest):
    def write(self, name, contents):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
        return path

    def said(self, experiment, *overrides, fails=False):
        """What `runner check` and a run say, which must agree on whether the experiment is in order."""
        for command in [["check"], []]:
            done = subprocess.run([RUNNER, *command, experiment, *overrides], capture_output=True, text=True, timeout=120,
                                  env=self.environment, stdin=subprocess.DEVNULL)
            said = " ".join((done.stdout + done.stderr).split())
            self.assertIn(done.returncode, [1, 3] if fails else [0], said)
            yield said

    def check(self, experiment, *overrides):
        return list(self.said(experiment, *overrides))

    def check_fails(self, experiment, *overrides, says):
        for said in self.said(experiment, *overrides, fails=True):
            self.assertIn(says, said)


class Tokens(RealData):
    def setUp(self):
        super().setUp()
        self.vocab_size = len(json.loads(self.tokenizer().read_text())["model"]["vocab"])
        chance = random.Random(1)
        self.ids = [chance.randrange(self.vocab_size) for _ in range(3000)]
        self.write("val.bin", array.array("H", self.ids[:500]).tobytes())
        self.tokens = self.experiment(
            "dataset: {type: tokens, train: [train.bin], validation_files: [val.bin], split: {size: 32}}\n"
            "tokenizer: {type: pretrained, file: tokenizer.json}\n" + MODEL + TRAINING)

    def tokenizer(self):
        """One that a run trained, so that it has its special tokens."""
        experiment = self.experiment(
            "dataset: {type: textbooks, books: [words.txt], split: {size: 32}}\ntokenizer: {type: bpe, vocab_size: 400}\n" +
            MODEL + TRAINING, "first.yaml")
        self.runner(experiment)
        shutil.copy(self.run_folders()[-1] / "model" / "tokenizer.json", self.folder)
        return self.folder / "tokenizer.json"

    def llmc(self, magic, version, code, ids, count=None):
        header = [magic, version, len(ids) if count is None else count] + [0] * 253
        return struct.pack("<256i", *header) + array.array(code, ids).tobytes()

    def test_files_of_nanogpt_and_llmc_train_alike(self):
        losses = set()
        for contents, overrides in [(array.array("H", self.ids).tobytes(), []),
                                    (array.array("I", self.ids).tobytes(), ["dataset.format=nanogpt32"]),
                                    (self.llmc(20240520, 1, "H", self.ids), ["dataset.format=auto"]),
                                    (self.llmc(20240801, 7, "I", self.ids), [])]:
            self.write("train.bin", contents)
            overrides = [*overrides, "dataset.validation_files=[]"]
            self.check(self.tokens, *overrides)
            losses.add(self.json("show", "latest")["metrics"]["train_loss"])
        self.assertEqual(len(losses), 1)

    def test_what_is_no_such_file_is_named(self):
        good = array.array("H", self.ids).tobytes()
        for contents, says in [
            (good[:-1], "train.bin: has 5999 bytes, which is not a whole number of tokens of 2 bytes"),
            (array.array("I", self.ids).tobytes(), "train.bin: looks like 32-bit ids"),
            (array.array("Q", self.ids).tobytes(), "train.bin: looks like 64-bit ids"),
            (self.llmc(20240520, 1, "H", self.ids, 4000), "gives 4000 tokens of 2 bytes"),
            (self.llmc(20240520, 1, "I", self.ids), "has 13024 bytes, but its header gives 3000 tokens of 2 bytes"),
            (self.llmc(20240522, 1, "H", self.ids), "an llm.c file for a multiple-choice evaluation"),
            (array.array("H", self.ids[:100] + [self.vocab_size] + self.ids).tobytes(),
             f"train.bin: token number 100 is {self.vocab_size}, but the tokenizer has {self.vocab_size} tokens"),
        ]:
            self.write("train.bin", contents)
            self.check_fails(self.tokens, says=says)

    def test_check_looks_at_splits_of_shards(self):
        self.write("train.bin", array.array("H", self.ids).tobytes())
        before = self.run_folders()
        for override, says in [
            ("dataset.train=[missing.bin]", "missing.bin"),
            ("dataset.split.by=document", "dataset.split.by must be 'tokens'"),
            ("dataset.validation=0.1", "dataset.validation is 0.1, but a data set of tokens has its own option"),
            ("tokenizer=bpe", "expected 'tokenizer.type: pretrained'"),
            ("dataset.split.size=501", "the longest shard for evaluation has 500 tokens, too few for one whole sample"),
            ("dataset.validation_files=[train.bin]", "is also one of the files of dataset.train"),
        ]:
            self.check_fails(self.tokens, override, "model.max_position_embeddings=1024", says=says)
            self.assertEqual(self.run_folders(), before, override)  # what `check` finds keeps a run from beginning


class JsonLines(RealData):
    def setUp(self):
        super().setUp()
        self.lines = self.experiment(
            "dataset: {type: jsonl, files: [a.jsonl], split: {by: document, size: 16}, validation: 0.1}\n"
            "tokenizer: {type: bpe, vocab_size: 300}\n" + MODEL + TRAINING)

    def texts(self, count=60):
        return [{"text": f"The grey ship number {i} sails over the wide sea and comes home."} for i in range(count)]

    def dump(self, lines):
        return "".join(json.dumps(line) + "\n" for line in lines)

    def test_nothing_in_another_field_keeps_a_line_from_being_read(self):
        lines = self.texts()
        lines[0]["id"] = 18446744073709551616
        lines[1]["score"] = float("nan")
        lines[2]["score"] = float("-inf")
        text = self.dump(lines) + '{"m":' + "[" * 1500 + "]" * 1500 + ',"n":1e400,"k":{"a":1,"a":2},"text":"Deep."}\n'
        self.write("a.jsonl", text)
        self.check(self.lines)
        self.assertEqual(self.json("show", "latest")["facts"]["documents"], 61)

    def test_documents_are_kept_whole_for_evaluation(self):
        self.write("a.jsonl", self.dump(self.texts()))
        self.runner(self.lines, "dataset.split.size=200", "model.max_position_embeddings=256")
        facts = self.json("show", "latest")["facts"]
        self.assertEqual((facts["documents"], facts["samples"] + facts["eval_samples"]), (60, 60))
        self.assertAlmostEqual(facts["eval_samples"], 6, delta=1)

    def test_fields_within_objects_and_templates(self):
        self.write("a.jsonl", self.dump({"title": "Ships", "meta": line} for line in self.texts()))
        self.check(self.lines, "dataset.field=meta.text")
        self.check(self.lines, "dataset.template='{title}: {meta.text}'")
        self.check_fails(self.lines, "dataset.field=meta.txt", says="a.jsonl:1:1: has no 'meta.txt'; did you mean 'meta.text'?")
        self.check_fails(self.lines, "dataset.template='{title'", says="dataset.template: '{title': the '{' at character 1")

    def test_bad_lines_are_errors_or_are_counted(self):
        self.write("a.jsonl", self.dump(self.texts()[:30]) + '{"text": nothing}\n{"text": 5}\n' + self.dump(self.texts()))
        self.check_fails(self.lines, says="a.jsonl:31:10: is not valid JSON: expected a value, got 'n'")
        for said in self.check(self.lines, "dataset.errors=skip"):
            self.assertIn("2 of its 92 lines could not be read and were left out", said)

    def test_files_put_together_and_utf_16(self):
        one = codecs.BOM_UTF8 + self.dump(self.texts()).encode()
        self.write("a.jsonl", one + one)
        self.check(self.lines)
        self.write("a.jsonl", one.rstrip(b"\n") + one)
        self.check_fails(self.lines, says="got a byte-order mark, as if two files had been joined")
        wide = self.dump(self.texts()).encode("utf-16-le")
        self.write("a.jsonl", codecs.BOM_UTF16_LE + wide)
        for said in self.check(self.lines):
            self.assertIn("UTF-16LE according to its byte-order mark", said)
        self.write("a.jsonl", wide)
        self.check_fails(self.lines, says="a.jsonl: looks like UTF-16LE without a byte-order mark")


class Books(RealData):
    def setUp(self):
        super().setUp()
        self.books = self.experiment(
            "dataset: {type: textbooks, books: [texts], split: {by: characters, size: 32}}\n"
            "tokenizer: {type: bpe, vocab_size: 300}\n" + MODEL + TRAINING)

    def characters(self):
        return self.json("show", "latest")["facts"]["characters"]

    def gutenberg(self, start, end, body):
        head = "The Project Gutenberg eBook of A Made Up Story\r\n\r\nThis eBook is for the use of anyone.\r\n\r\n"
        return head + start + "\r\n" + body + end + "\r\n" + "Updated editions will replace the previous one.\r\n" * 30

    def test_licences_of_every_form_are_cut(self):
        body = story(60)
        for start, end in [
            ("*** Start of this Project Gutenberg ebook A Made Up Story ***", "*** End of this Project Gutenberg ebook ***"),
            ("  *** START OF THE PROJECT GUTENBERG EBOOK A STORY WITH\r\nA LONG TITLE ***", "END OF PROJECT GUTENBERG EBOOK"),
            ("***START OF PROJECT GUTENBERG ETEXT***", "*** START: FULL LICENSE ***"),
            ("***START**THE SMALL PRINT!***\r\nlegal\r\n*END*THE SMALL PRINT! FOR ETEXTS*END*", "End of Project Gutenberg's A"),
        ]:
            self.write("texts/a.txt", self.gutenberg(start, end, body))
            self.check(self.books)
            self.assertEqual(self.characters(), len(body), start)

    def test_each_book_of_a_file_is_kept(self):
        start, end = ("*** %s OF THE PROJECT GUTENBERG EBOOK X ***" % each for each in ("START", "END"))
        self.write("texts/shelf.txt", self.gutenberg(start, end, story(50)) + self.gutenberg(start, end, story(50, 50)))
        for said in self.check(self.books):
            self.assertIn("it contains 2 Project Gutenberg books", said)
        self.assertEqual(self.characters(), len(story(100)))
        self.assertEqual(self.json("show", "latest")["facts"]["documents"], 2)

    def test_a_licence_without_its_lines_is_warned_of(self):
        self.write("texts/a.txt", "The Project Gutenberg eBook of A Story\n\n" + story(60))
        for said in self.check(self.books):
            self.assertIn("it mentions Project Gutenberg, but has none of the lines", said)

    def test_encodings_are_told_by_their_marks_or_suspected(self):
        for encoding, mark in [("utf-16-le", codecs.BOM_UTF16_LE), ("utf-16-be", codecs.BOM_UTF16_BE),
                               ("utf-32-le", codecs.BOM_UTF32_LE), ("utf-32-be", codecs.BOM_UTF32_BE)]:
            self.write("texts/a.txt", mark + story(60).encode(encoding))
            self.check(self.books)
            self.assertEqual(self.characters(), len(story(60)))
            self.write("texts/a.txt", story(60).encode(encoding))
            self.check_fails(self.books, says=f"a.txt: looks like {encoding.upper().replace('-LE', 'LE').replace('-BE', 'BE')}")

    def test_other_kinds_of_files_are_named_with_the_command_that_makes_text_of_them(self):
        for contents, kind, command in [
            (b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n", "is a PDF", "pdftotext"),
            (b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/epub+zip", "is an EPUB", "pandoc -f epub"),
            (b"PK\x03\x04" + bytes(26) + b"book.txt", "is a zip archive", "unzip"),
            (b"\xfd7zXZ\x00\x00\x04", "is compressed with xz", "xz -dc"),
            (b"{\\rtf1\\ansi Text}", "is RTF", "pandoc -f rtf"),
            (b"<!DOCTYPE html>\n<html><body>Text</body></html>", "is HTML", "pandoc -f html"),
            (gzip.compress(b"%PDF-1.5\n"), "is a PDF (unpacked)", "pdftotext"),
        ]:
            self.write("texts/a.txt", contents)
            for override in ["dataset.errors=strict", "dataset.errors=replace"]:
                self.check_fails(self.books, override, says=f"a.txt: {kind}, expected plain text")
                self.check_fails(self.books, override, says=command)

    def test_paths_from_home_with_brackets_and_pipes(self):
        self.write("home/books [1]/a.md", story(60))
        self.environment["HOME"] = str(self.folder / "home")
        for entry in ["~/books [1]/a.md", "~/books [1]", "~/books [1]/*.md", f"{self.folder}/home/books [1]/a.md"]:
            self.check(self.books, f"dataset.books=['{entry}']")
            self.assertEqual(self.characters(), len(story(60)))
        os.mkfifo(self.folder / "home" / "pipe.txt")
        for entry in ["~/pipe.txt", "~", "~/*.txt", "/dev/zero", "/dev/null"]:
            self.check_fails(self.books, f"dataset.books=['{entry}']", says="neither a regular file nor a folder")


class Parquet(RealData):
    def test_the_documented_line_makes_jsonl_of_parquet(self):
        """In a virtual environment that is thrown away, so that nothing is installed beside it."""
        python = self.folder / "venv/bin/python"
        made = subprocess.run([sys.executable, "-m", "venv", self.folder / "venv"], capture_output=True, text=True)
        if made.returncode != 0:
            self.skipTest(f"there is no pip: {made.stderr or made.stdout}")
        had = subprocess.run([python, "-m", "pip", "install", "-q", "duckdb"], capture_output=True, text=True, timeout=300)
        if had.returncode != 0:
            self.skipTest(f"pip cannot bring duckdb: {had.stderr}")
        document = (SOURCE / "docs/datasets.md").read_text()
        line = next(line for line in document.splitlines() if line.startswith("python3 -c") and "parquet" in line)
        make = "import duckdb; duckdb.sql(\"COPY (SELECT 'The ship ' || i || ' sails home.' AS text, i AS id FROM " \
               "range(60) t(i)) TO 'wiki.parquet'\")"
        subprocess.run([python, "-c", make], cwd=self.folder, check=True)
        subprocess.run(line.replace("python3", str(python), 1), shell=True, cwd=self.folder, check=True)
        experiment = self.experiment("dataset: {type: jsonl, files: [wiki.jsonl.gz], split: {size: 16}}\n"
                                     "tokenizer: {type: bpe, vocab_size: 300}\n" + MODEL + TRAINING)
        self.runner(experiment)
        self.assertEqual(self.json("show", "latest")["facts"]["documents"], 60)

        said = self.runner("check", experiment, "dataset.files=[wiki.parquet]", code=1).stderr
        self.assertIn("wiki.parquet: is Parquet", said)
        command = re.search(r"(python3 -c .*) \(after pip", " ".join(said.split()))[1]
        subprocess.run(command.replace("python3", str(python), 1), shell=True, check=True)
        self.check(experiment, "dataset.files=[wiki.jsonl]")


if __name__ == "__main__":
    unittest.main()
