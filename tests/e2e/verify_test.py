"""`runner verify`: a run's steps done once more, and held against its record."""

import json
import os
import shutil
import signal
import unittest

import folio
from folio import FolioTest

LONG = (folio.TINY.replace('save_strategy: "no"', "save_steps: 40\n  gradient_accumulation_steps: 2\n  eval_strategy: steps\n  eval_steps: 30")
        .replace("max_steps: 20", "max_steps: 100"))


class Verify(FolioTest):
    def setUp(self):
        super().setUp()
        self.file = self.experiment(LONG.format(book=self.folder / "words.txt"))

    def run_named(self, name, *overrides):
        return self.results / "runs" / self.json(self.file, "--name", name, *overrides)["id"]

    def rewrite(self, path, change):
        """Each line of a file of JSON lines as `change` has it."""
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        path.write_text("".join(json.dumps(change(line)) + "\n" for line in lines))

    def test_a_run_is_repeated_from_its_beginning_and_from_a_checkpoint(self):
        folder = self.run_named("whole", "training.trace=true")
        before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
        first = self.json("verify", "whole")
        self.assertEqual((first["equal"], first["first_step"], first["last_step"]), (True, 1, 40))
        self.assertEqual(first["compared"]["traced_steps"], 40)
        self.assertEqual(first["compared"]["files"], [f"checkpoint-40/{name}" for name in ("model.safetensors", "training.safetensors")])
        # Three of each step, and what the evaluation after step 30 gave that is no time.
        self.assertGreater(first["compared"]["values"], 3 * 40)
        self.assertIn("eval_loss", first["compared"]["metrics"])
        self.assertNotIn("tokens_per_second", first["compared"]["metrics"])
        self.assertEqual((first["parted_at"], first["parts"], first["conditions"]), (None, [], []))
        later = self.json("verify", "whole", "--from", "checkpoint-40", "--steps", 60)
        self.assertEqual((later["equal"], later["first_step"], later["last_step"]), (True, 41, 100))
        self.assertIn("model/model.safetensors", later["compared"]["files"])
        few = self.runner("verify", "whole", "--from", folder / "checkpoints/checkpoint-80", "--steps", 3)
        self.assertIn("Repeating steps 81 to 83", few.stderr)
        self.assertIn("Steps 81 to 83 equal, bit for bit", few.stdout)
        self.assertEqual({path: path.stat().st_mtime_ns for path in folder.rglob("*")}, before)
        self.assertEqual([path.name for path in self.results.iterdir() if path.name.startswith(".")], [])
        self.assertEqual(len(self.json("ls")["runs"]), 1 + sum(r["id"].startswith("baseline/") for r in self.json("ls")["runs"]))

    def test_the_first_step_that_differs_is_named(self):
        folder = self.run_named("changed")
        nudged = lambda event: ({**event, "metrics": {**event["metrics"], "loss": event["metrics"]["loss"] * (1 + 1e-15)}}
                                if event["type"] == "points" and event["step"] in (33, 35) else event)
        self.rewrite(folder / "events.jsonl", nudged)
        found = self.json("verify", "changed", code=1)
        self.assertEqual((found["equal"], found["parted_at"]), (False, 33))
        self.assertEqual([part["what"] for part in found["parts"]], ["loss"])
        self.assertNotEqual(found["parts"][0]["then"], found["parts"][0]["now"])
        said = self.runner("verify", "changed", code=1).stdout
        self.assertIn("part at step 33", said)
        self.assertIn("Nothing that is recorded of the machine", said)
        self.json("verify", "changed", "--steps", 32)

    def test_what_differs_in_weights_and_conditions_shows(self):
        weights, plain = (self.run_named(name, f"training.seed={seed}", "training.max_steps=40") / "checkpoints/checkpoint-40"
                          for name, seed in (("weights", 1), ("plain", 2)))
        for file in weights.iterdir():
            (plain / file.name).write_bytes(file.read_bytes())
        found = self.json("verify", "plain", "--steps", 40, code=1)
        self.assertEqual(found["parted_at"], 40)
        self.assertIn("checkpoint-40/model.safetensors", [part["what"] for part in found["parts"]])
        found = self.json("verify", "weights", "--steps", 40, environment={"OMP_NUM_THREADS": "1"})
        self.assertIn({"what": "OMP_NUM_THREADS", "then": "nothing", "now": "1"}, found["conditions"])

    def test_a_run_that_was_killed_and_made_longer_is_repeated_as_it_was(self):
        process = self.start(self.file, "--name", "cut", "training.lr_scheduler_type=linear", "training.max_steps=300", "--quiet")
        folder = self.wait_for_steps(55)
        # A save goes on beside the training: the kill may come before this one has ended, or after the next.
        self.wait_for((folder / "checkpoints/checkpoint-40/manifest.json").exists, "the checkpoint of step 40")
        os.kill(self.worker_pid(folder), signal.SIGKILL)
        process.wait()
        for later in set((folder / "checkpoints").glob("checkpoint-*")) - {folder / "checkpoints/checkpoint-40"}:
            shutil.rmtree(later)
        self.assertTrue(self.json("verify", "cut", "--steps", 50)["equal"])
        self.json("resume", "cut", "training.max_steps=320")
        # Before step 40 the rate fell towards step 300, after it towards step 320.
        self.assertTrue(self.json("verify", "cut", "--steps", 40)["equal"])
        self.assertTrue(self.json("verify", "cut", "--from", "checkpoint-40", "--steps", 80)["equal"])
        said = self.runner("verify", "cut", "--steps", 41, code=2).stderr
        self.assertIn("went on otherwise after step 40", said)

    def test_a_run_that_was_resumed_twice_is_repeated_to_where_it_went_on_otherwise(self):
        self.run_named("twice", "training.save_steps=20", "training.max_steps=60")
        self.json("resume", "twice", "training.max_steps=80")
        self.json("resume", "twice", "--from", "checkpoint-40", "training.max_steps=90")
        said = self.runner("verify", "twice", "--steps", 60, code=2).stderr
        self.assertIn("went on otherwise after step 40", said)
        self.assertTrue(self.json("verify", "twice", "--steps", 40)["equal"])
        self.assertTrue(self.json("verify", "twice", "--from", "checkpoint-40", "--steps", 20)["equal"])

    def test_what_cannot_be_repeated_says_why(self):
        folder = self.run_named("short", "training.max_steps=30", "training.logging_steps=25", "training.eval_strategy=no")
        other = self.run_named("other", "training.max_steps=40")
        for arguments, told in [(["--steps", 31], "has done 30 steps"), (["--steps", 0], "--steps"),
                                (["--steps", 3], "the first that it has is of step 25 (--steps 25)"),
                                (["--from", "checkpoint-7"], "expected checkpoint-30"),
                                (["--from", "checkpoint-30"], "has done no step after step 30"),
                                (["--from", other / "checkpoints/checkpoint-40"], "is no checkpoint of run")]:
            with self.subTest(arguments):
                self.assertIn(told, self.runner("verify", "short", *arguments, code=2).stderr)
        self.assertIn("is not one of Folio's own", self.runner("verify", "baseline/gpt", code=2).stderr)
        (folder / "checkpoints/checkpoint-30/model.safetensors").write_bytes(b"x")
        self.assertIn("checkpoint-30", self.runner("verify", "short", "--steps", 30, code=1).stderr)
        (self.folder / "words.txt").unlink()
        said = self.runner("verify", "other", code=3).stderr
        self.assertIn("words.txt", said)


if __name__ == "__main__":
    unittest.main()
