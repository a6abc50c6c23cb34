"""SIGKILL at every sync and rename of a run that saves: what had been saved is there, whole, and goes on."""

import unittest

from faults import FaultyCallTest, require_whole


class SaveKilled(FaultyCallTest):
    def test_no_moment_of_a_save_costs_what_was_saved(self):
        whole = self.whole(*self.CHANGES)
        done, _, calls = self.start_with_fault(FAULT_CALLS="sync,rename")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(len([path for _, _, path in calls if "/checkpoints/" in path]), 25)
        chosen, kept = self.chosen(len(calls), short=5), 0
        for at in chosen:
            with self.subTest(call=calls[at - 1]):
                done, folder, struck = self.start_with_fault(FAULT_CALLS="sync,rename", FAULT_DOES="kill", FAULT_AT=str(at))
                if done.returncode == 0:  # the run's end was recorded; or the events, synced by the clock, were so less often
                    self.assertGreaterEqual(at, len(calls) - 2)
                    self.assertEqual(self.weights_of(folder.name), whole)
                    kept += 1
                    continue
                self.assertEqual((done.returncode, len(struck)), (1, at), done.stderr)
                self.assertIn("killed by signal 9", done.stdout + done.stderr)
                saved = self.checkpoints(folder)
                for checkpoint in saved:
                    require_whole(checkpoint)
                steps = [int(path.name.split("-")[1]) for path in saved]
                in_place = self.steps_put_in_place(struck, at)
                self.assertGreaterEqual(steps[:1], in_place[-1:], "the newest one was lost")
                self.go_on(folder, whole)
                left = [path.name for path in (folder / "checkpoints").glob(".*")] if saved else []
                self.assertEqual(left, [], "the next session left what was cut off")
                kept += 1
        self.tell(f"{len(chosen)} of {len(calls)} calls", len(chosen) - kept)


if __name__ == "__main__":
    unittest.main()
