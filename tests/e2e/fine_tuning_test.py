"""Parts of a model that are not trained, and adapters in place of weights, saved as the peft package has them."""

import json
import shutil
import struct
import unittest

from folio import TINY, FolioTest


def read_tensors(path):
    """{name: (shape, numbers)} of a safetensors file in float32."""
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    assert header.pop("__metadata__") == {"format": "pt"}
    tensors = {}
    for name, part in header.items():
        assert part["dtype"] == "F32", name
        begin, end = part["data_offsets"]
        tensors[name] = (part["shape"], struct.unpack(f"<{(end - begin) // 4}f", data[8 + length + begin:8 + length + end]))
    return tensors


class FineTuningTest(FolioTest):
    def latest(self):
        return self.results / "runs" / self.json("show", "latest")["id"]


class Freezing(FineTuningTest):
    FROZEN = 'training.freeze=["transformer.wte.*", "*ln_*"]'

    def test_frozen_weights_stay_and_the_others_learn(self):
        experiment = self.experiment()
        models = []
        for rate in ("1e-3", "1e-2"):
            self.runner(experiment, self.FROZEN, f"training.learning_rate={rate}", "training.max_steps=3")
            models.append(read_tensors(self.latest() / "model" / "model.safetensors"))
        for name in models[0]:
            same = models[0][name] == models[1][name]
            self.assertEqual(same, ".wte." in name or ".ln_" in name, name)
        shown = self.json("show", "latest")
        self.assertNotIn("matmul_share", shown["metrics"])  # there are fewer products than in a step that learns all
        facts = shown["facts"]
        frozen = sum(len(numbers) for name, (_, numbers) in models[0].items() if ".wte." in name or ".ln_" in name)
        self.assertEqual(facts["parameters"] - facts["trainable_parameters"], frozen)

        answer = self.json("params", experiment, self.FROZEN, "model.vocab_size=400")
        self.assertEqual(answer["total"] - answer["trainable"], frozen)
        whole = self.json("params", experiment, "model.vocab_size=400")
        self.assertEqual(whole["trainable"], whole["total"])
        self.assertEqual(whole["memory"]["gradients"] - answer["memory"]["gradients"], 4 * frozen)
        self.assertEqual(whole["memory"]["optimizer"] - answer["memory"]["optimizer"], 8 * frozen)
        said = self.runner("params", experiment, self.FROZEN, "model.vocab_size=400", "--measure").stdout
        for part in (", of which ", "if nothing were frozen)"):
            self.assertIn(part, said)
        self.assertNotIn("FLOP/s", said)
        self.assertIn("of these trained", self.runner("check", experiment, self.FROZEN, "model.vocab_size=400").stdout)

    def test_patterns_that_fit_nothing_or_everything_are_refused_before_there_is_a_run(self):
        experiment = self.experiment()
        for pattern, said in (('["transformer.h.0.atn.*"]', "did you mean 'transformer.h.0.attn.*'?"),
                              ('["transformer.h.0"]', "did you mean 'transformer.h.0.*'?"),
                              ('["*"]', "training.freeze leaves nothing to learn"),
                              ("x", "expected a list of text")):
            for command in ([], ["check"]):
                done = self.runner(*command, experiment, "model.vocab_size=400", f"training.freeze={pattern}", code=3)
                self.assertIn(said, done.stderr)
        self.assertEqual(self.run_folders(), [])

    def test_adapters_without_a_base_or_a_rank_are_refused(self):
        experiment = self.experiment()
        self.assertIn("model.lora.rank is given without model.from",
                      self.runner("check", experiment, "model.lora.rank=4", code=3).stderr)
        self.assertIn("model.lora.alpha is given without model.lora.rank",
                      self.runner("check", experiment, "model.lora.alpha=4", code=3).stderr)
        for wrong, said in (("model.lora.rank=0", "from 1 to"), ("model.lora.dropout=2", "from 0 to 1"),
                            ("model.lora.rnk=4", "did you mean"), ("model.lora_alpha=4", "model.lora.alpha")):
            self.assertIn(said, self.runner("check", experiment, wrong, code=3).stderr)


