"""What every command prints: help with examples, JSON for scripts, no colour where there is no terminal."""

import json

from folio import FolioTest

COMMANDS = ["run", "check", "data", "params", "new", "ls", "show", "diff", "generate", "tokenize", "cache", "plugins", "schema",
            "compare", "metrics", "help", "init", "tag", "note", "name", "rm", "restore", "purge", "reindex", "import",
            "export", "doctor", "completion", "resume", "verify", "serve", "plot", "watch", "report"]


class Commands(FolioTest):
    def test_help_has_every_command_and_examples(self):
        text = self.runner("--help").stdout
        for command in COMMANDS:
            self.assertIn(command, text)
            own = self.runner(command, "--help").stdout
            self.assertIn("runner " + ("" if command == "run" else command), own)
            self.assertIn("xample", own)

    def test_version(self):
        self.assertRegex(self.runner("--version").stdout, r"^folio \d+\.\d+\.\d+\n$")

    def test_the_baselines_are_there_from_the_start(self):
        runs = {run["id"]: run for run in self.json("ls")["runs"]}
        self.assertEqual(runs["baseline/gpt"]["metrics"]["train_loss"], 6.50891508879485)
        self.assertEqual(runs["baseline/bert"]["metrics"]["train_runtime"], 765.0489)
        diff = self.json("diff", "baseline/gpt", "baseline/bert")
        self.assertIsNot(diff["comparable"], True)
        self.assertTrue(diff["reasons"])

    def test_show_has_what_scripts_need(self):
        self.runner(self.experiment())
        shown = self.json("show", "latest")
        for key in ["id", "name", "state", "settings", "metrics", "environment"]:
            self.assertIn(key, shown)
        self.assertEqual(shown["settings"]["model"]["hidden_size"], 32)
        self.assertIn("processor", shown["environment"])
        for metric in ["train_runtime", "train_samples_per_second", "train_steps_per_second", "train_loss", "epoch",
                       "eval_loss", "perplexity", "tokens_per_second", "peak_memory_bytes"]:
            self.assertIn(metric, shown["metrics"])

    def test_nothing_is_coloured_without_a_terminal(self):
        done = self.runner(self.experiment())
        for text in [done.stdout, done.stderr, self.runner("ls").stdout, self.runner("show").stdout,
                     self.runner("diff", "latest", "baseline/gpt").stdout]:
            self.assertNotIn("\x1b", text)

    def test_the_schema_covers_the_installed_plugins(self):
        schema = json.loads(self.runner("schema").stdout)
        text = json.dumps(schema)
        for expected in ["gpt", "bpe", "textbooks", "hidden_size", "learning_rate", "split"]:
            self.assertIn(expected, text)
