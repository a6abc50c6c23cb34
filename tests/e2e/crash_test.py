"""A plugin that crashes in the middle of training: the runner lives, names it and closes the run."""

from folio import BINARY, FolioTest

FIXTURES = BINARY / "tests" / "fixtures" / "plugins"


class Crash(FolioTest):
    def test_a_model_that_crashes_in_the_tenth_step(self):
        experiment = self.experiment()
        done = self.runner("--plugin-path", FIXTURES / "crash_at_step", experiment, "model=crash_at_step", code=4)
        self.assertIn("model plugin 'crash_at_step' crashed", done.stderr)
        shown = self.json("show", "latest")
        self.assertEqual(shown["state"], "failed")
        points = [e["step"] for e in self.events(self.run_folders()[0]) if e["type"] == "points"]
        self.assertEqual(points, list(range(1, 10)))
