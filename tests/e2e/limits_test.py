"""Where the system sets a limit (a full disk, no memory, a closed descriptor), the answer says which, and nothing is
called whole that is not."""

import json
import os
import shlex
import shutil
import subprocess
import unittest

from folio import RUNNER, FolioTest, text_of_words


class Shell(FolioTest):
    def shell(self, command, environment=None):
        """Runs it in bash; `runner` is the built one."""
        text = f"runner() {{ {shlex.quote(str(RUNNER))} \"$@\"; }}; {command}"
        return subprocess.run(["bash", "-c", text], capture_output=True, timeout=120, cwd=self.folder,
                              env={**self.environment, **(environment or {})}, text=True)


class Output(Shell):
    COMMANDS = ("ls --json", "show baseline/gpt", "diff baseline/gpt baseline/bert", "compare", "check tiny.yaml",
                "--help", "ls --help", "schema", "metrics", "--version", "export baseline/gpt --format csv --to -",
                "cache", "plugins --json", "completion bash", "doctor")

    def setUp(self):
        super().setUp()
        self.experiment()

    def test_output_that_cannot_be_written_is_an_error(self):
        for command in self.COMMANDS:
            with self.subTest(command=command):
                done = self.shell(f"runner {command} > /dev/full")
                self.assertIn(done.returncode, (1, 5), done.stderr)
                self.assertIn("standard output cannot be written to: No space left on device", done.stderr)

    def test_messages_that_cannot_be_written_are_an_error_and_no_crash(self):
        for command, code in ("shwo", 2), ("show nothing-like-it", 2), ("run tiny.yaml training.max_steps=2", 1):
            with self.subTest(command=command):
                self.assertEqual(self.shell(f"runner {command} 2> /dev/full").returncode, code)
        self.assertEqual(self.shell("runner ls > /dev/full 2> /dev/full").returncode, 1)
        self.assertEqual([run["state"] for run in self.json("ls")["runs"] if run["name"] == "tiny"], ["finished"])

    def test_closed_descriptors_are_not_mistaken_for_files(self):
        done = self.shell("runner ls >&-")
        self.assertEqual((done.returncode, done.stderr),
                         (1, "error: standard output cannot be written to: it is closed\n"))
        done = self.shell("runner run tiny.yaml training.max_steps=2 --json <&- 2>&-")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(json.loads(done.stdout)["state"], "finished")
        for path in self.run_folders()[0].rglob("*"):
            if path.suffix in (".json", ".jsonl"):
                self.assertNotIn(b"Training", path.read_bytes())

    def test_a_closed_pipe_is_no_error(self):
        done = self.shell("set -o pipefail; trap '' PIPE; runner schema | true")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_stack_too_small_is_told_and_a_soft_limit_is_raised(self):
        done = self.shell("ulimit -s 64; runner check tiny.yaml")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("ulimit -s leaves 64.0 KiB for the stack, expected 512.0 KiB or more", done.stderr)
        done = self.shell("ulimit -S -s 64; runner tiny.yaml training.max_steps=2")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_file_larger_than_allowed_is_an_error_and_no_signal(self):
        done = self.shell("ulimit -f 1; runner schema > schema.json")
        self.assertEqual(done.returncode, 1)
        self.assertIn("File too large", done.stderr)


