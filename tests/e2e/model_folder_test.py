"""The folder that a run leaves its model in, as transformers reads it. tests/reference/open_in_transformers.py opens it
there; here its files are read."""

import json
import resource
import signal
import struct
import subprocess
import sys

from folio import RUNNER, FolioTest

TINY = """\
name: tiny-{model}
dataset:
  type: textbooks
  books: [{book}]
  split: {{by: tokens, size: 24}}
  validation: 0.1
tokenizer: {{type: {tokenizer}, vocab_size: 400}}
model: {{type: {model}, hidden_size: 32, num_hidden_layers: 1, num_attention_heads: 2{more}}}
training: {{max_steps: 2, per_device_train_batch_size: 4, save_strategy: "no", precision: float32}}
"""
TOKENIZERS = {"gpt": "bpe", "llama": "bpe", "bert": "wordpiece", "distilbert": "wordpiece", "t5": "unigram"}


def safetensors(path):
    """The header, and the bytes behind it."""
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    return json.loads(data[8 : 8 + length]), data[8 + length :]


class TrainedModels(FolioTest):
    def train(self, model, *overrides):
        text = TINY.format(model=model, book=self.folder / "words.txt", tokenizer=TOKENIZERS[model],
                           more="" if model == "t5" else ", max_position_embeddings: 64")
        file = self.experiment(text, f"{model}.yaml")
        run = self.json(file, *overrides)
        folder = next(f for f in self.run_folders() if f.name == run["id"]) / "model"
        return folder, {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}


