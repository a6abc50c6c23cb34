"""A run that saves after every step: neither its memory nor its open files grow with the saves."""

import json
import pathlib
import time
import unittest

from faults import FaultTest, require_whole, rounds, worker_of

GROWTH = 8 << 20  # bytes; each checkpoint holds about 120 KB, so a copy that stayed of each would be more than that


class ManySaves(FaultTest):
    def test_memory_and_descriptors_stay(self):
        # A save is a round, of which the long form has ten for each of the other tests'.
        saves = rounds(15) * 10
        process = self.start(self.file, "--json", "training.save_steps=1", f"training.max_steps={saves}")
        worker = self.wait_for(lambda: worker_of(process), "the worker")
        samples = []
        while process.poll() is None:
            newest = self.newest_step()
            if newest and (used := self.used_by(worker)):
                samples.append((newest, *used))
            time.sleep(0.02)
        said, errors = process.communicate()
        self.assertEqual(process.returncode, 0, errors)
        for checkpoint in self.checkpoints(self.run_folders()[0]):
            require_whole(checkpoint)
        self.assertEqual(json.loads(said)["metrics"]["global_step"], saves)
        early, late = ([sample[1:] for sample in samples if low < sample[0] <= high]
                       for low, high in [(saves // 5, saves * 2 // 5), (saves * 4 // 5, saves - 1)])
        self.assertTrue(early and late, samples)
        memory, files = ([max(sample[i] for sample in part) for part in (early, late)] for i in (0, 1))
        self.assertLess(memory[1] - memory[0], GROWTH, samples)
        self.assertLessEqual(files[1] - files[0], 2, samples)  # a save may be seen with a file more or less open
        self.tell(f"{saves} saves; memory {memory[0] / 2**20:.1f} MiB early and {memory[1] / 2**20:.1f} MiB late, "
                  f"descriptors {files[0]} and {files[1]}")

    def newest_step(self):
        folders = self.run_folders()
        saved = self.checkpoints(folders[0]) if folders else []
        return int(saved[0].name.split("-")[1]) if saved else 0

    @staticmethod
    def used_by(process):
        """Resident bytes that are of no file, and open descriptors; None where it has ended."""
        folder = pathlib.Path(f"/proc/{process}")
        try:
            status = (folder / "status").read_text()
            kilobytes = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon:"))
            return kilobytes << 10, len(list((folder / "fd").iterdir()))
        except (OSError, StopIteration):
            return None


if __name__ == "__main__":
    unittest.main()
