"""Comparing runs as a person does: the exemplary comparisons, siblings of other seeds, traces, explanations."""

from folio import FolioTest

# Stand-ins for romeo.yaml and romeo-bert.yaml: the same data set, split and kinds of plugins, small.
GPT = """\
name: romeo
dataset: {{type: textbooks, books: [{book}], split: {{by: characters, size: 128}}}}
tokenizer: {{type: bpe, vocab_size: {vocab}}}
model: {{type: gpt, hidden_size: 32, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 128}}
training: {{max_steps: 12, per_device_train_batch_size: 4, logging_steps: 2, learning_rate: 1e-3, save_strategy: "no",
  precision: float32}}
"""
BERT = """\
name: romeo-bert
dataset: {{type: textbooks, books: [{book}], split: {{by: characters, size: 128}}}}
tokenizer: {{type: wordpiece, vocab_size: 300}}
model: {{type: bert, hidden_size: 32, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 64}}
training: {{max_steps: 12, per_device_train_batch_size: 4, logging_steps: 2, learning_rate: 1e-3, save_strategy: "no",
  precision: float32}}
"""


class Diff(FolioTest):
    def gpt(self, vocab=400, name="romeo.yaml"):
        return self.experiment(GPT.format(book=self.folder / "words.txt", vocab=vocab), name)

    def test_the_two_baselines_have_no_common_scale(self):
        text = self.runner("diff", "baseline/gpt", "baseline/bert").stdout
        for part in ["Their losses cannot.", "differs  objective: causal | masked", "8 processors | 2 processors",
                     "neither says: data", "60.1 %", "62.3 %", "This shows how far each came",
                     "It does not show which is the better model"]:
            self.assertIn(part, text)
        self.assertNotIn("is better:", text)
        self.assertLessEqual(max(map(len, text.splitlines())), 80)

    def test_a_baseline_beside_a_run_of_an_experiment_file(self):
        experiment = self.gpt()
        self.runner(experiment)
        text = self.runner("diff", "baseline/gpt", experiment).stdout
        for part in ["Partly.", "A does not say: data", "more settings stand in B alone", "model.hidden_size",
                     "Training loss  B dotted (A logged none)", "In short"]:
            self.assertIn(part, text)
        self.assertNotIn("adam_beta1", text)
        self.assertIn("adam_beta1", self.runner("diff", "--all", "baseline/gpt", experiment).stdout)

    def test_a_causal_and_a_masked_model_are_not_ranked(self):
        gpt = self.gpt()
        bert = self.experiment(BERT.format(book=self.folder / "words.txt"), "romeo-bert.yaml")
        self.runner(gpt)
        self.runner(bert)
        diff = self.json("diff", gpt, bert)
        self.assertIs(diff["comparable"], False)
        self.assertEqual(diff["common_footing"], {})
        self.assertIsNone(diff["metrics"]["train_loss"]["better"])
        self.assertIn("objective", [reason["fact"] for reason in diff["reasons"]])
        self.assertNotIn("data", [reason["fact"] for reason in diff["reasons"]])
        text = self.runner("diff", gpt, bert).stdout
        for part in ["differs  objective: causal | masked", "model.type", "A solid, B dotted",
                     "each as a share of a blind guess", "say a hidden token are different questions"]:
            self.assertIn(part, text)

    def test_other_tokens_of_the_same_text_have_a_common_footing(self):
        self.runner(self.gpt(400))
        self.runner(self.gpt(300, "small.yaml"))
        diff = self.json("diff", self.folder / "romeo.yaml", self.folder / "small.yaml")
        self.assertEqual(diff["comparable"], "partly")
        self.assertEqual(diff["metrics"]["train_loss"]["comparable"], "no")
        self.assertEqual(diff["metrics"]["train_bits_per_byte"]["comparable"], "yes")
        footing = diff["common_footing"]
        bits = footing["train_loss in bits per byte"]
        words = footing["train_loss as perplexity per word"]
        facts = self.json("show", self.folder / "romeo.yaml")["facts"]
        self.assertAlmostEqual(words["a"] / 2 ** (bits["a"] * facts["bytes_per_word"]), 1, places=9)
        self.assertIn("train_loss / uniform guess", footing)
        self.assertIn("in bits per byte of text", self.runner("diff").stdout)

    def test_siblings_of_other_seeds_tell_whether_a_difference_is_chance(self):
        experiment = self.gpt()
        for seed in (1, 2, 3):
            self.runner(experiment, f"training.seed={seed}")
        seeds = self.json("diff")
        self.assertTrue(seeds["only_seed_differs"])
        self.assertIn("one experiment with two seeds", seeds["shows"])
        self.runner(experiment, "training.learning_rate=1e-5")
        diff = self.json("diff")
        spread = diff["metrics"]["train_loss"]["seeds"]
        self.assertEqual((spread["a"]["runs"], spread["b"]["runs"]), (3, 1))
        self.assertTrue(spread["beyond"])
        self.assertIn("by more than other seeds would make", diff["shows"])

    def test_exit_code_and_markdown(self):
        experiment = self.gpt()
        self.runner(experiment)
        self.runner(experiment)
        self.runner("diff", "--exit-code")
        self.runner(experiment, "training.learning_rate=2e-3")
        self.assertIn("| training.learning_rate | 0.001 | 0.002 |", self.runner("diff", "--exit-code", "--md", code=1).stdout)

    def test_the_trace_names_where_two_runs_part(self):
        experiment = self.gpt()
        for change in ([], [], ["training.seed=7"], ["training.learning_rate=2e-3"]):
            self.runner(experiment, "training.trace=true", *change)
        latest_first = [run["id"] for run in self.json("ls")["runs"] if not run["id"].startswith("baseline/")]
        rate, seed, again, first = latest_first
        same = self.json("diff", "--trace", "--exit-code", first, again)
        self.assertEqual(same["steps"], {"a": 12, "b": 12})
        self.assertIsNone(same["first_difference"])
        other_seed = self.json("diff", "--trace", first, seed)["first_difference"]
        self.assertEqual(other_seed["step"], 1)
        self.assertIn("batch", other_seed["in"])
        other_rate = self.json("diff", "--trace", "--exit-code", first, rate, code=1)["first_difference"]
        self.assertEqual((other_rate["step"], other_rate["in"]), (2, ["loss", "gradients"]))
        self.assertIn("At step 2, in loss, gradients", self.runner("diff", "--trace", first, rate).stdout)
        self.runner(experiment)
        self.assertIn("training.trace=true", self.runner("diff", "--trace", first, "latest", code=5).stderr)


class Explain(FolioTest):
    def test_a_run_is_explained_by_its_own_figures(self):
        self.runner(self.experiment(), "training.eval_strategy=steps", "training.eval_steps=5")
        text = " ".join(self.runner("show", "--explain").stdout.split())
        for part in ["What does the loss mean?", "A blind guess over the vocabulary", "unigram model",
                     "Was the loss still falling?", "Does it overfit?", "Was there enough text?",
                     "How much of the machine did it use?"]:
            self.assertIn(part, text)
        run = self.json("show", "--explain")
        self.assertEqual(len(run["explanation"]), 6)
        self.assertIn(f"{run['metrics']['eval_loss']:.4f}", run["explanation"][0]["answer"])
