"""runner tokenize: what a tokenizer makes of texts, from a run of its own."""

import json
import shutil
import subprocess
import tempfile

from folio import RUNNER, FolioTest

POEM = "the grey ship\nsails home\n"


class Tokenize(FolioTest):
    trained = None  # a results folder with a run in it, made once

    @classmethod
    def tearDownClass(cls):
        if cls.trained:
            cls.trained.cleanup()

    def setUp(self):
        super().setUp()
        if not self.trained:
            self.runner(self.experiment(), "training.max_steps=1")
            Tokenize.trained = tempfile.TemporaryDirectory(prefix="folio-e2e-")
            shutil.copytree(self.results, self.trained.name, dirs_exist_ok=True)
        shutil.copytree(self.trained.name, self.results, dirs_exist_ok=True)
        self.poem = self.folder / "poem.txt"
        self.poem.write_text(POEM)

    def tokenize(self, *arguments, code=0, input=None):
        done = subprocess.run([RUNNER, "tokenize", *map(str, arguments)], capture_output=True, text=True, timeout=60,
                              env=self.environment, **({"input": input} if input is not None else
                                                       {"stdin": subprocess.DEVNULL}))
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def test_tokens_are_set_apart_and_counted(self):
        text = self.tokenize(self.poem).stdout
        self.assertNotIn("\x1b", text)
        self.assertIn("│ ship│↵\n│", text)
        self.assertRegex(text, r"bpe of run \w{8} \(tiny\): \d+ tokens")
        self.assertRegex(text, r"poem\.txt +\d+ +5 +")

    def test_json_gives_ids_tokens_and_counts_of_each_file(self):
        other = self.folder / "other.txt"
        other.write_text("é <|endoftext|>")
        answer = self.json("tokenize", self.poem, other)
        self.assertEqual(answer["tokenizer"]["type"], "bpe")
        poem, second = answer["files"]
        self.assertEqual("".join(poem["tokens"]), POEM)
        self.assertEqual(len(poem["ids"]), poem["counts"]["tokens"])
        self.assertEqual([poem["counts"][key] for key in ["words", "characters", "bytes", "unknown"]],
                         [5, len(POEM), len(POEM), 0])
        self.assertEqual(second["tokens"], ["<0xC3>", "<0xA9>", " ", "<|endoftext|>"])
        self.assertEqual(second["counts"]["bytes"], 16)
        self.assertEqual(second["counts"]["characters"], 15)

    def test_a_text_comes_from_the_command_line_or_standard_input_too(self):
        given = self.json("tokenize", "--text", POEM)["files"]
        piped = self.tokenize("-", "--json", input=POEM).stdout
        filed = self.json("tokenize", self.poem)["files"]
        self.assertEqual(given[0]["ids"], filed[0]["ids"])
        self.assertIn(str(filed[0]["ids"]), piped)
        self.assertEqual(self.json("tokenize", "--text", "")["files"][0]["ids"], [])

    def test_ids_stand_below_their_tokens(self):
        ids = self.json("tokenize", "--text", "the ship")["files"][0]["ids"]
        lines = self.tokenize("--text", "the ship", "--ids").stdout.splitlines()
        self.assertEqual(lines[3].split(), [str(i) for i in ids])

    def test_a_long_text_is_shown_in_part_unless_all_is_asked_for(self):
        words = self.folder / "words.txt"
        part = self.tokenize(words, "--first", "10").stdout
        self.assertRegex(part, r"\.\.\. and [\d,]+ more tokens; --all shows them")
        self.assertLess(len(part.splitlines()), 12)
        whole = self.tokenize(words, "--all").stdout
        self.assertNotIn("more tokens", whole)
        self.assertGreater(len(whole.splitlines()), 400)

    def test_several_files_have_a_sum(self):
        text = self.tokenize(self.poem, self.poem, "--first", "0").stdout
        self.assertRegex(text, r"(?m)^all +\d+ +10 ")

    def test_bad_input_is_told_with_the_exit_code_of_its_kind(self):
        self.assertIn("did you mean 'tiny'", self.tokenize(self.poem, "-t", "tinny", code=2).stderr)
        self.assertIn("poem.txt'?", self.tokenize(self.folder / "peom.txt", code=2).stderr)
        self.assertIn("is a folder", self.tokenize(self.folder, code=2).stderr)
        self.assertIn("baseline/gpt has no tokenizer", self.tokenize(self.poem, "-t", "baseline/gpt", code=2).stderr)
        self.assertIn("expected FILE", self.tokenize(code=2).stderr)
        self.tokenize(self.poem, "--text", "x", code=2)
        self.tokenize("-", "-", code=2)
        bad = self.folder / "bad.txt"
        bad.write_bytes(b"good text \xff")
        self.assertIn("bad.txt: is not UTF-8 at byte 10 (0xff)", self.tokenize(bad, code=1).stderr)

    def test_a_broken_tokenizer_file_is_named(self):
        [run] = self.run_folders()
        path = run / "model/tokenizer.json"
        content = json.loads(path.read_text())
        content["model"]["dropout"] = 0.5
        path.write_text(json.dumps(content))
        message = self.tokenize(self.poem, code=1).stderr
        self.assertIn("tokenizer.json: ", message)
        self.assertIn("model.dropout", message)
