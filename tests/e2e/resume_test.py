"""A run that was stopped anyhow goes on from its checkpoint, and is then the run that was never stopped."""

import hashlib
import json
import os
import random
import shutil
import signal
import time
import unittest

import folio
from folio import FolioTest

LONG = folio.TINY.replace('save_strategy: "no"', "save_steps: 40\n  gradient_accumulation_steps: 2\n  eval_strategy: steps\n  eval_steps: 30")
STEPS = 200


def hash_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Resume(FolioTest):
    def setUp(self):
        super().setUp()
        text = LONG.replace("max_steps: 20", f"max_steps: {STEPS}")
        # A dropout draws random numbers, whose state has to be right.
        self.file = self.experiment(text.format(book=self.folder / "words.txt"))

    def folder_of(self, run):
        return self.results / "runs" / run["id"]

    def losses(self, run):
        """The run's curve: one value a step."""
        points = {}
        for event in self.events(self.folder_of(run)):
            if event["type"] == "resumed":
                points = {step: value for step, value in points.items() if step <= event["step"]}
            if event["type"] == "points" and "loss" in event["metrics"]:
                points[event["step"]] = event["metrics"]["loss"]
        return points

    def wait_for_steps(self, count, run):
        """Waits until the run of this name has logged so many points; gives its folder."""
        def logged():
            for folder in self.run_folders():
                if json.loads((folder / "run.json").read_text())["name"] == run:
                    return folder if sum(e["type"] == "points" for e in self.events(folder)) >= count else None
            return None
        return self.wait_for(logged, f"{count} points of {run}")

    def stopped(self, name, steps, how=signal.SIGKILL):
        """A run that was ended so after so many points."""
        process = self.start(self.file, "--name", name, "--quiet")
        folder = self.wait_for_steps(steps, name)
        self.wait_for(lambda: (folder / "checkpoints/checkpoint-40/manifest.json").exists(), "a checkpoint")
        os.kill(self.worker_pid(folder), how)
        process.wait()
        return folder

    def test_killed_at_random_moments_it_is_the_run_that_was_never_killed(self):
        whole = self.json(self.file, "--name", "whole")
        seed = random.randrange(1 << 30)
        rng = random.Random(seed)
        for round in range(3):
            with self.subTest(seed=seed, round=round):
                folder = self.stopped(f"killed-{round}", 45 + rng.randrange(100))
                for _ in range(2):  # once more, unless it is over before
                    process = self.start("resume", f"killed-{round}", "--quiet")
                    time.sleep(rng.random() * 1.5)
                    if process.poll() is None:
                        processes = [e["process"]["pid"] for e in self.events(folder) if "process" in e]
                        try:
                            os.kill(processes[-1], signal.SIGKILL)
                        except ProcessLookupError:
                            pass
                    process.wait()
                state = self.json("show", f"killed-{round}")["state"]
                run = self.json("show", folder.name) if state == "finished" else self.json("resume", folder.name)
                self.assertEqual(hash_of(self.folder_of(run) / "model/model.safetensors"),
                                 hash_of(self.folder_of(whole) / "model/model.safetensors"))
                self.assertEqual(self.losses(run), self.losses(whole))
                self.assertEqual(sorted(self.losses(run)), list(range(1, STEPS + 1)))
                for name in ["train_loss", "eval_loss", "global_step", "epoch", "total_flos"]:
                    self.assertEqual(run["metrics"][name], whole["metrics"][name], name)
                self.assertGreater(run["metrics"]["train_runtime"], run["metrics"]["session_train_runtime"])
        diff = self.json("diff", "whole", "killed-0")
        self.assertEqual(diff["settings"], {} if isinstance(diff["settings"], dict) else [])

    def test_a_run_that_was_asked_to_stop_saves_and_goes_on(self):
        for how, code in [(signal.SIGINT, 130), (signal.SIGTERM, 143)]:
            with self.subTest(how):
                name = f"asked-{code}"
                process = self.start(self.file, "--name", name, "--quiet")
                folder = self.wait_for_steps(15, run=name)
                process.send_signal(how)
                _, said = process.communicate(timeout=60)
                self.assertEqual(process.returncode, code)
                self.assertIn(f"./runner resume {folder.name}", said)
                saved = [p.name for p in (folder / "checkpoints").iterdir()]
                self.assertTrue(saved)
                run = self.json("resume", folder.name)
                self.assertEqual(run["state"], "finished")
                self.assertEqual(sorted(self.losses(run)), list(range(1, STEPS + 1)))
                shown = self.json("show", folder.name)
                self.assertEqual(len(shown["sessions"]), 1)
                self.assertIn(f"after step {shown['sessions'][0]['step']}", self.runner("show", folder.name).stdout)

    def test_points_beyond_the_checkpoint_are_kept_and_count_no_more(self):
        folder = self.stopped("beyond", 55)
        points = [e for e in self.events(folder) if e["type"] == "points"]
        run = self.json("resume", "beyond")
        events = self.events(folder)
        self.assertEqual([e for e in events if e["type"] == "points"][:len(points)], points)
        step = next(e["step"] for e in events if e["type"] == "resumed")
        self.assertEqual(step % 40, 0)
        # The store, made anew or grown, has one curve.
        table = self.runner("ls", "--json").stdout
        self.runner("reindex")
        self.assertEqual(self.runner("ls", "--json").stdout, table)
        self.assertEqual(run["metrics"]["global_step"], STEPS)

    def test_other_conditions_are_named_and_need_consent(self):
        folder = self.stopped("other", 45)
        events = self.events(folder)
        refused = self.runner("resume", "other", "training.learning_rate=2e-3", code=2).stderr
        self.assertIn("training.learning_rate: 0.001 then, 0.002 now", refused)
        self.assertIn("--accept-differences", refused)
        refused = self.runner("resume", "other", code=2, environment={"OMP_NUM_THREADS": "1", "ATEN_CPU_CAPABILITY": "avx2"}).stderr
        self.assertRegex(refused, r"threads: \d+ then, 1 now|ATEN_CPU_CAPABILITY: nothing then, avx2 now")
        self.assertIn("ATEN_CPU_CAPABILITY: nothing then, avx2 now", refused)
        words = self.folder / "words.txt"
        text = words.read_text()
        words.write_text(text.replace("grey", "blue"))
        self.assertIn("text: ", self.runner("resume", "other", code=2).stderr)
        words.write_text(text)
        self.assertEqual(self.events(folder), events)  # it was left as it was
        self.assertEqual(self.json("show", "other")["state"], "failed")
        run = self.json("resume", "other", "training.learning_rate=2e-3", "--accept-differences")
        shown = self.json("show", "other")
        self.assertEqual(shown["settings"]["training"]["learning_rate"], 0.002)
        self.assertEqual(shown["sessions"][0]["changes"], {"training.learning_rate": [0.001, 0.002]})
        self.assertEqual(run["state"], "finished")

    def test_a_finished_run_can_be_made_longer(self):
        self.json(self.file, f"training.max_steps=50", "--name", "short")
        self.assertIn("training.max_steps=", self.runner("resume", "short", code=2).stderr)
        run = self.json("resume", "short", "training.max_steps=70")
        self.assertEqual(run["metrics"]["global_step"], 70)
        self.assertEqual(self.json("show", "short")["settings"]["training"]["max_steps"], 70)
        self.assertEqual(sorted(self.losses(run)), list(range(1, 71)))
        self.runner("resume", "short", "training.max_steps=60", code=2)  # which is not longer

    def test_a_checkpoint_that_is_not_whole_is_passed_over_by_name(self):
        folder = self.stopped("torn", 130)
        if not (folder / "checkpoints/checkpoint-80").exists():
            shutil.copytree(folder / "checkpoints/checkpoint-40", folder / "checkpoints/checkpoint-80")
        newest = max((folder / "checkpoints").glob("checkpoint-*"), key=lambda p: int(p.name.split("-")[1]))
        weights = newest / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[:-1] + b"x")
        (folder / "checkpoints/checkpoint-9999").mkdir()
        (folder / "checkpoints/checkpoint-x").mkdir()
        done = self.runner("resume", "torn")
        self.assertIn(f"{weights}: ", done.stderr)
        self.assertIn("checkpoint-9999/manifest.json: is missing", done.stderr)
        self.assertTrue((folder / "checkpoints/checkpoint-x").exists())
        self.assertEqual(self.json("show", "torn")["state"], "finished")

    def test_a_checkpoint_that_does_not_fit_leaves_the_run_as_it_was(self):
        self.json(self.file, "--name", "one", "training.max_steps=40")
        self.json(self.file, "--name", "two", "training.max_steps=40", "model.hidden_size=16")
        one, two = (next(f for f in self.run_folders() if json.loads((f / "run.json").read_text())["name"] == name)
                    for name in ("one", "two"))
        events = self.events(one)
        longer = "training.max_steps=60"
        other = two / "checkpoints/checkpoint-40"
        refused = self.runner("resume", "one", longer, "--from", other, code=2).stderr
        self.assertIn(f"run: {two.name} then, {one.name} now", refused)
        self.assertIn("model.hidden_size: 16 then, 32 now", refused)
        self.assertIn("has a different shape",
                      self.runner("resume", "one", longer, "--from", other, "--accept-differences", code=1).stderr)
        self.assertEqual(self.events(one), events)
        checkpoint = one / "checkpoints/checkpoint-40"
        state = json.loads((checkpoint / "training.json").read_text())
        for change, told in [({"totals": {**state["totals"], "steps": -4}}, "steps, seconds or epochs"),
                             ({"totals": {**state["totals"], "steps": 10**30}}, "steps, seconds or epochs"),
                             ({"totals": {**state["totals"], "steps": 39}}, "tell different steps"),
                             ({"epoch": -1}, "steps, seconds or epochs"), ({"context": {}}, "expected an object with"),
                             ({"schedule": []}, "is not what this version of Folio writes")]:
            with self.subTest(change):
                (checkpoint / "training.json").write_text(json.dumps({**state, **change}))
                manifest = json.loads((checkpoint / "manifest.json").read_text())
                manifest["files"]["training.json"] = {"size": (checkpoint / "training.json").stat().st_size,
                                                      "sha256": hash_of(checkpoint / "training.json")}
                (checkpoint / "manifest.json").write_text(json.dumps(manifest))
                self.assertIn(told, self.runner("resume", "one", longer, "--from", checkpoint.name, code=1).stderr)
                self.assertEqual(self.events(one), events)
        manifest["files"] = {}
        (checkpoint / "manifest.json").write_text(json.dumps(manifest))
        self.assertIn("its manifest does not name", self.runner("resume", "one", longer, code=1).stderr)

    def test_of_two_that_resume_a_run_at_once_one_does(self):
        folder = self.stopped("both", 45)
        both = [self.start("resume", "both", "--quiet") for _ in range(2)]
        said = [process.communicate(timeout=120)[1] for process in both]
        self.assertEqual(sorted(process.returncode for process in both), [0, 2], said)
        self.assertIn("is not resumed", "".join(said))
        self.assertEqual(sum(event["type"] == "resumed" for event in self.events(folder)), 1)

    def test_what_cannot_go_on_says_why(self):
        self.assertIn("baseline/gpt is not one of Folio's own", self.runner("resume", "baseline/gpt", code=2).stderr)
        run = self.json(self.file, "training.save_strategy=no", "training.max_steps=3")
        self.assertIn("has saved no checkpoint", self.runner("resume", run["id"], "training.max_steps=5", code=2).stderr)
        saved = self.json(self.file, "training.max_steps=3", "--name", "saved")
        refused = self.runner("resume", "saved", "training.max_steps=5", "--from", "nowhere", code=2).stderr
        self.assertIn("'nowhere' is no checkpoint", refused)
        self.assertEqual(self.json("show", "saved")["state"], saved["state"])
        self.assertIn("there is no run of", self.runner(self.file, "--resume", "last", code=2).stderr)
        process = self.start(self.file, "--name", "busy", "--quiet")
        self.wait_for(lambda: len(self.run_folders()) == 3, "the run")
        self.assertIn("is at work", self.runner("resume", "busy", code=2).stderr)
        process.send_signal(signal.SIGINT)

    def test_auto_goes_on_where_there_is_something_to_go_on_with(self):
        first = self.json(self.file, "--resume", "auto", "training.max_steps=10")
        self.assertEqual(first["state"], "finished")
        folder = self.stopped("cut", 45)
        run = self.json(self.file, "--resume", "auto")
        self.assertEqual(run["id"], folder.name)
        self.assertEqual(run["state"], "finished")
        self.assertNotEqual(self.json(self.file, "--resume", "auto", "training.max_steps=10")["id"], folder.name)
        said = self.runner(self.file, "--resume", "last", "training.max_steps=300", code=2).stderr
        self.assertIn("there is no run of ", said)
        self.assertRegex(said, "to make the newest longer that has: runner resume [0-9a-f]{8} training.max_steps=N")

    def test_auto_does_not_begin_again_what_is_still_at_work(self):
        process = self.start(self.file, "training.max_steps=100000", "--name", "left")
        folder = self.wait_for_steps(2, "left")
        process.kill()  # its worker goes on
        process.wait()
        said = self.runner(self.file, "--resume", "auto", "training.max_steps=100000", code=2).stderr
        self.assertIn(f"run {folder.name} is at work", said)
        self.assertEqual(len(self.run_folders()), 1)
        self.runner("stop", folder.name)

    def test_it_goes_on_from_the_best_or_a_named_checkpoint(self):
        self.json(self.file, "--name", "chosen", "training.max_steps=120", "training.eval_steps=40",
                  "training.load_best_model_at_end=true")
        folder = self.run_folders()[0]
        best = self.json("show", "chosen")["metrics"]["best_step"]
        copy = self.folder / "checkpoint-80"
        shutil.copytree(folder / "checkpoints/checkpoint-80", copy)  # a copied one stays valid
        run = self.json("resume", "chosen", "training.max_steps=130", "--from", copy)
        self.assertEqual(self.json("show", "chosen")["sessions"][0]["step"], 80)
        self.assertEqual(run["metrics"]["global_step"], 130)
        self.json("resume", "chosen", "training.max_steps=140", "--from", "best")
        self.assertLessEqual(best, self.json("show", "chosen")["sessions"][1]["step"] + 130)


if __name__ == "__main__":
    unittest.main()
