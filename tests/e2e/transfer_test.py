"""Runs that go to other programs and come back, and what a machine is told about itself."""

import json
import shutil
import subprocess

from folio import RUNNER, FolioTest


class Transfer(FolioTest):
    def test_a_run_goes_to_another_store_and_back_in_each_format(self):
        self.runner(self.experiment())
        run = self.json("show", "latest")
        for format in ["folder", "json", "tensorboard"]:
            out = self.folder / format
            path = out.with_suffix(".json") if format == "json" else out
            self.runner("export", "latest", "--format", format, "--to", path)
            other = self.folder / f"store-{format}"
            [report] = json.loads(self.runner("--results", other, "import", path, "--json").stdout)["runs"]
            self.assertEqual(report["unread"], [])
            back = json.loads(self.runner("--results", other, "show", report["id"], "--json").stdout)
            self.assertAlmostEqual(back["metrics"]["loss"], run["metrics"]["loss"], places=5)
            if format != "tensorboard":
                self.assertEqual(back["metrics"], run["metrics"])
                for field in ["settings", "environment", "plugins", "facts", "created", "command"]:
                    self.assertEqual(back[field], run[field])

    def test_csv_has_a_row_for_each_logged_step(self):
        self.runner(self.experiment())
        self.runner("export", "latest", "--format", "csv", "--to", self.folder / "points.csv")
        lines = (self.folder / "points.csv").read_text().splitlines()
        columns = lines[0].split(",")
        self.assertEqual(columns[0], "step")
        self.assertLessEqual({"epoch", "loss", "learning_rate"}, set(columns))
        self.assertEqual(len(lines), 21)
        self.assertIn("already exists", self.runner("export", "latest", "--format", "csv", "--to",
                                                      self.folder / "points.csv", code=5).stderr)

    def test_importing_again_changes_nothing(self):
        self.runner(self.experiment())
        self.runner("export", "latest", "--to", self.folder / "run.json")
        before = [path.name for path in self.run_folders()]
        for path in [self.folder / "run.json", self.run_folders()[0]]:
            self.assertIn("already imported; nothing is changed", self.runner("import", path).stdout)
        self.assertEqual([path.name for path in self.run_folders()], before)

    def test_several_runs_are_exported_at_once(self):
        for name in ["first", "second"]:
            self.runner(self.experiment(), "training.max_steps=3", "--name", name)
        ids = [self.json("show", name)["id"] for name in ["first", "second"]]
        out = self.runner("export", "first", "second", "first", "--format", "points-csv", "--to", "-").stdout
        rows = [line.split(",") for line in out.splitlines()]
        self.assertEqual(rows[0], ["run", "step", "metric", "value"])
        self.assertEqual([run for run, step, metric, value in rows[1:] if metric == "loss"],
                         [id for id in ids for step in range(3)])
        wide = self.runner("export", "--where", "name=first or name=second", "--format", "csv", "--to", "-").stdout
        self.assertEqual(wide.splitlines()[0].split(",")[:2], ["run", "step"])
        self.runner("export", "first", "second", "--format", "tensorboard", "--to", self.folder / "logs")
        self.assertEqual({path.name for path in (self.folder / "logs").iterdir()}, set(ids))
        self.assertIn("Name them", self.runner("export", code=2).stderr)
        self.assertIn("cannot go to standard output",
                      self.runner("export", "first", "--format", "folder", "--to", "-", code=2).stderr)

    def test_what_cannot_be_imported_does_not_keep_the_others_out(self):
        for name, text in [("good", '{"loss": 1.5}'), ("bad", "{"), ("other", '{"loss": 2.5}')]:
            (self.folder / f"{name}.json").write_text(text)
        paths = [self.folder / f"{name}.json" for name in ("good", "bad", "other")]
        done = self.runner("import", *paths, code=2)
        self.assertEqual(len(done.stdout.splitlines()), 2)
        self.assertIn("bad.json", done.stderr)
        answer = json.loads(self.runner("import", *paths, "--json", code=2).stdout)
        self.assertEqual([run["name"] for run in answer["runs"]], ["good", "other"])
        self.assertEqual([failure["path"] for failure in answer["failed"]], [str(paths[1])])

    def test_a_folder_of_run_folders_is_imported_and_what_is_wrong_with_one_names_it(self):
        runs = self.folder / "runs.json"
        runs.write_text(json.dumps({"runs": [{"name": name, "metrics": {"loss": 1.5}, "state": "running"}
                                             for name in ("first", "second")]}))
        done = self.runner("import", runs)
        ids = dict(reversed(line.split(":")[0].split()) for line in done.stdout.splitlines())
        for name in ("first", "second"):
            self.assertIn(f"warning: {ids[name]} ({name}): not imported: it had not ended", done.stderr)
        folder, other = self.folder / "exported", self.folder / "other"
        self.runner("export", *ids.values(), "--format", "folder", "--to", folder)
        (folder / ids["first"] / "run.json").write_text("{")
        done = self.runner("--results", other, "import", folder, code=2)
        self.assertEqual(len(done.stdout.splitlines()), 1)
        self.assertIn(ids["first"], done.stderr)
        answer = json.loads(self.runner("--results", other, "import", folder, "--json", code=2).stdout)
        self.assertEqual([(run["id"], run["unchanged"]) for run in answer["runs"]], [(ids["second"], True)])
        self.assertEqual([failure["path"] for failure in answer["failed"]], [str(folder / ids["first"])])

    def test_what_is_no_run_is_not_imported(self):
        self.assertIn("expected a run folder", self.runner("import", self.folder, code=2).stderr)
        self.assertIn("there is no such file", self.runner("import", self.folder / "nothing", code=2).stderr)


