"""A results folder with anything in it: what cannot be read is named, once, and every command works with the others."""

import json
import os
import shutil
import time

from folio import FolioTest

DEEP = '{"a":' * 60_000 + "1" + "}" * 60_000


def put_pipe(path):
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def put_endless_line(path):
    path.write_text("x")
    os.truncate(path, 600 << 20)


# What is wrong, by the name of the folder, and what is said of it.
DAMAGES = {
    "0000dee1": (lambda run: (run / "resolved.json").write_text(DEEP), "resolved.json: is nested deeper than 128"),
    "0000dee2": (lambda run: (run / "run.json").write_text(DEEP), "run.json: is nested deeper than 128"),
    "00001157": (lambda run: (run / "resolved.json").write_text('{"model":[1,2]}'),
                 "resolved.json: model: expected an object, got an array"),
    "0000f1f0": (lambda run: put_pipe(run / "events.jsonl"), "events.jsonl: is not a regular file (it is a pipe)"),
    "0000f1f1": (lambda run: put_pipe(run / "run.json"), "run.json: is not a regular file (it is a pipe)"),
    "00060000": (lambda run: put_endless_line(run / "events.jsonl"), "events.jsonl: the line that begins at byte 0 is"),
    "0000none": (lambda run: (run / "run.json").unlink(), "run.json: cannot be opened: No such file or directory"),
    "odd\nname": (lambda run: None, "is no name of a run's folder"),
}


class HostileFolders(FolioTest):
    def setUp(self):
        super().setUp()
        self.good = [self.imported(f"good-{i}", i) for i in range(2)]
        for name, (damage, _) in DAMAGES.items():
            folder = self.results / "runs" / name
            shutil.copytree(self.results / "runs" / self.good[0], folder)
            info = json.loads((folder / "run.json").read_text())
            del info["imported"]
            (folder / "run.json").write_text(json.dumps(info))
            damage(folder)

    def imported(self, name, seed):
        source = {"name": name, "metrics": {"train_loss": 2 + seed}, "points": {"loss": [[1, 3], [2, 2 + seed]]},
                  "settings": {"model": {"type": "gpt"}, "training": {"seed": seed}}}
        file = self.folder / f"{name}.json"
        file.write_text(json.dumps(source))
        return json.loads(self.runner("import", file, "--json").stdout)["runs"][0]["id"]

    def test_every_command_names_the_bad_folders_once_and_works_with_the_others(self):
        one, two = self.good
        for command in (["ls"], ["ls", "--json"], ["ls", "--where", "training.seed=1"], ["compare"], ["compare", "--csv"],
                        ["show", one], ["show", one, "--json", "--explain"], ["diff", one, two], ["diff", one, "--json"],
                        ["tag", two, "good"], ["note", two, "a note"], ["export", one, "--to", "-"],
                        ["completion", "--runs"], ["reindex"]):
            with self.subTest(command=command):
                begun = time.monotonic()
                done = self.runner(*command)
                self.assertLess(time.monotonic() - begun, 60)
                for name, (_, reason) in DAMAGES.items():
                    lines = [line for line in done.stderr.splitlines() if reason in line]
                    self.assertEqual(len(lines), sum(reason == other for _, other in DAMAGES.values()), reason)
                    self.assertTrue(all(line.startswith("warning: ") for line in lines))
                self.assertNotIn("json.exception", done.stderr)
                if "--json" in command:
                    json.loads(done.stdout)
        listed = {run["id"] for run in self.json("ls")["runs"]}
        self.assertEqual(listed - {"baseline/gpt", "baseline/bert"}, set(self.good))

    def test_a_command_for_a_bad_folder_says_the_reason_and_rm_takes_it_away(self):
        for name, (_, reason) in DAMAGES.items():
            for command in (["show", name], ["diff", name, self.good[0]], ["tag", name, "x"], ["compare", name]):
                done = self.runner(*command, code=5)
                self.assertIn(reason, done.stderr.splitlines()[-1])
            self.runner("rm", name)
        self.assertEqual(self.runner("ls").stderr, "")
        self.runner("restore")
        self.runner("purge", "--yes")
        self.assertEqual(os.listdir(self.results / "trash"), [])

    def test_traces_and_files_of_a_run_may_be_pipes(self):
        folder = self.results / "runs" / self.good[0]
        for name in "trace.bin", "experiment.yaml", "log.txt":
            put_pipe(folder / name)
        (folder / "model").mkdir()
        put_pipe(folder / "model/tokenizer.json")
        self.runner("show", self.good[0])
        self.assertIn("is a pipe", self.runner("diff", *self.good, "--trace", code=5).stderr)
        self.runner("export", self.good[0], "--to", self.folder / "copy.json", code=5)