class ResultsFolder(FolioTest):
    def test_looking_makes_no_folder_and_names_the_nearest(self):
        for command in ("ls",), ("show", "latest"), ("compare",), ("diff",), ("tag", "latest", "good"), ("export", "latest"):
            with self.subTest(command=command):
                done = self.runner("--results", self.folder / "reslts", *command, code=2)
                self.assertIn(f"did you mean '{self.results}'?", done.stderr)
        done = self.runner("ls", code=2, environment={"FOLIO_RESULTS": str(self.folder / "a" / "b" / "c")})
        self.assertIn(f"the nearest folder that does is '{self.folder}'", done.stderr)
        self.runner("--results", self.results, "ls")
        self.assertEqual(list(self.results.iterdir()), [])
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["results", "words.txt"])

    def test_the_usual_folder_may_be_still_to_come(self):
        environment = {**self.environment, "FOLIO_HOME": str(self.folder)}
        del environment["FOLIO_RESULTS"]
        self.results.rmdir()
        done = subprocess.run([RUNNER, "ls", "--json"], env=environment, capture_output=True, text=True)
        self.assertEqual((done.returncode, json.loads(done.stdout)["runs"]), (0, []), done.stderr)
        self.assertFalse(self.results.exists())

    def test_a_run_whose_folder_is_removed_stops_and_is_not_made_anew(self):
        for what in "run", "results":
            with self.subTest(what=what):
                shutil.rmtree(self.results, ignore_errors=True)
                running = self.start(self.experiment(), "training.max_steps=1000000", "training.save_strategy=steps",
                                     "training.save_steps=20")
                folder = self.wait_for_steps(5)
                shutil.rmtree(folder if what == "run" else self.results, ignore_errors=True)
                shutil.rmtree(folder if what == "run" else self.results, ignore_errors=True)
                error = running.communicate(timeout=60)[1]
                self.assertEqual(running.returncode, 1)
                self.assertIn(f"{folder} was removed while it was at work", error)
                self.assertFalse(folder.exists())

    def test_a_run_that_lost_a_file_is_not_called_whole(self):
        running = self.start(self.experiment(), "training.max_steps=1000000")
        folder = self.wait_for_steps(5)
        (folder / "events.jsonl").unlink()
        error = running.communicate(timeout=60)[1]
        self.assertEqual(running.returncode, 1)
        self.assertIn("events.jsonl: was removed or replaced while it was being written", error)
        self.assertEqual(self.json("show", folder.name)["state"], "failed")

    def test_what_a_killed_worker_left_is_removed_by_a_later_command(self):
        running = self.start(self.experiment(), "training.max_steps=1000000")
        folder = self.wait_for_steps(5)
        self.assertTrue((folder / "reserve").exists())
        running.kill()
        os.kill(self.worker_pid(folder), 9)
        running.wait()
        (folder / "model").mkdir()
        (folder / "model" / "model.safetensors.tmp123-456").touch()
        self.wait_for(lambda: self.json("show", folder.name)["state"] == "failed", "the end to be noticed")
        self.assertFalse((folder / "reserve").exists())
        self.assertEqual(list((folder / "model").iterdir()), [])


class SmallDisk(FolioTest):
    @staticmethod
    def last_event(folder):
        """Behind a line that a full disk may have cut."""
        return json.loads((folder / "events.jsonl").read_text().splitlines()[-1])

    def mount(self, folder, size):
        folder.mkdir(exist_ok=True)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("no tmpfs can be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", folder])

    @unittest.skipIf(os.geteuid() != 0, "mounting a small disk needs root")
    def test_a_full_disk_is_the_reason_in_the_run_and_looking_goes_on(self):
        self.mount(self.results, "500k")
        done = self.runner(self.experiment(), "training.max_steps=100000", "training.logging_steps=1", code=1)
        self.assertIn("No space left on device", done.stderr)
        folder = self.run_folders()[0]
        end = self.last_event(folder)
        self.assertIn("events.jsonl: cannot be written to: No space left on device", end["error"]["message"])
        with open(self.results / "rest", "wb", buffering=0) as rest:
            try:
                while True:
                    rest.write(bytes(1024))
            except OSError:
                pass
        for command in ("ls", "--json"), ("show", folder.name, "--json"):
            shown = json.loads(self.runner(*command).stdout)
            self.assertEqual(shown.get("runs", [shown])[0]["state"], "failed")
        self.assertIn("every run folder is read again", self.runner("ls").stderr)
        self.assertIn("No space left on device", self.runner(self.experiment(), code=5).stderr)
        self.assertEqual(self.run_folders(), [folder])

    @unittest.skipIf(os.geteuid() != 0, "mounting a small disk needs root")
    def test_a_full_cache_is_the_reason_in_the_run(self):
        self.mount(self.folder / "small", "12k")
        done = self.runner(self.experiment(), code=1, environment={"FOLIO_CACHE": str(self.folder / "small")})
        self.assertIn("No space left on device", done.stderr)
        self.assertIn("set FOLIO_CACHE to use another folder", done.stderr)
        self.assertIn("No space left on device", self.last_event(self.run_folders()[0])["error"]["message"])


