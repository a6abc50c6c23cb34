"""Masked models and T5 from the experiment to the text they fill, and what cannot be: each a clear error."""

import json

from folio import TINY, FolioTest


class Masked(FolioTest):
    def bert(self, *changes):
        text = TINY.format(book=self.folder / "words.txt").replace("type: gpt", "type: bert")
        for before, after in changes:
            self.assertIn(before, text)
            text = text.replace(before, after)
        return self.experiment(text)

    def test_a_masked_model_learns_evaluates_and_fills_masks(self):
        done = self.runner(self.bert(("max_steps: 20", "max_steps: 60")))
        self.assertIn("A sample (a text with gaps", done.stdout)
        self.assertNotIn("bits_per_byte", done.stdout)
        run = self.json("show", "latest")
        self.assertEqual(run["facts"]["objective"], "masked")
        self.assertLess(run["metrics"]["eval_loss"], run["facts"]["uniform_loss"])
        self.assertIn("<|mask|>", run["sample"]["prompt"])
        self.assertNotIn("<|mask|>", run["sample"]["text"])
        model = self.run_folders()[0] / "model"
        self.assertEqual(json.loads((model / "config.json").read_text())["architectures"], ["BertForMaskedLM"])
        self.assertEqual(json.loads((model / "tokenizer_config.json").read_text())["mask_token"], "<|mask|>")

        filled = self.json("generate", "latest", "-p", "the grey<|mask|> sails over")["text"]
        self.assertIn("the grey", filled)
        self.assertNotIn("<|mask|>", filled)
        self.assertIn("<|mask|>", self.runner("generate", "latest", "-p", "no gap here", code=2).stderr)
        several = self.runner("generate", "latest", "--interactive", "--json",
                              input="no gap here\nthe grey<|mask|> sails over\n")
        answers = [json.loads(line)["text"] for line in several.stdout.splitlines()]
        self.assertEqual(answers, ["", filled])
        self.assertIn("<|mask|>", several.stderr)

    def test_a_distilbert_trains_too(self):
        self.runner(self.bert(("type: bert", "type: distilbert")), "dataset.objective.whole_word_mask=true")
        self.assertEqual(self.json("show", "latest")["facts"]["objective"], "masked")


class Spans(FolioTest):
    MODEL = "model: {type: t5, hidden_size: 32, head_dim: 16, intermediate_size: 64, num_hidden_layers: 1, num_attention_heads: 2}"

    def t5(self):
        lines = TINY.format(book=self.folder / "words.txt").splitlines()
        return self.experiment("\n".join(self.MODEL if line.startswith("model:") else line for line in lines) + "\n")

    def test_a_t5_learns_evaluates_and_says_spans(self):
        done = self.runner(self.t5(), "training.max_steps=40")
        self.assertIn("A sample (a text with gaps", done.stdout)
        run = self.json("show", "latest")
        self.assertEqual(run["facts"]["objective"], "span_corruption")
        self.assertLess(run["metrics"]["eval_loss"], run["facts"]["uniform_loss"])
        self.assertIn("<extra_id_0>", run["sample"]["prompt"])
        model = self.run_folders()[0] / "model"
        config = json.loads((model / "config.json").read_text())
        self.assertEqual(config["architectures"], ["T5ForConditionalGeneration"])
        # The ids in the model's configuration are those of the tokenizer.
        added = {token["content"]: token["id"] for token in json.loads((model / "tokenizer.json").read_text())["added_tokens"]}
        names = json.loads((model / "tokenizer_config.json").read_text())
        self.assertEqual(added[names["pad_token"]], config["pad_token_id"])
        self.assertEqual(added[names["eos_token"]], config["eos_token_id"])

        self.json("generate", "latest", "-p", "the grey<extra_id_0> sails over", "--max-new-tokens", 5)
        self.assertIn("<extra_id_0>", self.runner("generate", "latest", "-p", "no gap here", code=2).stderr)


class Refused(FolioTest):
    bert = Masked.bert

    def expect(self, *parts, arguments=(), check=True):
        for command in ([["check"]] if check else []) + [[]]:
            done = self.runner(*command, self.bert(), *arguments, code=3)
            for part in parts:
                self.assertIn(part, done.stderr)

    def test_an_objective_that_the_model_does_not_have(self):
        self.expect("dataset.objective.type is 'causal'", "'masked'", arguments=["dataset.objective.type=causal"])

    def test_an_option_of_another_objective(self):
        self.expect("dataset.objective.noise_density", "bert", arguments=["dataset.objective.noise_density=0.3"])

    def test_a_sample_that_its_special_tokens_make_too_long(self):
        self.expect("66 tokens, including the special tokens around it", "at most 64", arguments=["dataset.split.size=64"])

    def test_heads_that_do_not_divide_the_width(self):
        self.expect("hidden_size 32", "num_attention_heads 5", arguments=["model.num_attention_heads=5"])

    def test_a_metric_that_only_causal_models_have(self):
        self.expect("eval_bits_per_byte", "causal", arguments=["training.metric_for_best_model=eval_bits_per_byte"])

    def test_a_tokenizer_without_a_mask_token(self):
        self.runner(self.experiment(), "training.max_steps=1")
        file = self.run_folders()[0] / "model" / "tokenizer.json"
        self.expect("has no special token for", "mask", arguments=["tokenizer=pretrained", f"tokenizer.file={file}"])