class ModelFolder(TrainedModels):
    def test_a_causal_model_says_where_a_text_begins_and_ends(self):
        for model in ["gpt", "llama"]:
            with self.subTest(model=model):
                folder, files = self.train(model)
                end = files["tokenizer.json"]["model"]["vocab"]["<|endoftext|>"]
                for name in ["config.json", "generation_config.json"]:
                    self.assertEqual(files[name]["eos_token_id"], end)
                    self.assertEqual(files[name]["bos_token_id"], end)
                self.assertIsNone(files["config.json"]["pad_token_id"])
                self.assertNotIn("pad_token_id", files["generation_config.json"])
                told = files["tokenizer_config.json"]
                self.assertEqual([told["eos_token"], told["bos_token"]], ["<|endoftext|>"] * 2)
                self.assertEqual(told["model_max_length"], 64)
                self.assertEqual(told["model_input_names"], ["input_ids", "attention_mask"])
                self.assertIsNone(files["tokenizer.json"]["post_processor"] and
                                  files["tokenizer.json"]["post_processor"].get("special_tokens"))
                config = files["config.json"]
                self.assertEqual([config["dtype"], config["torch_dtype"]], ["float32", "float32"])

    def test_a_masked_model_has_no_end_of_text_and_its_tokenizer_puts_a_text_between_two_tokens(self):
        for model in ["bert", "distilbert"]:
            with self.subTest(model=model):
                folder, files = self.train(model)
                vocab = files["tokenizer.json"]["model"]["vocab"]
                config = files["config.json"]
                self.assertEqual(config["pad_token_id"], vocab["[PAD]"])
                self.assertEqual(config["mask_token_id"], vocab["[MASK]"])
                self.assertIsNone(config["eos_token_id"])
                self.assertNotIn("generation_config.json", files)
                types = "token_type_ids" in files["tokenizer_config.json"]["model_input_names"]
                self.assertEqual(types, model == "bert")
                around = [part.get("SpecialToken", {"id": "text"})["id"]
                          for part in files["tokenizer.json"]["post_processor"]["single"]]
                self.assertEqual(around, ["[CLS]", "text", "[SEP]"])
                self.assertIn("the", self.json("generate", "latest", "-p", "the [MASK] ship")["text"])

    def test_t5_begins_with_padding(self):
        folder, files = self.train("t5")
        ids = {token["content"]: token["id"] for token in files["tokenizer.json"]["added_tokens"]}
        for name in ["config.json", "generation_config.json"]:
            self.assertEqual(files[name]["pad_token_id"], ids["<pad>"])
            self.assertEqual(files[name]["eos_token_id"], ids["</s>"])
            self.assertEqual(files[name]["decoder_start_token_id"], ids["<pad>"])
        told = files["tokenizer_config.json"]
        self.assertNotIn("model_max_length", told)
        self.assertEqual(told["additional_special_tokens"][:2], ["<extra_id_0>", "<extra_id_1>"])
        self.assertEqual(files["tokenizer.json"]["post_processor"]["single"][-1]["SpecialToken"]["id"], "</s>")

    def test_the_ids_are_those_of_another_tokenizer_too(self):
        """Special tokens that lie elsewhere than those of a tokenizer that was trained for the objective."""
        words = ["the", "grey", "ship", "sails", "over", "a", "wide", "sea", "and", "comes", "home"]
        specials = ["[MASK]", "[SEP]", "[CLS]", "[UNK]", "[PAD]"]
        vocab = {token: i for i, token in enumerate(words + specials)}
        added = [{"id": vocab[token], "content": token, "single_word": False, "lstrip": False, "rstrip": False,
                  "normalized": False, "special": True} for token in specials]
        (self.folder / "tokenizer.json").write_text(json.dumps({
            "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
            "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                           "strip_accents": None, "lowercase": True},
            "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": None,
            "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
            "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                      "max_input_chars_per_word": 100, "vocab": vocab}}))
        file = self.experiment(TINY.format(model="bert", book=self.folder / "words.txt", tokenizer="pretrained",
                                           more=", max_position_embeddings: 64").replace(
                                               "vocab_size: 400", f"file: {self.folder / 'tokenizer.json'}"))
        first = self.json("show", self.json(file)["id"])
        folder = self.run_folders()[0] / "model"
        config = json.loads((folder / "config.json").read_text())
        self.assertEqual([config["pad_token_id"], config["mask_token_id"]], [vocab["[PAD]"], vocab["[MASK]"]])
        self.assertEqual([config["bos_token_id"], config["eos_token_id"]], [None, None])
        around = json.loads((folder / "tokenizer.json").read_text())["post_processor"]
        self.assertEqual(around["special_tokens"]["[CLS]"]["ids"], [vocab["[CLS]"]])
        # the folder's own tokenizer is the same tokenizer
        again = self.json("show", self.json(file, f"tokenizer.file={folder / 'tokenizer.json'}")["id"])
        self.assertEqual(again["facts"]["tokenizer_hash"], first["facts"]["tokenizer_hash"])
        self.assertEqual(again["metrics"]["train_loss"], first["metrics"]["train_loss"])

    def test_tied_weights_are_stored_once_and_in_the_form_that_transformers_asks_for(self):
        for model, head in [("gpt", "lm_head.weight"), ("bert", "cls.predictions.decoder.weight"),
                            ("t5", "lm_head.weight")]:
            with self.subTest(model=model):
                header, _ = safetensors(self.train(model)[0] / "model.safetensors")
                self.assertEqual(header.pop("__metadata__"), {"format": "pt"})
                self.assertNotIn(head, header)
                if model == "t5":
                    self.assertIn("shared.weight", header)
                    self.assertNotIn("encoder.embed_tokens.weight", header)


class ExportedModel(TrainedModels):
    def export(self, *arguments, code=0):
        return self.runner("export", "latest", *arguments, code=code)

    @staticmethod
    def tensors(path):
        header, data = safetensors(path)
        header.pop("__metadata__")
        return {name: (told["dtype"], told["shape"], data[slice(*told["data_offsets"])])
                for name, told in header.items()}

    def test_a_folder_is_the_run_s_model_with_a_card(self):
        model, files = self.train("gpt")
        out = self.folder / "out"
        self.assertEqual(self.export("--to", out).stdout, f"{out}\n")
        self.assertEqual({path.name for path in out.iterdir()}, {path.name for path in model.iterdir()})
        for path in model.iterdir():
            if path.name == "config.json":
                self.assertEqual(json.loads((out / path.name).read_text()), files["config.json"])
            else:
                self.assertEqual((out / path.name).read_bytes(), path.read_bytes(), path.name)
        card = (out / "README.md").read_text()
        run = self.json("show", "latest")
        for said in ["pipeline_tag: text-generation", "# tiny-gpt", run["id"], run["facts"]["data_hash"],
                     run["facts"]["tokenizer_hash"], run["facts"]["sources"][0]["source_hash"],
                     f"Folio {run['folio_version']}", f"{run['metrics']['train_loss']:.4f}", "gpt.yaml",
                     "AutoModelForCausalLM.from_pretrained", "./runner generate DIR"]:
            self.assertIn(said, card)
        self.assertNotIn(str(self.folder), card.replace(f"\\[{self.folder}/words.txt\\]", ""))

    def test_weights_are_rounded_to_bfloat16_and_split(self):
        model, _ = self.train("llama")
        out = self.folder / "out"
        told, = self.json("export", "latest", "--to", out, "--dtype", "bfloat16", "--max-shard-size", "10KB")["exported"]
        self.assertEqual([told["path"], told["format"], told["dtype"]], [str(out), "model", "bfloat16"])
        shards = sorted(path.name for path in out.glob("*.safetensors"))
        self.assertGreater(len(shards), 2)
        self.assertEqual(told["files"], [f"model-{i + 1:05}-of-{len(shards):05}.safetensors"
                                         for i in range(len(shards))] + ["model.safetensors.index.json"])
        self.assertEqual(told["files"][:-1], shards)
        index = json.loads((out / "model.safetensors.index.json").read_text())
        whole = self.tensors(model / "model.safetensors")
        self.assertEqual(set(index["weight_map"]), set(whole))
        self.assertEqual(index["metadata"]["total_size"], sum(len(data) for _, _, data in whole.values()) // 2)
        self.assertEqual([index["metadata"]["total_size"], index["metadata"]["total_parameters"]],
                         [told["bytes"], told["parameters"]])
        for name, shard in index["weight_map"].items():
            dtype, shape, data = self.tensors(out / shard)[name]
            self.assertEqual([dtype, shape], ["BF16", whole[name][1]])
            for (bits,), (value,) in zip(struct.iter_unpack("<H", data), struct.iter_unpack("<f", whole[name][2])):
                near = struct.unpack("<f", struct.pack("<I", bits << 16))[0]
                self.assertLessEqual(abs(near - value), abs(value) / 256)
        for shard in shards:
            self.assertEqual(safetensors(out / shard)[0]["__metadata__"], {"format": "pt"})
        config = json.loads((out / "config.json").read_text())
        self.assertEqual([config["dtype"], config["torch_dtype"]], ["bfloat16", "bfloat16"])

    def test_a_model_larger_than_the_memory_it_takes_is_exported(self):
        model, _ = self.train("gpt")
        count, tensors = 10_000_000, 8
        header = {f"w{i}": {"dtype": "F32", "shape": [count], "data_offsets": [4 * count * i, 4 * count * (i + 1)]}
                  for i in range(tensors)}
        text = json.dumps(header).encode()
        with open(model / "model.safetensors", "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text)
            file.truncate(8 + len(text) + 4 * count * tensors)  # of zeros
        export = [RUNNER, "export", "latest", "--to", self.folder / "out", "--dtype", "bfloat16", "--max-shard-size",
                  "90MB"]
        measure = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=2); "
                   "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
        done = subprocess.run([sys.executable, "-c", measure, *map(str, export)], capture_output=True, text=True,
                              env=self.environment, check=True)
        self.assertLess(int(done.stdout) * 1024, 100e6)
        self.assertEqual(len(list((self.folder / "out").glob("model-*-of-00002.safetensors"))), 2)

    def test_the_format_follows_from_what_is_asked_for(self):
        self.train("gpt", "--name", "first")
        self.train("gpt", "--name", "second")
        for to, first in [("run.json", "{"), ("run.csv", "step"), ("run.parquet", "PAR1")]:
            self.export("--to", self.folder / to)
            self.assertTrue((self.folder / to).read_bytes().startswith(first.encode()))
        (self.folder / "empty").mkdir()
        self.export("--to", f"{self.folder}/empty/")
        self.assertTrue((self.folder / "empty" / "config.json").exists())
        self.runner("export", "first", "second", "--format", "model", "--to", self.folder / "both")
        ids = {self.json("show", name)["id"] for name in ["first", "second"]}
        self.assertEqual({path.parent.name for path in self.folder.glob("both/*/model.safetensors")}, ids)

    def test_what_cannot_be_exported_is_told_and_leaves_nothing(self):
        self.train("gpt")
        (self.folder / "full").mkdir()
        (self.folder / "full" / "notes.txt").write_text("mine")
        (self.folder / "file").write_text("mine")
        before = sorted(path.name for path in self.folder.iterdir())
        out = self.folder / "out"
        for arguments, code, said in [
                (["--to", self.folder / "full"], 5, "full: is not empty, expected a folder that is new or empty"),
                (["--to", self.folder / "file"], 5, "file: is there already and is no folder"),
                (["--to", self.folder / "file" / "below"], 5, "file"),
                (["--to", out, "--max-shard-size", "5"], 2, "--max-shard-size is '5', which has no unit"),
                (["--to", out, "--max-shard-size", "many"], 2, "--max-shard-size is 'many', expected a size"),
                (["--to", out, "--max-shard-size", "0GB"], 2, "--max-shard-size is 0"),
                (["--to", out, "--dtype", "float16"], 2, "expected one of 'float32', 'bfloat16'"),
                (["--to", out, "--format", "csv", "--dtype", "bfloat16"], 2, "--dtype is for --format model"),
                (["--to", "-", "--format", "model"], 2, "a folder cannot go to standard output"),
                (["--to", "-", "--json"], 2, "--json says what was written")]:
            with self.subTest(arguments=arguments):
                done = self.export(*arguments, code=code)
                self.assertIn(said, done.stderr + done.stdout)
                self.assertEqual(sorted(path.name for path in self.folder.iterdir()), before)
        self.assertEqual((self.folder / "full" / "notes.txt").read_text(), "mine")

    def test_a_run_without_a_model_says_so(self):
        done = self.runner("export", "baseline/gpt", "--to", self.folder / "out", code=2)
        self.assertIn("run baseline/gpt has no model to export; it is finished", done.stderr)
        self.assertFalse((self.folder / "out").exists())

    def test_weights_that_are_damaged_leave_nothing(self):
        model, _ = self.train("gpt")
        whole = (model / "model.safetensors").read_bytes()
        for damaged, said in [(whole[:-1], "model.safetensors"), (b"", "too few for safetensors")]:
            (model / "model.safetensors").write_bytes(damaged)
            self.assertIn(said, self.export("--to", self.folder / "out", code=1).stderr)
            self.assertEqual(list(self.folder.glob("*out*")), [])
        (model / "model.safetensors").write_bytes(whole)
        (model / "config.json").write_text("[]")
        self.assertIn("config.json", self.export("--to", self.folder / "out", code=5).stderr)

    def test_a_full_disk_leaves_nothing(self):
        self.train("gpt")
        done = self.limited("export", "latest", "--to", self.folder / "out")
        self.assertIn("out", done.stderr)
        self.assertIn("File too large", done.stderr)
        self.assertEqual(done.returncode, 5)
        self.assertEqual(list(self.folder.glob("*out*")), [])

    def limited(self, *arguments):
        """Files may have 20 kB: a write beyond fails, as on a full disk."""
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        self.runner("reindex")  # so that the store has nothing to write
        return subprocess.run([RUNNER, *map(str, arguments)], capture_output=True, text=True, env=self.environment,
                              preexec_fn=limit)
