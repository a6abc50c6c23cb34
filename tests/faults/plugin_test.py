"""A plugin that segfaults, aborts, throws, exits, or has no memory or stack left: the run is failed with its name within 2 s,
and other runs are as they would be without it. tests/e2e/faulty_plugin_test.py has the messages of more faults."""

import json
import time
import unittest

from faults import BINARY, FaultTest, rounds

MODEL = "model plugin 'faulty_model'"
FAULTS = {
    "segfault_in_loss": (4, f"{MODEL} crashed (Segmentation fault)"),
    "abort_in_loss": (4, f"{MODEL} crashed (Aborted)"),
    "throw_in_loss": (4, f"{MODEL}: failed in loss(): no more ink"),
    "exit_in_loss": (4, f"{MODEL} ended the process: it called exit(0)"),
    "stack_in_loss": (4, f"{MODEL} crashed (Segmentation fault)"),
    "memory_in_loss": (1, f"{MODEL}: no memory was left in loss(): "),
    "tensor_memory_in_loss": (1, f"{MODEL}: no memory was left in loss(): "),
}
WITHIN = 2  # seconds


def files_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Plugin(FaultTest):
    def test_it_ends_its_own_run_alone(self):
        whole = self.json(self.file)
        before = self.run_folders()[0]
        kept = files_of(before)
        beside, slowest, wanted = None, 0, rounds(len(FAULTS))
        known = {before}
        for number in range(wanted):
            if beside is None or beside.poll() is not None:
                self.judge_beside(beside, whole)
                beside = self.start(self.file, "--json")
                known.add(self.wait_for(lambda: next((f for f in self.run_folders() if f not in known), None), "the run beside"))
            fault = list(FAULTS)[number % len(FAULTS)]
            with self.subTest(fault=fault):
                slowest = max(slowest, self.failed(fault, known))
                self.assertEqual(files_of(before), kept)
        self.judge_beside(beside, whole)
        self.tell(f"{wanted} faults, the slowest told {slowest:.1f} s after the run began")

    def failed(self, fault, known):
        """Gives the seconds from the run's beginning, after which the fault comes, to the runner's end."""
        code, message = FAULTS[fault]
        done = self.runner("--plugin-path", BINARY / "tests" / "fixtures" / "plugins" / "faulty_model", self.file,
                           "model=faulty_model", f"model.fault={fault}", "--json", code=code)
        ended = time.time()
        run = json.loads(done.stdout)
        folder = self.results / "runs" / run["id"]
        known.add(folder)
        seconds = ended - next(event["time"] for event in self.events(folder) if event.get("state") == "running")
        self.assertEqual(run["state"], "failed")
        self.assertIn(message, run["error"]["message"])
        self.assertLess(seconds, WITHIN)
        return seconds

    def judge_beside(self, process, whole):
        if process is None:
            return
        said, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, errors)
        self.assertEqual(self.weights_of(json.loads(said)["id"]), self.weights_of(whole["id"]))


if __name__ == "__main__":
    unittest.main()
