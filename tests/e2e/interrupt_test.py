"""Ctrl-C, kills at any moment, and what is kept then."""

import os
import pathlib
import random
import signal
import sqlite3

from folio import FolioTest


def alive(pid):
    try:
        return (pathlib.Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Interrupt(FolioTest):
    def stored_steps(self, run):
        """The steps of the run's losses in the store."""
        connection = sqlite3.connect(self.results / "store.sqlite")
        try:
            return {row[0] for row in connection.execute(
                "SELECT step FROM points JOIN runs ON runs.id = points.run JOIN metrics ON metrics.id = points.metric"
                " WHERE runs.run = ? AND metrics.name = 'loss'", (run,))}
        finally:
            connection.close()

    def long_run(self):
        return self.start(self.experiment(), "training.max_steps=100000")

    def test_ctrl_c_finishes_the_step_saves_and_exits_130(self):
        run = self.long_run()
        folder = self.wait_for_steps(5)
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=60)
        self.assertEqual(run.returncode, 130)
        self.assertTrue((folder / "model" / "model.safetensors").exists())
        shown = self.json("show", "latest")
        self.assertEqual(shown["state"], "interrupted")
        self.assertIn("train_loss", shown["metrics"])

    def test_a_second_ctrl_c_stops_at_once(self):
        run = self.long_run()
        folder = self.wait_for_steps(2)
        os.kill(self.worker_pid(folder), signal.SIGSTOP)  # a step that never ends
        run.send_signal(signal.SIGINT)
        with self.assertRaises(Exception):
            run.wait(timeout=0.7)
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=10)
        self.assertEqual(run.returncode, 130)
        self.assertEqual(self.json("show", "latest")["state"], "interrupted")

    def test_a_worker_that_is_killed_is_a_failed_run_with_all_its_points(self):
        run = self.long_run()
        folder = self.wait_for_steps(5)
        os.kill(self.worker_pid(folder), signal.SIGKILL)
        _, errors = run.communicate(timeout=20)
        self.assertEqual(run.returncode, 1)
        self.assertIn("Killed", errors)
        self.assertEqual(self.json("show", "latest")["state"], "failed")

    def test_a_worker_whose_runner_is_killed_finishes_its_work(self):
        run = self.start(self.experiment(), "training.max_steps=300")
        folder = self.wait_for_steps(3)
        run.kill()
        self.wait_for(lambda: self.events(folder)[-1].get("state") == "finished" or
                      any(e.get("state") == "finished" for e in self.events(folder)), "the worker's end")
        shown = self.json("show", "latest")
        self.assertEqual(shown["state"], "finished")

    def test_killing_worker_and_runner_at_random_moments_loses_no_logged_point(self):
        choose = random.Random(3)
        for round_number in range(6):
            run = self.start(self.experiment(), "training.max_steps=100000", "-n", f"round-{round_number}")
            known = {f.name for f in self.run_folders()}
            folder = self.wait_for(lambda: next((f for f in self.run_folders() if f.name not in known), None)
                                   or next((f for f in self.run_folders()
                                            if f'"round-{round_number}"' in (f / "run.json").read_text()), None),
                                   "the run's folder")
            self.wait_for(lambda: len(self.events(folder)) > choose.randint(5, 60), "some points")
            pid = self.worker_pid(folder)
            victims = choose.choice([[pid], [pid, run.pid], [run.pid, pid]])
            for victim in victims:
                os.kill(victim, signal.SIGKILL)
            run.wait(timeout=20)
            self.wait_for(lambda: not alive(pid), "the worker's death")
            logged = {e["step"] for e in self.events(folder) if e["type"] == "points"}
            shown = self.json("show", folder.name)
            self.assertEqual(shown["state"], "failed")
            self.assertTrue(logged)
            self.assertEqual(self.stored_steps(folder.name), logged)
