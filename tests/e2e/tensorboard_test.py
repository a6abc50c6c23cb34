"""What `runner export --format tensorboard` writes, read back by TensorBoard's own package, which the first call brings
into .deps."""

import json
import os
import subprocess
import sys
import unittest

from folio import FolioTest, brought

READ = """
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
events.Reload()
scalars = {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}
json.dump(scalars, sys.stdout)
"""


class TensorboardTest(FolioTest):
    def test_tensorboard_reads_every_point(self):
        packages = brought("tensorboard", options=["--no-deps"])
        run = self.json(self.experiment(), "training.eval_strategy=steps", "training.eval_steps=5")["id"]
        to = self.folder / "logs"
        self.runner("export", run, "--format", "tensorboard", "--to", to)
        done = subprocess.run([sys.executable, "-c", READ, to], capture_output=True, text=True,
                              env={**os.environ, "PYTHONPATH": str(packages)})
        self.assertEqual(done.returncode, 0, done.stderr)
        scalars = json.loads(done.stdout)
        logged = {}  # of a step logged twice the later value
        for event in self.events(self.results / "runs" / run):
            if event["type"] == "points":
                for name, value in {"epoch": event["epoch"], **event["metrics"]}.items():
                    logged.setdefault(name, {})[event["step"]] = value
        self.assertIn("loss", logged)
        self.assertIn("eval_loss", logged)
        self.assertEqual(sorted(scalars), sorted(logged))
        for name, points in logged.items():
            self.assertEqual([step for step, _ in scalars[name]], sorted(points), name)
            for step, value in scalars[name]:
                expected = points[step]
                self.assertAlmostEqual(value, expected, delta=1e-6 * abs(expected), msg=name)  # it keeps float32


if __name__ == "__main__":
    unittest.main()
