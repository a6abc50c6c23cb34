"""A model that does not come back from a call: the run is failed with the plugin's name once training.hang_minutes are over,
and a run that is asked to stop says at once whom it waits for."""

import json
import os
import signal
import time
import unittest

from faults import BINARY, FaultTest, rounds, worker_of

MODEL = "model plugin 'faulty_model'"
LIMIT_SECONDS = 1.5
WITHIN = 2  # seconds
EVER = "training.hang_minutes=0"


class Hang(FaultTest):
    def hanging(self, *arguments, fault="hang_in_tenth_loss"):
        return ["--plugin-path", BINARY / "tests" / "fixtures" / "plugins" / "faulty_model", self.file,
                "model=faulty_model", f"model.fault={fault}", *arguments]

    def test_the_run_is_failed_with_its_name_once_the_limit_is_over(self):
        slowest, wanted = 0, rounds(2)
        for number in range(wanted):
            # Before training there is a call that tries the model.
            fault = ("hang_in_loss", "hang_in_tenth_loss")[number % 2]
            with self.subTest(fault=fault):
                done = self.runner(*self.hanging(f"training.hang_minutes={LIMIT_SECONDS / 60}", "--json", fault=fault), code=4)
                ended = time.time()
                run = json.loads(done.stdout)
                self.assertEqual(run["error"], {"kind": "plugin", "message": f"{MODEL} did not come back for 1.5 s, the limit "
                                                                             "that training.hang_minutes sets"})
                began = next(event["time"] for event in self.events(self.results / "runs" / run["id"])
                             if event.get("state") == "running")
                slowest = max(slowest, ended - began - LIMIT_SECONDS)
                self.assertLess(slowest, WITHIN)
        self.tell(f"{wanted} hangs, the slowest told {slowest:.1f} s after limit and beginning")

    def stopped(self, asks):
        """Starts a run that hangs, and has it stopped; gives the runner's exit code and what it said, and the run."""
        process = self.start(*self.hanging(EVER))
        folder = self.wait_for_steps(9)
        time.sleep(0.5)  # now it is in the tenth, and hangs
        said = asks(process, folder)
        process.wait(timeout=20)
        return process.returncode, said + process.stderr.read(), self.json("show", folder.name)

    def lines_until(self, process, wanted):
        """What it says, up to the line that has this."""
        said = ""
        for line in process.stderr:
            said += line
            if wanted in line:
                return said
        self.fail(f"it never said {wanted!r}, but: {said}")

    def test_a_second_interrupt_ends_it_with_its_name(self):
        def asks(process, folder):
            process.send_signal(signal.SIGINT)
            said = self.lines_until(process, f"Waiting for {MODEL} to come back. Ctrl-C again stops at once")
            process.send_signal(signal.SIGINT)
            return said
        code, said, run = self.stopped(asks)
        self.assertEqual((code, run["state"]), (130, "interrupted"), said)
        self.assertEqual(run["error"]["message"], f"{MODEL} did not come back when the run was asked to stop, so it was killed")

    def test_runner_stop_is_answered_too(self):
        def asks(process, folder):
            stop = self.start("stop", folder.name)
            said = self.lines_until(process, f"Waiting for {MODEL} to come back")
            self.runner("stop", folder.name, "--now")
            stop.communicate(timeout=20)
            return said
        code, said, run = self.stopped(asks)
        self.assertEqual((code, run["state"]), (130, "interrupted"), said)

    def test_a_slow_call_is_no_hang(self):
        self.json(self.file, "training.hang_minutes=0.001", "training.max_steps=3")

    def test_time_in_which_the_process_is_stopped_does_not_count(self):
        process = self.start(self.file, f"training.hang_minutes={LIMIT_SECONDS / 60}", "--json")
        self.wait_for_steps(1)
        worker = worker_of(process)
        os.kill(worker, signal.SIGSTOP)
        time.sleep(2 * LIMIT_SECONDS)
        os.kill(worker, signal.SIGCONT)
        said, errors = process.communicate(timeout=60)
        self.assertEqual((process.returncode, json.loads(said)["state"]), (0, "finished"), errors)


if __name__ == "__main__":
    unittest.main()