class Adapters(FineTuningTest):
    """On a base that is trained first."""

    EVALUATION = ["training.eval_strategy=steps", "training.eval_steps=100", "training.eval_on_start=true"]

    def setUp(self):
        super().setUp()
        self.runner(self.experiment(), "--name", "base")
        self.base = self.run_folders()[0] / "model"
        lines = TINY.format(book=self.folder / "words.txt").splitlines(keepends=True)
        self.rest = "".join(line for line in lines if not line.startswith(("tokenizer:", "model:")))

    def tuned(self, model, *overrides, code=0, command=()):
        return self.runner(*command, self.experiment(self.rest + f"model: {model}\n", "tuned.yaml"), *overrides, code=code)

    def evaluations(self, run):
        points = (e["metrics"] for e in self.events(run) if e["type"] == "points")
        return [metrics["eval_loss"] for metrics in points if "eval_loss" in metrics]

    def test_adapters_are_trained_saved_alone_used_and_trained_on(self):
        self.tuned("{from: base, lora: {rank: 4, alpha: 16}}", "training.learning_rate=1e-2", *self.EVALUATION,
                   "--name", "adapted")
        run = self.latest()
        model = run / "model"
        self.assertEqual(sorted(path.name for path in model.iterdir() if path.name != "README.md"),
                         ["adapter_config.json", "adapter_model.safetensors", "tokenizer.json", "tokenizer_config.json"])
        config = json.loads((model / "adapter_config.json").read_text())
        wanted = {"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": 4, "lora_alpha": 16, "lora_dropout": 0,
                  "target_modules": ["c_attn"], "fan_in_fan_out": True, "bias": "none", "inference_mode": True,
                  "base_model_name_or_path": str(self.base)}
        self.assertEqual({key: config[key] for key in wanted}, wanted)
        tensors = read_tensors(model / "adapter_model.safetensors")
        layer = "base_model.model.transformer.h.0.attn.c_attn."
        self.assertEqual({name: shape for name, (shape, _) in tensors.items()},
                         {layer + "lora_A.weight": [4, 32], layer + "lora_B.weight": [96, 4]})
        self.assertTrue(any(tensors[layer + "lora_B.weight"][1]))

        facts = self.json("show", "adapted")["facts"]
        self.assertEqual(facts["trainable_parameters"], 4 * (32 + 96))
        self.assertEqual(facts["initial_model"], str(self.base))
        first, *_, last = self.evaluations(run)
        self.assertLess(last, first)
        # New adapters change nothing: the first evaluation is the base's.
        self.assertAlmostEqual(first, self.json("show", "base")["metrics"]["eval_loss"], places=5)

        # Merged they are a model like any other.
        said = self.runner("export", "adapted", "--to", self.folder / "merged", code=2).stderr
        self.assertIn("has adapters alone", said)
        self.assertIn("has no adapters to --merge", self.runner("export", "base", "--merge", "--to", "x", code=2).stderr)
        self.runner("export", "adapted", "--merge", "--to", self.folder / "merged")
        merged = read_tensors(self.folder / "merged" / "model.safetensors")
        base = read_tensors(self.base / "model.safetensors")
        self.assertEqual({name: shape for name, (shape, _) in merged.items()},
                         {name: shape for name, (shape, _) in base.items()})
        self.assertEqual([name for name in base if base[name] != merged[name]], ["transformer.h.0.attn.c_attn.weight"])
        self.assertFalse(list((self.folder / "merged").glob("*adapter*")) + list((self.folder / "merged").glob("merging*")))
        self.tuned("{from: merged}", "training.max_steps=1", *self.EVALUATION)
        self.assertAlmostEqual(self.evaluations(self.latest())[0], last, places=5)

        # The adapters are used: their own run continues from where it stood, and generates its own text.
        self.tuned("{from: adapted}", "training.learning_rate=1e-3", *self.EVALUATION, "--name", "further")
        further = self.latest()
        self.assertAlmostEqual(self.evaluations(further)[0], last, places=5)
        again = json.loads((further / "model" / "adapter_config.json").read_text())
        self.assertEqual({key: again[key] for key in wanted}, wanted)
        prompt = ["--prompt", "the grey ship", "--temperature", "0", "--max-new-tokens", "12"]
        texts = {name: self.runner("generate", name, *prompt).stdout for name in ("base", "adapted", model)}
        self.assertEqual(texts["adapted"], texts[model])  # by the run and by its folder

        # Put on another base than they name, which may be right, they say so.
        shutil.copytree(self.base, self.folder / "moved")
        told = self.tuned("{from: moved, lora: {from: " + str(model) + "}}", "training.max_steps=1").stderr
        self.assertIn(f"base_model_name_or_path is '{self.base}', and the adapters are put on {self.folder}/moved", told)

        # Weights beneath them that have changed are noticed.
        weights = self.base / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[:-1] + b"\x3f")
        for command in (["generate", "adapted", *prompt], ["generate", model, *prompt], [self.experiment(self.rest + "model: {from: adapted}\n", "again.yaml")],
                        ["export", "adapted", "--merge", "--to", self.folder / "other"]):
            said = self.runner(*command, code=3).stderr
            self.assertIn(f"{self.base}: has not the weights that the run's adapters were trained on", said)
        self.assertFalse((self.folder / "other").exists())

    def test_peft_s_folder_with_its_base_elsewhere(self):
        self.tuned("{from: base, lora: {rank: 2, target_modules: [all-linear], dropout: 0.1, use_rslora: true}}",
                   "training.max_steps=3", "--name", "adapted")
        adapters = self.folder / "adapters"
        shutil.copytree(self.latest() / "model", adapters)
        config = json.loads((adapters / "adapter_config.json").read_text())
        self.assertEqual(config["target_modules"], ["c_attn", "c_proj", "c_fc"])
        self.assertIs(config["use_rslora"], True)

        def with_config(**changes):
            (adapters / "adapter_config.json").write_text(json.dumps({**config, **changes}))

        with_config(base_model_name_or_path="gpt2")
        said = self.tuned("{from: adapters}", code=3, command=["check"]).stderr
        self.assertIn("base_model_name_or_path 'gpt2' is no model's folder here", said)
        self.tuned("{from: base, lora: {from: adapters}}", "training.max_steps=2")
        self.assertEqual(self.json("show", "latest")["facts"]["trainable_parameters"],
                         2 * (32 + 96 + 32 + 32 + 32 + 128 + 128 + 32))

        for changes, said in (({"use_dora": True}, "use_dora: is a feature of peft's that Folio does not have"),
                              ({"r": 3}, "of another shape"), ({"target_modules": ["c_attn"]}, "left over"),
                              ({"target_modules": ["query"]}, "no linear layer 'query'"),
                              ({"peft_type": "IA3"}, "expected 'LORA'")):
            with_config(base_model_name_or_path=str(self.base), **changes)
            self.assertIn(said, self.tuned("{from: adapters}", code=3, command=["check"]).stderr)
        with_config(base_model_name_or_path=str(self.base))
        said = self.tuned("{from: adapters, lora: {rank: 5}}", code=3, command=["check"]).stderr
        self.assertIn("model.lora.rank: is 5, but", said)

        (adapters / "adapter_model.safetensors").write_bytes(b"\x08")
        said = self.tuned("{from: adapters}", code=3, command=["check"]).stderr
        self.assertIn("too few for safetensors", said)

    def test_wrong_targets_are_refused_with_the_layers_that_there_are(self):
        for lora, said in (("{rank: 2, target_modules: [c_atn]}", "did you mean 'c_attn'?"),
                           ("{rank: 2, target_modules: ['(c']}", "model.lora.target_modules: '(c'"),
                           ("{rank: 2, target_modules: []}", "is empty")):
            done = self.tuned(f"{{from: base, lora: {lora}}}", code=3, command=["check"])
            self.assertIn(said, done.stderr)


if __name__ == "__main__":
    unittest.main()