class Surroundings(Shell):
    def test_a_run_needs_neither_a_cache_nor_a_temporary_folder(self):
        (self.folder / "file").touch()
        for environment in ({"FOLIO_CACHE": "/proc/folio"}, {"FOLIO_CACHE": str(self.folder / "file" / "cache")},
                            {"HOME": "/proc", "XDG_CACHE_HOME": ""}, {"TMPDIR": str(self.folder / "none")},
                            {"TMPDIR": "/proc", "FOLIO_CACHE": "off"}):
            with self.subTest(environment=environment):
                self.runner(self.experiment(), "training.max_steps=2", environment=environment)

    def test_a_folder_whose_name_is_not_utf8(self):
        folder = os.fsencode(self.folder) + b"/caf\xe9"
        os.mkdir(folder)
        shutil.copy(self.experiment(), folder + b"/tiny.yaml")
        environment = {**self.environment, "FOLIO_RESULTS": folder + b"/results"}
        for arguments in (["tiny.yaml", "training.max_steps=2", "--json"], ["ls", "--json"], ["show", "latest", "--json"],
                          ["check", folder + b"/tiny.yaml"], ["show", "latest"], ["tag", "latest", "good"]):
            with self.subTest(arguments=arguments):
                done = subprocess.run([RUNNER, *arguments], env=environment, cwd=folder, capture_output=True)
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_working_folder_that_was_removed(self):
        self.experiment()
        gone = "mkdir gone; cd gone; rmdir ../gone;"
        self.assertEqual(self.shell(f"{gone} runner ls").returncode, 0)
        done = self.shell(f"{gone} runner tiny.yaml")
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn("filesystem error", done.stderr)


class Memory(Shell):
    def test_what_no_machine_holds_ends_at_once(self):
        for code, part, *arguments in (
                (3, "model.num_hidden_layers: expected an integer from 1 to 10000", "model.num_hidden_layers=2000000000"),
                (3, "memory", "model.hidden_size=1000000000"),
                (3, "memory", "model.max_position_embeddings=100000000000"),
                (3, "memory", "model.intermediate_size=9000000000000000000"),
                (3, "memory", "model.vocab_size=9000000000000000000"),
                (3, "memory", "model.num_hidden_layers=10000", "model.hidden_size=16384"),
                (3, "training.num_train_epochs is 1e+300", "training.num_train_epochs=1e300", "training.max_steps=-1")):
            with self.subTest(arguments=arguments):
                done = self.runner("check", self.experiment(), *arguments, code=code, timeout=30)
                self.assertIn(part, done.stderr)
                self.assertNotIn("frame #", done.stderr)
                self.assertNotIn("Exception raised", done.stderr)
        self.assertFalse(self.run_folders())

    def test_a_batch_that_no_memory_holds_is_told_before_it_is_tried(self):
        self.experiment()
        (self.folder / "words.txt").write_text(text_of_words(40000))
        done = self.shell("ulimit -v 9000000; runner check tiny.yaml model.hidden_size=4096 dataset.split.size=64 "
                          "training.per_device_train_batch_size=9000000000000000000 training.precision=float32")
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn("but `ulimit -v` has 8.6 GiB of memory. A smaller training.per_device_train_batch_size", done.stderr)

    def test_processor_time_that_runs_out_is_told(self):
        self.experiment()
        for limit in ("ulimit -t 8", "ulimit -S -t 8"):
            with self.subTest(limit=limit):
                done = self.shell(f"{limit}; runner tiny.yaml training.max_steps=1000000")
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn("`ulimit -t` allows a process 8 s of processor time", done.stderr)
                self.assertEqual(self.json("show", "latest")["state"], "failed")

    def test_memory_that_runs_out_is_told_with_what_helps(self):
        self.experiment()
        done = self.shell("ulimit -v 1500000; runner tiny.yaml model.hidden_size=512 model.num_hidden_layers=8 "
                          "model.max_position_embeddings=512 dataset.split.size=256 "
                          "training.per_device_train_batch_size=64 training.max_steps=3")
        self.assertIn(done.returncode, (1, 3))
        self.assertIn("memory", done.stderr)
        self.assertIn("training.per_device_train_batch_size", done.stderr)
        self.assertNotIn("frame #", done.stderr)