class Doctor(FolioTest):
    def test_a_sound_installation_is_found_sound(self):
        names = {finding["name"]: finding for finding in self.json("doctor")["checks"]}
        self.assertEqual({name for name in names if names[name]["verdict"] == "failed"}, set())
        self.assertLessEqual({"libtorch", "processor", "plugins", "store", "disk"}, set(names))
        self.assertIn("GFLOP/s", names["libtorch"]["text"])

    def test_a_damaged_store_and_a_broken_plugin_are_found_with_what_to_do(self):
        self.runner("ls")
        (self.results / "store.sqlite").write_bytes(b"no database " * 1000)
        plugins = self.folder / "plugins"
        plugins.mkdir()
        (plugins / "libbroken.so").write_text("no library")
        text = self.runner("--plugin-path", plugins, "doctor", code=1).stdout
        for part in ["runner reindex", "libbroken.so"]:
            self.assertIn(part, text)
        self.runner("reindex")
        self.runner("doctor")


class Completion(FolioTest):
    def complete(self, line):
        """What bash offers for the last word of a line."""
        words = line.split(" ")
        script = self.folder / "completion.bash"
        script.write_text(self.runner("completion", "bash").stdout)
        commands = (f"source {script}; COMP_WORDS=({' '.join(words[:-1])} '{words[-1]}'); COMP_CWORD={len(words) - 1}; "
                    "_folio_runner; printf '%s\\n' \"${COMPREPLY[@]}\"")
        done = subprocess.run(["bash", "-c", commands], env=self.environment, cwd=self.folder, text=True,
                              capture_output=True, check=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_commands_options_runs_and_files_are_completed(self):
        self.assertEqual(self.complete(f"{RUNNER} sho"), ["show"])
        self.assertIn("--explain", self.complete(f"{RUNNER} show --e"))
        self.assertEqual(self.complete(f"{RUNNER} diff baseline/b"), ["baseline/bert"])
        self.assertIn("words.txt", self.complete(f"{RUNNER} check wor"))

    def test_the_scripts_are_ones_that_their_shells_read(self):
        for shell in ["bash", "zsh", "fish"]:
            text = self.runner("completion", shell).stdout
            self.assertIn("show", text)
            if shutil.which(shell):
                subprocess.run([shell, "-n"], input=text, text=True, check=True)
