"""What commands print with --json, held against docs/output.schema.json, and what they say of a failure."""

import json
import re
import sys
import unittest

from commands_test import COMMANDS
from folio import SOURCE, FolioTest, brought

sys.path.insert(0, str(brought("jsonschema")))
import jsonschema

DEFINITIONS = json.loads((SOURCE / "docs/output.schema.json").read_text())["$defs"]


def problems(name, document):
    """Where the document is not as the definition says."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": f"#/$defs/{name}",
              "$defs": DEFINITIONS}
    return [f"{name}: {error.json_path}: {error.message[:300]}"
            for error in jsonschema.Draft202012Validator(schema).iter_errors(document)]


class Output(FolioTest):
    def outputs(self):
        """A command line for each definition of one; the runs that they are about are made first."""
        experiment = self.experiment()
        for seed in (1, 2):
            self.runner(experiment, f"training.seed={seed}", "training.trace=true", "--name", f"traced-{seed}")
        self.runner(experiment, "training.learning_rate=1e-2", "--name", "other")
        (self.folder / "numbers.json").write_text('{"loss": NaN, "steps": 3.0}')
        (self.folder / "text.txt").write_text("the grey ship sails")
        self.runner("tag", "other", "good")
        return {
            "run": [experiment, "training.seed=3"],
            "combinations": ["-m", experiment, "training.seed=1,4", "training.max_steps=2"],
            "check": ["check", experiment],
            "data": ["data", experiment, "--count", 1],
            "params": ["params", experiment],
            "variants": ["params", experiment, "--vary", "hidden_size=32,33"],
            "ls": ["ls"],
            "show": ["show", "other"],
            "diff": ["diff", "other", "latest"],
            "divergence": ["diff", "--trace", "traced-1", "traced-2"],
            "verify": ["verify", "traced-1"],
            "compare": ["compare", "--group"],
            "watch": ["watch", "other"],
            "plot": ["plot", "traced-1", "traced-2", "--group"],
            "report": ["report", "other", "-o", self.folder / "report.html"],
            "import": ["import", self.folder / "numbers.json"],
            "exported": ["export", "other", "--to", self.folder / "model"],
            "generate": ["generate", "other", "--prompt", "the", "--max-new-tokens", 4],
            "tokenize": ["tokenize", self.folder / "text.txt", "--tokenizer", "other"],
            "plugins": ["plugins"],
            "plugin": ["plugins", "show", "gpt"],
            "cache": ["cache"],
            "all_metrics": ["metrics"],
            "metric": ["metrics", "eval_loss"],
            "help": ["help", "hidden_size"],
            "doctor": ["doctor"],
        }

    def test_every_command_prints_what_its_schema_says(self):
        for definition in DEFINITIONS.values():
            jsonschema.Draft202012Validator.check_schema(definition)
        found, asked = [], self.outputs()
        for name, arguments in asked.items():
            with self.subTest(name):
                text = self.runner(*arguments, "--json").stdout
                document = json.loads(text, parse_constant=lambda word: self.fail(f"{name} prints {word}"))
                self.assertEqual(document["schema_version"], 1)
                found += problems(name, document)
                self.assertIsNone(re.search(r'": -?\d+\.0\b', text), f"{name}: a whole number with a point")
                self.assertIsNone(re.search(r'": -?\d+e\+?\d', text), f"{name}: a whole number with an exponent")
        self.assertEqual(found, [])
        # A command that has the flag is among them.
        with_flag = {each for each in COMMANDS if "--json" in self.runner(each, "--help").stdout}
        self.assertGreater(len(with_flag), 12)
        self.assertEqual(with_flag - {str(arguments[0]) for arguments in asked.values()}, {"run", "resume", "serve"})
        # resume prints what run does; tests/serve holds what serve prints against its definition.

    def test_exports_of_one_run_and_of_several_are_as_their_schema_says(self):
        for name in ("one", "two"):
            self.runner(self.experiment(), "training.max_steps=2", "--name", name)
        for runs in (["one"], ["one", "two"], ["baseline/gpt"]):
            document = json.loads(self.runner("export", *runs, "--to", "-").stdout)
            self.assertEqual(problems("export", document), [])
            self.assertEqual(len(document.get("runs", [0])), len(runs))

    def test_a_failure_is_json_too(self):
        for arguments, code, kind in [(["show", "nothing"], 2, "usage"), (["frobnicate"], 2, "usage"),
                                      (["ls", "--bogus"], 2, "usage"), (["check", "nothing.yaml"], 3, "experiment"),
                                      (["plugins", "show", "nothing"], 4, "plugin"),
                                      (["import", self.folder / "nothing"], 2, "usage")]:
            done = self.runner(*arguments, "--json", code=code)
            document = json.loads(done.stdout)
            self.assertEqual(problems("failure", document), [])
            self.assertEqual(document["error"]["kind"], kind)
            self.assertEqual(done.stderr, "")

    def test_the_schema_and_its_page_name_the_same_commands(self):
        page = (SOURCE / "docs/json.md").read_text()
        for name in DEFINITIONS:
            self.assertIn(f"`{name}`", page)


if __name__ == "__main__":
    unittest.main()
