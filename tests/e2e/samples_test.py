"""runner data: an experiment's samples as the training sees them."""

from folio import TINY, FolioTest


class Samples(FolioTest):
    def test_samples_are_shown_as_text(self):
        text = self.runner("data", self.experiment()).stdout
        self.assertRegex(text, r"^causal: \d+ samples of 32 tokens, [\d,]+ tokens in all; \d+ samples for evaluation\n")
        self.assertEqual(text.count("\nsample "), 3)
        self.assertIn("grey ship", text)
        self.assertNotIn("\x1b", text)
        cut = self.runner("data", self.experiment(), "--tokens", "--count", "1").stdout
        self.assertIn("│ ship", cut)

    def test_json_gives_ids_and_labels_in_the_order_of_the_epoch(self):
        experiment = self.experiment()
        first = self.json("data", experiment, "--count", "5")
        data, samples = first["data"], first["samples"]
        self.assertEqual([sample["position"] for sample in samples], [0, 1, 2, 3, 4])
        self.assertEqual(data["objective"], "causal")
        self.assertEqual([data["shortest"], data["longest"], data["tokens"]], [32, 32, 32 * data["samples"]])
        for sample in samples:
            self.assertEqual(sample["labels"], sample["ids"][1:] + [-100])
            self.assertEqual("".join(sample["tokens"]), sample["text"])
        self.assertEqual(self.json("data", experiment, "--sample", "3", "--count", "1")["samples"], [samples[3]])
        other = self.json("data", experiment, "--count", "5", "--epoch", "1")["samples"]
        self.assertNotEqual([s["index"] for s in samples], [s["index"] for s in other])
        plain = self.json("data", experiment, "dataset.shuffle=false", "--epoch", "1")["samples"]
        self.assertEqual([s["index"] for s in plain], [0, 1, 2])

    def test_samples_are_those_of_a_run(self):
        experiment = self.experiment()
        self.runner(experiment, "training.max_steps=1")
        facts = self.json("show", "latest")["facts"]
        data = self.json("data", experiment, "--count", "0")["data"]
        for key, fact in {"samples": "samples", "tokens": "tokens", "eval_samples": "eval_samples"}.items():
            self.assertEqual(data[key], facts[fact])

    def test_a_masked_sample_has_what_is_to_be_said_behind_its_place(self):
        experiment = self.experiment(TINY.format(book=self.folder / "words.txt").replace("type: gpt", "type: bert"))
        sample = self.json("data", experiment, "--count", "1")["samples"][0]
        scored = [i for i, label in enumerate(sample["labels"]) if label != -100]
        self.assertTrue(0 < len(scored) < len(sample["labels"]))
        again = self.json("data", experiment, "--count", "1")["samples"][0]
        self.assertEqual(again, sample)
        other = self.json("data", experiment, "dataset.shuffle=false", "--epoch", "1", "--count", "1")["samples"][0]
        self.assertNotEqual(other["labels"], sample["labels"])
        text = self.runner("data", experiment, "--count", "1").stdout
        self.assertEqual(text.count("→"), len(scored))

    def test_spans_that_were_taken_out_stand_below_the_text(self):
        text = TINY.format(book=self.folder / "words.txt").replace("type: gpt", "type: t5, head_dim: 16")
        text = text.replace(", max_position_embeddings: 64", ", intermediate_size: 64")
        sample = self.json("data", self.experiment(text), "--count", "1")["samples"][0]
        self.assertIn("<extra_id_0>", sample["text"])
        self.assertTrue(sample["target_text"].startswith("<extra_id_0>"))
        shown = self.runner("data", self.experiment(text), "--count", "1").stdout
        self.assertIn("\nto predict:\n<extra_id_0>", shown)

    def test_bad_input_is_told_with_the_exit_code_of_its_kind(self):
        done = self.runner("data", self.experiment(), "--sample", "100000", code=2)
        self.assertRegex(done.stderr, r"--sample is 100000, but there are \d+ samples, counted from 0")
        self.assertIn("hidden_size", self.runner("data", self.experiment(), "model.hiden_size=3", code=3).stderr)
        self.runner("data", self.folder / "none.yaml", code=3)
