"""Plugins as a user meets them: what is there, what is broken, what a new one takes."""

import shutil

from folio import BINARY, FolioTest


class Plugins(FolioTest):
    def test_the_shipped_plugins_are_listed_with_where_they_are(self):
        listed = {(p["kind"], p["id"]) for p in self.json("plugins")["plugins"]}
        self.assertLessEqual({("model", "gpt"), ("tokenizer", "bpe"), ("dataset", "textbooks")}, listed)
        self.assertIn("hidden_size", self.runner("plugins", "show", "gpt").stdout)

    def test_a_plugin_dropped_beside_the_experiment_is_found(self):
        plugins = self.folder / "plugins"
        plugins.mkdir()
        shutil.copy(BINARY / "plugins" / "folio_dataset_textbooks.so", plugins / "copy.so")
        # The same plugin twice: an error that names both files.
        done = self.runner(self.experiment(), code=4)
        self.assertIn("copy.so", done.stderr)
        self.assertIn("folio_dataset_textbooks.so", done.stderr)

    def test_a_broken_library_harms_nobody_else(self):
        plugins = self.folder / "plugins"
        plugins.mkdir()
        (plugins / "broken.so").write_text("not a library")
        self.runner(self.experiment(), "training.max_steps=2")
        listed = self.runner("--plugin-path", plugins, "plugins")
        self.assertIn("broken.so", listed.stdout + listed.stderr)

    def test_a_model_of_torch_modules_is_trained(self):
        folder = BINARY / "tests" / "fixtures" / "plugins" / "torch_modules"
        tiny = self.experiment().read_text()
        experiment = self.experiment(tiny[:tiny.index("model:")] + "model: {type: torch_modules}\n"
                                     + tiny[tiny.index("training:"):])
        self.runner("--plugin-path", folder, "run", experiment, "training.learning_rate=1e-2")
        points = [e["metrics"] for e in self.events(self.run_folders()[0]) if e["type"] == "points"]
        losses = [p["loss"] for p in points if "loss" in p]
        self.assertLess(losses[-1], losses[0] - 0.5)
        # An embedding, four tensors of the LSTM, and a head with its bias.
        counts = self.json("--plugin-path", folder, "params", experiment)
        self.assertEqual(counts["total"], 400 * 32 + 2 * 4 * 32 * 32 + 2 * 4 * 32 + 32 * 400 + 400)
        self.assertIsNone(counts["short_formula"])
