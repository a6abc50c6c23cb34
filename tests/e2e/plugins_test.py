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
