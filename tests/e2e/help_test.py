"""`runner help`: what every key, option, metric and command means, and the page that is made of it."""

import json
import re

from folio import SOURCE, FolioTest

PAGE = SOURCE / "docs/training.md"
REFERENCE = SOURCE / "tests/reference/expected/training_arguments.json"
# Taken with another default: what their Trainer makes of None, which is eval_loss and false.
OTHER_DEFAULT = {"metric_for_best_model", "greater_is_better"}


def rows(text, heading):
    """The rows of the table below a heading, each a list of cells."""
    part = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


class Help(FolioTest):
    def test_the_page_of_training_arguments_is_what_the_runner_prints(self):
        self.assertEqual(PAGE.read_text(), self.runner("help", "--md").stdout)

    def test_the_page_has_every_training_argument_of_hugging_face(self):
        fields = json.loads(REFERENCE.read_text())["fields"]
        theirs = dict(rows(PAGE.read_text(), "Hugging Face's `TrainingArguments`"))
        self.assertEqual(list(theirs), list(fields))
        taken = {row[0]: row[2] for row in rows(PAGE.read_text(), "`training`")}
        for name, default in fields.items():
            if theirs[name] != "taken" or name in OTHER_DEFAULT or name not in taken:
                continue
            with self.subTest(name):
                if default is None:
                    self.assertTrue(taken[name].startswith("("), taken[name])
                elif isinstance(default, (int, float)) and not isinstance(default, bool):
                    self.assertEqual(float(taken[name]), default)
                else:
                    self.assertEqual(taken[name].strip("'"), str(default).lower() if isinstance(default, bool) else default)

    def test_a_key_is_explained_however_it_is_written(self):
        for word in ["training.learning_rate", "learning_rate", "lr", "LR"]:
            text = self.runner("help", word).stdout
            self.assertIn("training.learning_rate", text)
            self.assertIn("default: 5e-05", text)
        self.assertIn("model gpt", self.runner("help", "gpt.resid_pdrop").stdout)
        self.assertIn("model gpt", self.runner("help", "model/gpt.resid_pdrop").stdout)
        self.assertIn("one of 'characters', 'tokens', 'document'", self.runner("help", "dataset.split.by").stdout)
        many = json.loads(self.runner("help", "hidden_size", "--json").stdout)["topics"]
        self.assertLessEqual({"an option of the model gpt", "an option of the model bert"}, {each["owner"] for each in many})

    def test_metrics_facts_and_commands_are_explained(self):
        self.assertIn("a metric", self.runner("help", "eval_loss").stdout)
        self.assertIn("how often each token occurs", self.runner("help", "unigram_loss").stdout)
        self.assertEqual(self.runner("help", "ls").stdout, self.runner("ls", "--help").stdout)
        self.assertEqual(self.runner("help").stdout, self.runner("--help").stdout)
        self.assertIn("results store", self.runner("help", "report_to").stdout)

    def test_metrics_knows_every_fact_that_show_prints(self):
        self.runner(self.experiment())
        listed = json.loads(self.runner("metrics", "--json").stdout)
        known = {each["name"] for each in listed["metrics"] + listed["facts"]}
        facts = set(self.json("show", "latest")["facts"])
        self.assertGreater(len(facts), 10)
        self.assertLessEqual(facts, known)
        self.assertIn("list of frequencies", self.runner("metrics", "unigram_loss").stdout)

    def test_an_unknown_word_is_told_the_nearest(self):
        self.assertIn("did you mean 'training.learning_rate'", self.runner("help", "training.lerning_rate", code=2).stderr)
        self.assertIn("did you mean 'vocab_used'", self.runner("metrics", "vocab_usd", code=2).stderr)
