"""`runner plot` and `runner report`: curves of real runs in the terminal, as pictures, and in a page."""

import json
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree

import folio
from folio import FolioTest

CURVES = folio.TINY.replace("max_steps: 20", "max_steps: 30\n  eval_strategy: steps\n  eval_steps: 10")


class Plots(FolioTest):
    @classmethod
    def setUpClass(cls):
        """Two seeds and another learning rate, which all tests look at."""
        cls.shared = FolioTest("setUp")
        cls.shared.setUp()
        cls.addClassCleanup(cls.shared.doCleanups)
        file = cls.shared.experiment(CURVES.format(book=cls.shared.folder / "words.txt"))
        cls.ids = [cls.shared.json(file, *overrides)["id"]
                   for overrides in [["training.seed=1"], ["training.seed=2"], ["training.learning_rate=0.01"]]]

    def setUp(self):
        super().setUp()
        self.environment["FOLIO_RESULTS"] = str(self.shared.results)

    def plotted(self, *arguments):
        return self.json("plot", *self.ids, *arguments)

    def test_every_metric_is_drawn_over_every_axis(self):
        steps = self.plotted()
        self.assertEqual([curve["runs"] for curve in steps["curves"]], [[id] for id in self.ids])
        exported = json.loads(self.runner("export", self.ids[0], "--format", "json", "--to", "-").stdout)
        self.assertEqual(steps["curves"][0]["points"], exported["points"]["loss"])
        epochs, tokens, time = (self.plotted("--x", axis)["curves"][0]["points"] for axis in ("epochs", "tokens", "time"))
        facts = self.json("show", self.ids[0])["facts"]
        for (_, y), (epoch, same), (token, _), (second, _) in zip(steps["curves"][0]["points"], epochs, tokens, time):
            self.assertEqual(y, same)
            self.assertAlmostEqual(token, epoch * facts["tokens"])
            self.assertGreater(second, 0)
        self.assertEqual(sorted(time), time)
        self.assertEqual(len(self.plotted("--metric", "eval_loss")["curves"][0]["points"]), 3)
        self.assertEqual(self.plotted("--metric", "learning_rate")["direction"], "none")

    def test_seeds_are_drawn_as_one_curve_with_its_band(self):
        group = self.plotted("--group")["curves"][0]
        single = [curve["points"] for curve in self.plotted()["curves"][:2]]
        self.assertEqual(group["runs"], self.ids[:2])
        for (x, mean, low, high, runs), (_, a), (_, b) in zip(group["points"], *single):
            self.assertAlmostEqual(mean, (a + b) / 2)
            self.assertEqual((low, high, runs), (min(a, b), max(a, b), 2))

    def test_smoothing_is_that_of_tensorboard(self):
        raw = [y for _, y in self.plotted()["curves"][0]["points"]]
        mean, expected = 0, []
        for count, value in enumerate(raw, 1):
            mean = 0.6 * mean + 0.4 * value
            expected.append(mean / (1 - 0.6 ** count))
        for (_, got), wanted in zip(self.plotted("--smoothing", "0.6")["curves"][0]["points"], expected):
            self.assertAlmostEqual(got, wanted)

    def test_pictures_are_what_their_endings_say(self):
        for ending, head in [("svg", b"<svg"), ("png", b"\x89PNG\r\n"), ("pdf", b"%PDF-"), ("html", b"<!doctype html>")]:
            with self.subTest(ending):
                path = self.folder / f"loss.{ending}"
                path.write_text("an older one is replaced")
                said = self.runner("plot", *self.ids, "--group", "--log-y", "-o", path)
                self.assertEqual(said.stdout, f"{path}\n")
                self.assertTrue(path.read_bytes().startswith(head))
        picture = xml.etree.ElementTree.parse(self.folder / "loss.svg").getroot()
        text = "".join(picture.itertext())
        self.assertIn("(2 runs)", text)
        self.assertIn("lower is better", text)
        self.assertEqual([p.name for p in self.folder.iterdir() if p.name.startswith(".")], [])

    def test_the_terminal_shows_the_curves(self):
        drawn = self.runner("plot", *self.ids).stdout
        self.assertIn("loss (nats per token, lower is better)", drawn)
        self.assertRegex(drawn, "[\u2801-\u28ff]")
        self.assertNotIn("\x1b", drawn)
        for line in drawn.splitlines():
            self.assertLessEqual(len(line), 80)

    def test_what_cannot_be_drawn_says_why(self):
        for arguments, told in [(["--metric", "los"], "did you mean 'loss'?"), (["--metric", "train_loss"], "one value for the whole run"),
                                (["--x", "step"], "steps"), (["--smoothing", "1"], "--smoothing"),
                                (["-o", "loss.jpg"], "ends in .svg, .png, .pdf or .html"),
                                (["-o", "loss.svgg"], "did you mean '.svg'?"),
                                (["--where", "name=nobody"], "there is no run to plot")]:
            with self.subTest(arguments):
                names = [] if "--where" in arguments else self.ids
                self.assertIn(told, self.runner("plot", *names, *arguments, code=2).stderr)
        self.assertIn("no curve of 'loss'", self.runner("plot", "baseline/gpt", code=2).stderr)
        some = self.runner("plot", self.ids[0], "baseline/gpt")
        self.assertIn("left out: run baseline/gpt", some.stdout)
        self.assertIn("there is no folder /nowhere", self.runner("plot", "-o", "/nowhere/loss.svg", code=5).stderr)
        self.assertIn("-o ''", self.runner("plot", "-o", "", code=2).stderr)

    def test_a_picture_that_needs_a_program_says_so_where_that_is_missing(self):
        said = self.runner("plot", "-o", self.folder / "x.png", code=1, environment={"PATH": "/nowhere"}).stderr
        self.assertIn("librsvg2-bin", said)
        self.runner("plot", "-o", self.folder / "x.svg", environment={"PATH": "/nowhere"})

    def test_a_report_is_one_small_page_in_the_words_of_diff(self):
        page = self.folder / "report.html"
        told = self.json("report", *self.ids[:2], "-o", page)
        text = page.read_text()
        self.assertEqual(told["bytes"], page.stat().st_size)
        self.assertLess(page.stat().st_size, 300_000)
        diff = self.runner("diff", *self.ids[:2], "--md").stdout
        for heading in re.findall("^## (.*)$", diff, re.MULTILINE):
            if heading not in ("Training loss", "Evaluation loss"):  # whose curves are pictures there
                self.assertIn(f"<h2>{heading}".replace("'", "&#39;"), text)
        conclusion = diff.split("## In short")[1].strip().splitlines()[0]
        self.assertIn(conclusion.replace("'", "&#39;").replace("<", "&lt;"), text)
        self.assertEqual(text.count("<svg"), 3)
        self.assertNotIn("(2 runs)</text>", text)
        self.runner("report", *self.ids[:2], "--group", "-o", page)
        self.assertIn("(2 runs)</text>", page.read_text())
        for word in ["<script", "src=", "url(", "http-equiv=\"refresh"]:
            self.assertNotIn(word, text)
        self.assertIn("Text that they made", text)
        self.assertIn(f"From the runs {self.ids[0]} {self.ids[1]}.", text)

    def test_reports_on_one_run_and_on_many(self):
        for names in (self.ids[:1], self.ids):
            with self.subTest(len(names)):
                page = self.folder / f"{len(names)}.html"
                said = self.runner("report", *names, "-o", page).stdout
                self.assertIn(f"{len(names)} run{'s' if len(names) > 1 else ''}, ", said)
        self.assertIn("What does the loss mean?", (self.folder / "1.html").read_text())
        self.assertIn("Over seeds: mean ± sample standard deviation", (self.folder / "3.html").read_text())
        self.assertIn("ends in .html", self.runner("report", "-o", "report.pdf", code=2).stderr)
        self.assertIn("nothing to report on", self.runner("report", "--where", "name=nobody", code=2).stderr)
        self.assertIn("did you mean 'loss'?", self.runner("report", self.ids[0], "--metric", "los", code=2).stderr)

    def test_a_report_from_a_copied_folder_that_nobody_may_write_to(self):
        copy = self.folder / "copy"
        shutil.copytree(self.shared.results, copy)
        (copy / "store.sqlite").unlink()
        subprocess.run(["chmod", "-R", "a-w", copy], check=True)
        self.addCleanup(subprocess.run, ["chmod", "-R", "u+w", copy])
        page = self.folder / "copied.html"
        self.runner("--results", copy, "report", *self.ids, "-o", page)
        self.assertIn(str(copy), page.read_text())

    def test_a_report_on_run_folders_that_lie_anywhere(self):
        folders = [self.folder / f"from-elsewhere-{id}" for id in self.ids[:2]]
        for id, folder in zip(self.ids, folders):
            shutil.copytree(self.shared.results / "runs" / id, folder)
        page = self.folder / "away.html"
        self.environment["FOLIO_RESULTS"] = str(self.folder / "none")
        told = self.json("report", *folders, "-o", page)
        self.assertEqual(told["runs"], [folder.name for folder in folders])
        self.assertIn(f"from 2 runs in {self.folder.resolve()}.", page.read_text())
        self.runner("report", folders[0], "-o", page)
        self.assertIn(str(folders[0].resolve()), page.read_text())
        (folders[0] / "run.json").write_text("[]")
        self.assertIn("run.json", self.runner("report", *folders, "-o", page, code=5).stderr)


if __name__ == "__main__":
    unittest.main()
