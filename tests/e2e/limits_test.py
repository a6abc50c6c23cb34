"""Where the system sets a limit (a full disk, no memory, a closed descriptor), the answer says which, and nothing is
called whole that is not."""

import json
import shlex
import subprocess

from folio import RUNNER, FolioTest


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
        self.results.mkdir()

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

    def test_a_file_larger_than_allowed_is_an_error_and_no_signal(self):
        done = self.shell("ulimit -f 1; runner schema > schema.json")
        self.assertEqual(done.returncode, 1)
        self.assertIn("File too large", done.stderr)
