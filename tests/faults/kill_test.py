"""kill -9 at random moments: whatever was killed goes on, and ends as the run that was never killed."""

import json
import os
import signal
import time
import unittest

from faults import STEPS, FaultTest, require_whole, rounds, worker_of


class Kill(FaultTest):
    def test_a_run_killed_again_and_again_is_the_run_never_killed(self):
        wanted, killed, finished = rounds(8), 0, 0
        whole = self.whole()
        length = time.time() - self.begun
        while killed < wanted or not finished:
            process = self.start(self.file, "--resume", "auto", "--json")
            if killed < wanted:
                time.sleep(self.random.random() * length)
                killed += self.kill(process)
            said, errors = process.communicate(timeout=60)
            self.look_at_checkpoints()
            if process.returncode == 0:
                run = json.loads(said)
                self.assertEqual((run["state"], run["metrics"]["global_step"]), ("finished", STEPS))
                self.assertEqual(self.weights_of(run["id"]), whole, f"after {killed} kills")
                finished += 1
            elif killed >= wanted and process.returncode > 0:
                self.assertIn("was killed by signal 9", errors)
        self.tell(f"{killed} kills in {finished} runs that ended whole")

    def kill(self, process):
        """Of the worker alone, as the kernel does it for want of memory, or of both, as a power cut does. Gives whether
        they were still at work."""
        if process.poll() is not None:
            return False
        process.send_signal(signal.SIGSTOP)  # so that it starts no worker meanwhile
        worker = worker_of(process)
        if worker is not None:
            os.kill(worker, signal.SIGKILL)
        alone = worker is not None and self.random.random() < 0.5
        process.send_signal(signal.SIGCONT if alone else signal.SIGKILL)
        process.wait(timeout=30)
        self.assertIn(process.returncode, [0, 1] if alone else [-signal.SIGKILL])
        return process.returncode != 0

    def look_at_checkpoints(self):
        for folder in self.run_folders():
            for checkpoint in self.checkpoints(folder):
                require_whole(checkpoint)


if __name__ == "__main__":
    unittest.main()
