"""A scheduler's SIGTERM at random moments: saved, exit code 143, and it goes on. A closed terminal's SIGHUP: the run goes on
and ends whole."""

import json
import os
import signal
import time
import unittest

from faults import STEPS, FaultTest, require_whole, rounds, worker_of

LIMIT = 30  # seconds from SIGTERM to SIGKILL, as schedulers have them


class Signals(FaultTest):
    def setUp(self):
        super().setUp()
        begun = time.time()
        self.hash = self.whole()
        self.length = time.time() - begun

    def send(self, process, number):
        """To the runner, to all of the job as Slurm does, or to the worker. Gives whether the runner was at work."""
        worker, to = worker_of(process), self.random.choice(["runner", "both", "worker"])
        if process.poll() is not None:
            return False
        if to != "worker" or worker is None:
            process.send_signal(number)
        if to != "runner" and worker is not None:
            try:
                os.kill(worker, number)
            except ProcessLookupError:
                pass
        return True

    def logged(self):
        """The newest step of each run's points that are not superseded."""
        steps = {}
        for folder in self.run_folders():
            for event in self.events(folder):
                if event["type"] == "resumed" or event["type"] == "points" and "loss" in event["metrics"]:
                    steps[folder] = event["step"]
        return steps

    def require_saved(self, process, before, errors):
        """That what this runner has trained, up to the last step, is in a checkpoint that is whole."""
        for folder, step in self.logged().items():
            if before.get(folder) != step:
                newest = self.checkpoints(folder)[0]
                require_whole(newest)
                self.assertEqual(newest.name, f"checkpoint-{step}", errors)

    def test_sigterm_saves_and_the_run_goes_on_to_the_same_end(self):
        wanted, sent, finished, slowest, too_early = rounds(6), 0, 0, 0, 0
        while sent < wanted or not finished:
            before = self.logged()
            process = self.start(self.file, "--resume", "auto", "--json")
            asked = False
            if sent < wanted:
                time.sleep(self.random.random() * self.length)
                asked, moment = self.send(process, signal.SIGTERM), time.time()
            said, errors = process.communicate(timeout=LIMIT)
            if asked and process.returncode != 0:
                sent += 1
                slowest = max(slowest, time.time() - moment)
                # In the first milliseconds the program has not looked at signals yet, and dies of this one.
                self.assertIn(process.returncode, [143, -signal.SIGTERM], errors)
                too_early += process.returncode != 143
                self.require_saved(process, before, errors)
                continue
            self.assertEqual(process.returncode, 0, errors)
            run = json.loads(said)
            self.assertEqual((run["state"], run["metrics"]["global_step"]), ("finished", STEPS))
            self.assertEqual(self.weights_of(run["id"]), self.hash)
            finished += 1
        self.assertEqual([run["state"] for run in self.json("ls", "--where", "file~tiny")["runs"]
                          if run["state"] not in ("finished", "interrupted")], [])
        self.tell(f"{sent} SIGTERM in {finished} runs that ended whole, the slowest saved after {slowest:.1f} s, "
                  f"{too_early} before the program looked at signals")

    def test_sighup_leaves_the_run_at_work(self):
        wanted, sent, finished = rounds(5), 0, 0
        while sent < wanted:
            known = len(self.run_folders())
            process = self.start(self.file, "--json")
            self.wait_for(lambda: len(self.run_folders()) > known, "the run")
            for moment in sorted(self.random.random() * self.length / 2 for _ in range(3)):
                time.sleep(moment / 3)
                sent += self.send(process, signal.SIGHUP)
            said, errors = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 0, errors)
            self.assertEqual(self.weights_of(json.loads(said)["id"]), self.hash)
            finished += 1
        self.tell(f"{sent} SIGHUP in {finished} runs that ended whole")


if __name__ == "__main__":
    unittest.main()
