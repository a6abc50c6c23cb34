"""Several runs by one command: every combination, failures apart, what is finished is not done again."""

import os
import signal

from folio import FolioTest

FEW = ["training.max_steps=3", "training.logging_steps=1"]


class Multirun(FolioTest):
    def multirun(self, *arguments, **options):
        return self.json("-m", self.experiment(), *FEW, *arguments, **options)

    def test_every_combination_is_run_and_what_is_finished_is_passed_over(self):
        both = ["model.hidden_size=16,32", "training.seed=1,2"]
        first = self.multirun(*both)
        self.assertEqual([run["state"] for run in first["runs"]], ["finished"] * 4)
        self.assertEqual(first["runs"][1]["overrides"], FEW + ["model.hidden_size=16", "training.seed=2"])
        self.assertEqual(len({run["metrics"]["train_loss"] for run in first["runs"]}), 4)
        again = self.multirun("model.hidden_size=16,32", "training.seed=2,3")
        self.assertEqual([run["finished_before"] for run in again["runs"]], [True, False, True, False])
        self.assertEqual(again["runs"][0]["id"], first["runs"][1]["id"])
        forced = self.multirun("model.hidden_size=16", "training.seed=2", "--force")
        self.assertNotEqual(forced["runs"][0]["id"], first["runs"][1]["id"])
        self.assertEqual(len(self.run_folders()), 7)

    def test_a_failure_is_told_and_the_others_go_on(self):
        # The second one fails in its worker, the third before it: the heads do not fit, the model is not there.
        done = self.runner("-m", self.experiment(), *FEW, "model.num_attention_heads=2,3", code=1)
        self.assertIn("is not a multiple of num_attention_heads 3", done.stderr)
        self.assertRegex(done.stderr, r"model.num_attention_heads=2 +[\d,]+ +3 +\S")
        self.assertIn("1 run, ", done.stderr)
        self.assertRegex(done.stdout, r"model.num_attention_heads=2 +finished +[0-9a-f]{8} +\d+\.\d{4} +\d+\.\d{4}")
        self.assertRegex(done.stdout, r"model.num_attention_heads=3 +failed")
        self.assertIn("1 of 2 failed:", done.stdout)
        wrong = self.multirun("model.hidden_size=many,32", code=1)
        self.assertEqual([run["state"] for run in wrong["runs"]], ["failed", "finished"])
        self.assertIn("expected an integer", wrong["runs"][0]["error"])

    def test_what_a_plugin_s_name_leaves_out_is_told_once(self):
        done = self.runner("-m", self.experiment(), *FEW, "model=gpt", "model.hidden_size=32",
                           "model.num_attention_heads=2", "model.num_hidden_layers=1", "training.seed=1,2")
        self.assertEqual(done.stderr.count("note: model=gpt drops these keys of the file's model: hidden_size"), 1)
        self.assertIn("model.type=gpt keeps them", done.stderr)

    def test_ctrl_c_stops_all(self):
        process = self.start("-m", self.experiment(), "training.max_steps=100000", "training.seed=1,2")
        self.wait_for_steps(2)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertRegex(out, r"training.seed=1 +interrupted")
        self.assertRegex(out, r"training.seed=2 +not started")
        self.assertEqual(len(self.run_folders()), 1)

    def test_a_run_that_was_cut_off_is_resumed(self):
        sweep = [self.experiment(), "training.max_steps=60", "training.seed=1,2"]
        process = self.start("-m", *sweep)
        folder = self.wait_for_steps(3)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 143)
        cut = self.json("show", folder.name)["metrics"]["loss"]
        result = self.json("-m", *sweep)
        self.assertEqual([run["state"] for run in result["runs"]], ["finished", "finished"])
        self.assertEqual(len(self.run_folders()), 2)
        self.assertEqual(result["runs"][0]["id"], folder.name)
        self.assertEqual(len(self.json("show", folder.name)["sessions"]), 1)
        self.assertIsNotNone(cut)

    def cut_off(self, sweep):
        process = self.start("-m", *sweep)
        folder = self.wait_for_steps(3)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        return folder

    def test_one_that_cannot_go_on_is_run_anew(self):
        sweep = [self.experiment(), "training.max_steps=60", "training.seed=1,2"]
        folder = self.cut_off(sweep)
        for manifest in folder.glob("checkpoints/*/manifest.json"):
            manifest.write_text("{")
        done = self.runner("-m", *sweep)
        self.assertIn("has no checkpoint that is whole", done.stderr)
        self.assertIn("It is run anew.", done.stderr)
        self.assertEqual(len(self.run_folders()), 3)
        self.assertEqual(self.json("show", folder.name)["state"], "interrupted")

    def test_one_that_was_cut_off_elsewhere_goes_on_where_that_is_accepted(self):
        sweep = [self.experiment(), "training.max_steps=60", "training.seed=1,2"]
        folder = self.cut_off(sweep)
        elsewhere = {"OMP_NUM_THREADS": "1"}
        if os.cpu_count() == 1:
            self.skipTest("one thread is all there is")
        result = self.json("-m", *sweep, "--accept-differences", environment=elsewhere)
        self.assertEqual(result["runs"][0]["id"], folder.name)
        self.assertIn("threads", str(self.json("show", folder.name)["sessions"]))
        self.assertIn("requires --resume or --multirun", self.runner(sweep[0], "--accept-differences", code=2).stderr)
