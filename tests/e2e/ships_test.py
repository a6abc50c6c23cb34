"""All that ships is used once, from the file to the text that the model writes: every experiment, and every data set,
tokenizer and model. They are found, not named, so that a new one is tried too."""

import array
import json
import re

from folio import SHORT, SOURCE, FolioTest, book_folder

EXPERIMENTS = SOURCE / "experiments"
PROMPTS = {"causal": "O Romeo", "masked": "O Romeo, [MASK] art thou", "span_corruption": "O <extra_id_0> art thou"}


class ShipsTest(FolioTest):
    @classmethod
    def setUpClass(cls):
        cls.books = book_folder()

    def setUp(self):
        super().setUp()
        self.environment["FOLIO_DATA"] = str(self.books)
        self.environment["FOLIO_BOOKS_URL"] = "http://127.0.0.1:1"  # nothing is downloaded
        self.plugins = self.json("plugins")["plugins"]

    def ids(self, kind):
        """Of the plugins of this kind; each has a folder of its own."""
        found = sorted(plugin["id"] for plugin in self.plugins if plugin["kind"] == kind)
        self.assertEqual(len(found), len(list((SOURCE / "plugins" / f"{kind}s").glob("*/CMakeLists.txt"))), found)
        return found

    def short(self, model):
        """The overrides that make the training of this model short."""
        plugin = next(plugin for plugin in self.plugins if (plugin["kind"], plugin["id"]) == ("model", model))
        known = {f"model.{option['name']}" for option in plugin["options"]}
        return [f"{key}={value}" for key, value in SHORT.items() if key.startswith("training.") or key in known]

    def train(self, file, *overrides):
        """Two steps, and what can be done with any run then. Gives what `show` knows of it."""
        model = self.json("check", file, *overrides)["resolved"]["model"]["type"]
        run = self.json(file, *overrides, *self.short(model))["id"]
        shown = self.json("show", run)
        self.assertEqual((shown["state"], shown["metrics"]["global_step"]), ("finished", 2))
        # Weights that have hardly moved guess among all tokens alike, and a slip makes them much worse or much better.
        self.assertAlmostEqual(shown["metrics"]["train_loss"] / shown["facts"]["uniform_loss"], 1, delta=0.15)
        self.assertFalse(shown["facts"]["stand_in"])
        prompt = PROMPTS[shown["facts"]["objective"]]
        written = self.json("generate", run, "--prompt", prompt, "--max-new-tokens", "5")
        self.assertGreater(len(written["text"]), 0)
        cut = self.json("tokenize", "--tokenizer", run, "--text", "O Romeo, Romeo!")["files"][0]
        self.assertGreater(cut["counts"]["tokens"], 2)
        return shown

    def tokenizer_of(self, experiment):
        """The file of a tokenizer that a run of this experiment trained."""
        run = self.json(EXPERIMENTS / experiment, *self.short("gpt" if experiment == "smoke.yaml" else "bert"))
        return f"{run['folder']}/model/tokenizer.json"

    def test_the_numbers_of_every_experiment_are_numbers_in_yaml_1_1_too(self):
        # Where an exponent needs a point before it and a sign, else an editor's schema takes the value for a text.
        for file in sorted(EXPERIMENTS.glob("**/*.yaml")):
            for number in re.findall(r"(?<![\w.])[-+]?[0-9][0-9.]*[eE][-+]?[0-9]+", file.read_text()):
                self.assertRegex(number, r"^[-+]?[0-9]+\.[0-9]+[eE][-+][0-9]+$", file.name)

    def test_every_experiment(self):
        files = sorted(EXPERIMENTS.glob("*.yaml"))
        self.assertGreaterEqual(len(files), 14)
        for file in files:
            with self.subTest(experiment=file.name):
                pretrained = "type: pretrained" in file.read_text()
                self.train(file, *[f"tokenizer.file={self.tokenizer_of('smoke-bert.yaml')}"] * pretrained)

    def test_every_section_that_an_override_names(self):
        files = sorted(EXPERIMENTS.glob("*/*.yaml"))
        self.assertGreaterEqual(len(files), 1)
        for file in files:
            with self.subTest(section=file.name):
                self.train(EXPERIMENTS / "smoke.yaml", f"{file.parent.name}={file.stem}")

    def test_every_model_with_its_usual_tokenizer(self):
        models = self.ids("model")
        self.assertGreaterEqual(len(models), 5)
        for model in models:
            with self.subTest(model=model):
                shown = self.train(EXPERIMENTS / "smoke.yaml", f"model={model}", "~tokenizer")
                self.assertEqual(shown["model"], model)

    def test_every_tokenizer(self):
        tokenizers = self.ids("tokenizer")
        self.assertGreaterEqual(len(tokenizers), 4)
        for tokenizer in tokenizers:
            with self.subTest(tokenizer=tokenizer):
                needs = {"pretrained": lambda: [f"tokenizer.file={self.tokenizer_of('smoke.yaml')}"]}
                self.train(EXPERIMENTS / "smoke.yaml", f"tokenizer={tokenizer}", *needs.get(tokenizer, list)())

    def test_every_data_set(self):
        sets = self.ids("dataset")
        self.assertGreaterEqual(len(sets), 3)
        for dataset in sets:
            with self.subTest(dataset=dataset):
                # One that is not here is tried with its defaults.
                needs = {"jsonl": self.of_jsonl, "tokens": self.of_tokens}
                self.train(EXPERIMENTS / "smoke.yaml", f"dataset={dataset}", "dataset.split.size=64",
                           *needs.get(dataset, list)())

    def of_jsonl(self):
        file = self.folder / "words.jsonl"
        lines = (self.folder / "words.txt").read_text().splitlines(keepends=True)
        file.write_text("".join(json.dumps({"text": line}) + "\n" for line in lines))
        return [f"dataset.files=[{file}]", "dataset.validation=0.1"]

    def of_tokens(self):
        """The play as nanoGPT's prepare.py leaves it: ids of 16 bits, a tenth for evaluation in a file of its own."""
        self.tokenizer = self.tokenizer_of("smoke.yaml")
        play = self.books / "romeo-and-juliet.txt"
        cut = self.json("tokenize", play, "--tokenizer", self.tokenizer)["files"][0]
        self.tokens, self.counts = cut["ids"], cut["counts"]
        self.assertEqual(len(self.tokens), self.counts["tokens"])
        at = len(self.tokens) * 9 // 10
        for name, part in (("train", self.tokens[:at]), ("val", self.tokens[at:])):
            (self.folder / f"{name}.bin").write_bytes(array.array("H", part).tobytes())
        return [f"dataset.train=[{self.folder}/train.bin]", f"dataset.validation_files=[{self.folder}/val.bin]",
                "~tokenizer", "tokenizer.type=pretrained", f"tokenizer.file={self.tokenizer}"]

    def test_tokens_made_elsewhere_are_the_samples(self):
        overrides = [EXPERIMENTS / "smoke.yaml", "dataset=tokens", "dataset.split.size=64", *self.of_tokens()]
        checked = self.json("check", *overrides)["data"]
        trained, kept = len(self.tokens) * 9 // 10 // 64, (len(self.tokens) - len(self.tokens) * 9 // 10) // 64
        self.assertEqual((checked["samples"], checked["eval_samples"]), (trained, kept))
        samples = self.json("data", *overrides, "dataset.shuffle=false", "--sample", "1", "--count", "2")["samples"]
        self.assertEqual([sample["ids"] for sample in samples], [self.tokens[64:128], self.tokens[128:192]])
        facts = self.train(*overrides)
        self.assertEqual((facts["facts"]["samples"], facts["facts"]["eval_samples"]), (trained, kept))
        self.assertAlmostEqual(facts["facts"]["bytes_per_token"], self.counts["bytes_per_token"], delta=0.1)
        self.assertGreater(facts["metrics"]["eval_bits_per_byte"], 0)
