"""A run with a tokenizer that was trained elsewhere: its vocabulary decides the model's, and nothing is learned anew."""

import json
import shutil

from folio import TINY, FolioTest


class Pretrained(FolioTest):
    def setUp(self):
        super().setUp()
        self.runner(self.experiment(), "training.max_steps=1")
        self.file = self.folder / "tokenizer.json"
        shutil.copy(self.run_folders()[0] / "model" / "tokenizer.json", self.file)
        self.text = TINY.format(book=self.folder / "words.txt").replace(
            "{type: bpe, vocab_size: 400}", "{type: pretrained, file: tokenizer.json}")

    def facts(self):
        return self.json("show", "latest")["facts"]

    def test_the_model_has_the_files_vocabulary(self):
        experiment = self.experiment(self.text, "pretrained.yaml")
        first = self.facts()
        checked = self.json("check", experiment)
        self.runner(experiment)
        second = self.facts()
        self.assertEqual(second["vocab_size"], second["vocab_learned"])
        self.assertEqual(second["vocab_size"], first["vocab_learned"])
        self.assertEqual(second["tokenizer_hash"], first["tokenizer_hash"])
        self.assertEqual(second["parameters"], checked["parameters"]["total"])
        self.assertNotIn("vocab_size", self.json("show", "latest")["settings"]["model"])
        self.file.unlink()  # the run has its own
        self.assertTrue(self.runner("generate", "latest", "--prompt", "the grey").stdout)

    def test_a_file_that_is_changed_is_read_anew(self):
        experiment = self.experiment(self.text, "pretrained.yaml")
        self.runner(experiment, "training.max_steps=1")
        before = self.facts()
        document = json.loads(self.file.read_text())
        document["model"]["merges"] = document["model"]["merges"][:5]
        self.file.write_text(json.dumps(document))
        self.runner(experiment, "training.max_steps=1")
        after = self.facts()
        self.assertNotEqual(before["tokenizer_hash"], after["tokenizer_hash"])
        self.assertGreater(after["tokens"], before["tokens"])

    def test_what_is_wrong_with_the_file_is_said(self):
        experiment = self.experiment(self.text, "pretrained.yaml")
        self.file.write_text(self.file.read_text().replace('"ByteLevel"', '"UnicodeScripts"'))
        for command in [["check"], []]:
            done = self.runner(*command, experiment, code=1)
            self.assertIn("tokenizer.json: ", done.stderr)
            self.assertIn("'UnicodeScripts' is not supported", done.stderr)
        self.file.unlink()
        self.assertIn("tokenizer.json", self.runner("check", experiment, code=3).stderr)

    def test_a_model_that_is_too_small_for_the_file_is_refused(self):
        experiment = self.experiment(self.text, "pretrained.yaml")
        done = self.runner(experiment, "model.vocab_size=100", code=3)
        self.assertIn("model.vocab_size is 100, but the tokenizer has", done.stderr)
