"""ENOSPC and EIO at every call that changes a run's folder, once and for good: the error names the path and the newest
checkpoint, and what had been saved is whole and goes on."""

import errno
import json
import os
import re
import unittest

from faults import FaultyCallTest, require_whole

KINDS = "open,write,sync,rename,mkdir"


class FullDisk(FaultyCallTest):
    def test_a_call_that_fails_is_told_and_costs_nothing_that_was_saved(self):
        whole = self.whole(*self.CHANGES)
        done, _, calls = self.start_with_fault(FAULT_CALLS=KINDS)
        self.assertEqual(done.returncode, 0, done.stderr)
        chosen, kept, harmless = self.chosen(len(calls), short=6), 0, 0
        for at in chosen:
            error, for_good = self.random.choice(["ENOSPC", "EIO"]), self.random.random() < 0.5
            with self.subTest(call=calls[at - 1], error=error, for_good=for_good):
                fault = {"FAULT_CALLS": KINDS, "FAULT_DOES": error, "FAULT_AT": str(at)}
                if for_good:
                    fault["FAULT_FOR_GOOD"] = "1"
                done, folder, made = self.start_with_fault(**fault)
                struck = made[at - 1:] if for_good else made[at - 1:at]
                for checkpoint in self.checkpoints(folder):
                    require_whole(checkpoint)
                if done.returncode == 0:
                    for call in struck:
                        self.assertTrue(costs_nothing(call), f"{call} failed, and the run says nothing of it")
                    self.assertEqual(self.weights_of(folder.name), whole)
                    harmless += 1
                else:
                    self.judge_failed(done, folder, made, struck, os.strerror(getattr(errno, error)))
                    self.go_on(folder, whole)
                kept += 1
        self.tell(f"{len(chosen)} of {len(calls)} calls, {harmless} of which a run can do without", len(chosen) - kept)

    def judge_failed(self, done, folder, made, struck, reason):
        self.assertEqual(done.returncode, 1, done.stderr)
        told = json.loads(done.stdout)["error"]["message"]
        self.assertIn(reason, told)
        names = [re.sub(r"\.tmp\d+-\d+$", "", path) for _, _, path in struck]
        self.assertTrue(any(name in told for name in names), f"{told}\nnames none of {names}")
        steps = [int(path.name.split("-")[1]) for path in self.checkpoints(folder)]
        in_place = self.steps_put_in_place(made, struck[0][0])
        self.assertGreaterEqual(steps[:1], in_place[-1:], "the newest one was lost")
        if steps:
            self.assertIn(f"; the newest checkpoint on the disk is that of step {steps[0]}", told)
        elif "/checkpoints/" in struck[0][2]:
            self.assertIn("; no checkpoint was saved before", told)
        shown = self.json("show", folder.name)
        self.assertEqual((shown["state"], shown["error"]["message"]), ("failed", told))


def costs_nothing(call):
    """What is written to the log, and the removal of an outdated checkpoint, which begins with a rename."""
    _, kind, path = call
    return path.endswith("/log.txt") or kind == "rename" and os.path.basename(path).startswith(".saving-")


if __name__ == "__main__":
    unittest.main()
