"""Models that start from a folder of Hugging Face's layout, or from a run."""

import hashlib
import json
import shutil
import struct
import unittest

from folio import SOURCE, TINY, FolioTest


def read_tensors(path):
    """{name: (dtype, shape, bytes)} of a safetensors file."""
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    data = data[8 + length:]
    return {name: (part["dtype"], part["shape"], data[slice(*part["data_offsets"])]) for name, part in header.items()}


def write_tensors(path, tensors):
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data for _, _, data in tensors.values()))


def in_bfloat16(tensors):
    """The upper halves of the float32 numbers, cut and not rounded."""
    return {name: ("BF16", shape, b"".join(data[i + 2:i + 4] for i in range(0, len(data), 4)))
            for name, (_, shape, data) in tensors.items()}


def write_shards(folder, tensors):
    (folder / "model.safetensors").unlink()
    names, places = list(tensors), {}
    for i in range(2):
        file = f"model-{i + 1:05}-of-00002.safetensors"
        part = {name: tensors[name] for name in names[i::2]}
        write_tensors(folder / file, part)
        places.update({name: file for name in part})
    index = {"metadata": {"total_size": sum(len(t[2]) for t in tensors.values())}, "weight_map": places}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


class ModelFrom(FolioTest):
    EVALUATION = ["training.eval_strategy=steps", "training.eval_steps=100", "training.eval_on_start=true"]

    def setUp(self):
        super().setUp()
        self.runner(self.experiment(), "training.eval_strategy=epoch", "training.max_steps=30")
        self.first = self.json("show", "latest")
        self.base = self.folder / "base"
        shutil.copytree(self.run_folders()[0] / "model", self.base)
        self.lines = TINY.format(book=self.folder / "words.txt").splitlines(keepends=True)

    def from_base(self, model, tokenizer=""):
        text = "".join(line for line in self.lines if not line.startswith(("tokenizer:", "model:")))
        return self.experiment(text + f"model: {model}\n" + tokenizer, "tuned.yaml")

    def run_of(self, model, *overrides):
        self.runner(self.from_base(model), "training.max_steps=1", *self.EVALUATION, *overrides)
        return self.json("show", "latest")

    def first_evaluation(self, run):
        points = (e["metrics"] for e in self.events(self.results / "runs" / run["id"]) if e["type"] == "points")
        return next(metrics["eval_loss"] for metrics in points if "eval_loss" in metrics)

    def refused(self, model, *overrides, tokenizer=""):
        """What check and a run say, which leave no run."""
        before = self.run_folders()
        experiment = self.from_base(model, tokenizer)
        said = self.runner("check", experiment, *overrides, code=3).stderr
        self.assertEqual(self.runner(experiment, *overrides, code=3).stderr, said)
        self.assertEqual(self.run_folders(), before)
        return said

    def test_a_run_begins_where_a_folder_or_another_run_ended(self):
        ended = self.first["metrics"]["eval_loss"]
        run_id = self.first["id"]
        for model in ["{type: gpt, from: base}", "{from: base}", "{from: latest}", f"{{from: {run_id}}}",
                      f"{{type: gpt, from: '{self.results}/runs/{run_id}'}}"]:
            with self.subTest(model=model):
                run = self.run_of(model)
                self.assertAlmostEqual(self.first_evaluation(run), ended, delta=1e-5)
                facts = run["facts"]
                weights = self.base / "model.safetensors"
                self.assertEqual(facts["initial_weights_hash"], hashlib.sha256(weights.read_bytes()).hexdigest())
                self.assertEqual(facts["initial_config_hash"],
                                 hashlib.sha256((self.base / "config.json").read_bytes()).hexdigest())
                self.assertTrue(facts["initial_model"].startswith("/"))
                self.assertEqual(run["settings"]["model"]["from"], facts["initial_model"])
                self.assertEqual(run["settings"]["model"]["hidden_size"], 32)
                self.assertEqual(run["settings"]["tokenizer"]["type"], "pretrained")
                self.assertEqual(facts["tokenizer_hash"], self.first["facts"]["tokenizer_hash"])
                shutil.rmtree(self.results / "runs" / run["id"])  # so that the first is the latest again

    def test_weights_may_be_rounded_and_in_several_files(self):
        tensors = read_tensors(self.base / "model.safetensors")
        write_shards(self.base, tensors)
        self.assertAlmostEqual(self.first_evaluation(self.run_of("{from: base}")), self.first["metrics"]["eval_loss"],
                               delta=1e-5)
        for file in self.base.glob("model*"):
            file.unlink()
        write_tensors(self.base / "model.safetensors", in_bfloat16(tensors))
        self.assertAlmostEqual(self.first_evaluation(self.run_of("{from: base}")), self.first["metrics"]["eval_loss"],
                               delta=0.05)

    def test_check_and_diff_tell_what_it_starts_from(self):
        checked = self.json("check", self.from_base("{from: base}"))
        self.assertEqual(checked["resolved"]["model"]["num_attention_heads"], 2)
        self.assertEqual(checked["resolved"]["model"]["from"], str(self.base))
        self.assertEqual(checked["origins"]["model.num_attention_heads"], str(self.base / "config.json"))
        self.run_of("{from: base}")
        one = self.json("show", "latest")["id"]
        tensors = read_tensors(self.base / "model.safetensors")
        dtype, shape, data = tensors["transformer.ln_f.bias"]
        tensors["transformer.ln_f.bias"] = (dtype, shape, bytes(len(data)))
        write_tensors(self.base / "model.safetensors", tensors)
        self.run_of("{from: base}")
        other = self.json("show", "latest")["id"]
        for a, b in [(one, other), (self.first["id"], other)]:
            reasons = {reason["fact"]: reason for reason in self.json("diff", a, b)["reasons"]}
            self.assertEqual(reasons["starting weights"]["finding"], "different")
        self.assertEqual(reasons["starting weights"]["a"], "random")
        self.assertIn("starting weights", self.runner("diff", one, other).stdout)

    def test_a_folder_stands_for_a_run_in_generate_and_tokenize(self):
        asked = ["--prompt", "the grey", "--temperature", "0", "--max-new-tokens", "12"]
        of_run = self.json("generate", self.first["id"], *asked)
        of_folder = self.json("generate", self.base, *asked)
        self.assertEqual(of_folder["text"], of_run["text"])
        self.assertEqual(of_folder["folder"], str(self.base))
        self.assertEqual(self.runner("generate", self.base, *asked).stdout,
                         self.runner("generate", self.first["id"], *asked).stdout)
        of_run = self.json("tokenize", "--text", "the grey ship", "-t", self.first["id"])
        of_folder = self.json("tokenize", "--text", "the grey ship", "-t", self.base)
        self.assertEqual(of_folder["files"], of_run["files"])
        (self.base / "tokenizer.json").unlink()
        self.assertIn("has no tokenizer", self.runner("tokenize", "--text", "a", "-t", self.base, code=2).stderr)
        self.assertIn("has no tokenizer.json", self.runner("generate", self.base, *asked, code=3).stderr)
        shutil.rmtree(self.base)
        self.base.mkdir()
        self.assertIn("has no config.json", self.runner("generate", self.base, *asked, code=3).stderr)

    def test_so_does_a_checkpoint(self):
        run = self.json(self.experiment(), "training.save_strategy=steps", "training.save_steps=10")
        checkpoint = self.results / "runs" / run["id"] / "checkpoints" / "checkpoint-20"
        asked = ["--prompt", "the grey", "--temperature", "0", "--max-new-tokens", "12"]
        self.assertEqual(self.json("generate", checkpoint, *asked)["text"], self.json("generate", run["id"], *asked)["text"])
        for name in ("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"):
            self.assertEqual((checkpoint / name).read_bytes(),
                             (self.results / "runs" / run["id"] / "model" / name).read_bytes(), name)
        tuned = self.run_of(f"{{from: '{checkpoint}'}}")
        self.assertAlmostEqual(self.first_evaluation(tuned), run["metrics"]["eval_loss"], delta=1e-5)

    def test_what_is_wrong_with_a_folder_is_said_before_there_is_a_run(self):
        config, weights = self.base / "config.json", self.base / "model.safetensors"
        good, tensors, data = json.loads(config.read_text()), read_tensors(weights), weights.read_bytes()

        def with_config(**changes):
            config.write_text(json.dumps({**good, **changes}))

        self.assertIn("model.hidden_size: is 64, but", self.refused("{type: gpt, from: base, hidden_size: 64}"))
        self.assertIn("has n_embd 32", self.refused("{type: gpt, from: base}", "model.hidden_size=64"))
        self.assertIn("'elsewhere' is not a folder here", self.refused("{type: gpt, from: elsewhere}"))
        self.assertIn("which the model 'gpt' reads", self.refused("{type: bert, from: base}"))
        with_config(model_type="mamba")
        self.assertIn("'mamba', which no plugin here reads", self.refused("{type: gpt, from: base}"))
        with_config(activation_function="quick_gelu", scale_attn_by_inverse_layer_idx=True)
        said = self.refused("{type: gpt, from: base}")
        self.assertIn("activation_function: expected one of 'gelu', 'gelu_new', 'relu', 'silu', got \"quick_gelu\"", said)
        self.assertIn("scale_attn_by_inverse_layer_idx: expected false, since Folio has no other, got true", said)
        with_config(n_layer=2)
        said = self.refused("{type: gpt, from: base}")
        self.assertIn("missing: transformer.h.1.ln_1.weight", said)
        with_config(n_embd=10 ** 15)
        self.refused("{type: gpt, from: base}")
        with_config()

        changed = {f"x.{name}" if name.endswith("ln_f.bias") else name: t for name, t in tensors.items()}
        write_tensors(weights, changed)
        said = self.refused("{type: gpt, from: base}")
        self.assertIn("missing: transformer.ln_f.bias", said)
        self.assertIn("left over: x.transformer.ln_f.bias", said)
        weights.write_bytes(data[:-1])
        self.assertIn("model.safetensors: tensor 'transformer.", self.refused("{type: gpt, from: base}"))
        weights.rename(self.base / "pytorch_model.bin")
        self.assertIn("has pytorch_model.bin and no model.safetensors", self.refused("{type: gpt, from: base}"))
        (self.base / "pytorch_model.bin").rename(weights)
        weights.write_bytes(data)

        document = json.loads((self.base / "tokenizer.json").read_text())
        vocab = document["model"]["vocab"]
        vocab.update({f"<{i}>": i for i in range(len(vocab), 600)})
        (self.folder / "larger.json").write_text(json.dumps(document))
        self.assertIn("but the tokenizer has 600 tokens", self.refused(
            "{type: gpt, from: base}", tokenizer="tokenizer: {type: pretrained, file: larger.json}\n"))

    def test_folders_of_transformers_are_read(self):
        """Each of the five models as transformers saved it; they have no tokenizer, so one is named."""
        folders = SOURCE / "tests" / "reference" / "model_folders"
        models = {"gpt": ("bpe", 19), "llama": ("bpe", 17), "bert": ("wordpiece", 19), "distilbert": ("wordpiece", 19),
                  "t5": ("unigram", 23)}
        for name, (tokenizer, vocab_size) in models.items():
            with self.subTest(model=name):
                answer = self.json("params", f"model.from={folders / f'{name}-sharded'}", f"tokenizer={tokenizer}",
                                   "training.precision=float32")
                self.assertEqual(answer["model"], name)
                self.assertEqual(answer["settings"]["vocab_size"], vocab_size)


if __name__ == "__main__":
    unittest.main()
