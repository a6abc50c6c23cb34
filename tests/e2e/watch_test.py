"""runner watch: runs that really train are followed from another terminal, in lines and in JSON."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from folio import RUNNER, TINY, FolioTest
from output_test import problems

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Watch(FolioTest):
    def training(self, *arguments, steps=20000):
        """A run that is at work, and has logged some points."""
        text = TINY.format(book=self.folder / "words.txt").replace("max_steps: 20", f"max_steps: {steps}")
        text = text.replace("logging_steps: 1", "logging_steps: 5\n  sample_every: 20")
        before = self.run_folders()
        process = self.start(self.experiment(text), *arguments)

        def logged():
            new = [folder for folder in self.run_folders() if folder not in before]
            return new and any(event["type"] == "points" for event in self.events(new[0])) and new[0]
        return process, self.wait_for(logged, "a logged point")

    def stop(self, *folders):
        self.runner("stop", *[folder.name for folder in folders])

    def on_terminal(self, *arguments, columns=100, rows=30, environment=None):
        """runner watch in a terminal of its own, as a shell would start it."""
        self.master, slave = pty.openpty()
        self.resize(columns, rows)

        def take_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        settings = {**self.environment, "TERM": "xterm-256color", **(environment or {})}
        settings.pop("COLUMNS", None)
        process = subprocess.Popen([RUNNER, "watch", *map(str, arguments)], stdin=slave, stdout=slave, stderr=slave,
                                   env=settings, preexec_fn=take_terminal)
        os.close(slave)
        self.addCleanup(self._reap, process, self.master)
        self.raw = ""
        return process

    @staticmethod
    def _reap(process, master):
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(master)

    def resize(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds=0.1):
        """What the terminal got within a time; false at its end."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return True
        try:
            some = os.read(self.master, 65536)
        except OSError:
            return False
        self.raw += some.decode(errors="replace")
        return bool(some)

    def wait_for_frame(self, condition, what, seconds=60):
        def found():
            self.read()
            frames = self.frames()
            return frames[-1] if frames and condition(frames[-1]) else None
        return self.wait_for(found, what, seconds)

    def frames(self):
        """The frames that were drawn whole, as lines without colours."""
        screen = self.raw.split("\x1b[?1049h")[-1].split("\x1b[?25h")[0]
        return [COLOUR.sub("", frame.replace("\x1b[K", "").replace("\x1b[J", "")).split("\r\n")
                for frame in screen.split("\x1b[H")[1:-1]]

    def end_of(self, process, seconds=60):
        """Its exit code, and what it leaves on the terminal."""
        end = time.time() + seconds
        while self.read() and time.time() < end:
            pass
        return process.wait(timeout=10), COLOUR.sub("", self.raw.split("\x1b[?1049l")[-1]).replace("\r\n", "\n")

    def test_runs_are_drawn_over_each_other_while_they_train(self):
        first, first_folder = self.training("--name", "first")
        second, second_folder = self.training("training.seed=2", "--name", "second")
        watch = self.on_terminal("--smoothing", "0.5")
        frame = self.wait_for_frame(lambda lines: sum("writes:" in line for line in lines) == 2, "both runs' samples")
        text = "\n".join(frame)
        self.assertEqual(frame[0].split(",")[0], "loss (nats per token")
        self.assertIn("┤", text)
        for name, folder in (("first", first_folder), ("second", second_folder)):
            self.assertRegex(text, rf"[AB]  {name} +{folder.name}  running +[\d,]+/[\d,]+ +\d\.\d{{4}} +\d+ tok/s +\d")
        self.assertIn("q or Ctrl-C stops watching", frame[-1])
        self.assertRegex(self.raw, r"\x1b\[38;5;39m[⠀-⣿]")
        # What comes is shown within two seconds, and more where the machine is slow.
        logged = [event["step"] for event in self.events(first_folder) if event["type"] == "points"][-1]
        began = time.time()
        self.wait_for_frame(lambda lines: any(self.step_of(line, "first") >= logged for line in lines), "the newest step")
        self.assertLess(time.time() - began, 5)
        # The curve goes on after one of them has ended.
        self.stop(second_folder)
        self.wait_for_frame(lambda lines: any(re.search("second .* interrupted", line) for line in lines), "the end of the second")
        # It follows the terminal's size.
        self.resize(60, 20)
        frame = self.wait_for_frame(lambda lines: len(lines) <= 20 and all(len(line) < 60 for line in lines), "a smaller frame", 5)
        self.assertIn("┤", "\n".join(frame))
        self.stop(first_folder)
        code, left = self.end_of(watch)
        self.assertEqual(code, 0, left)
        self.assertRegex(left, "first .* (interrupted|finished)")
        self.assertNotIn("\x1b", left)
        self.assertEqual((first.wait(), second.wait()), (130, 130))

    @staticmethod
    def step_of(line, name):
        found = re.search(rf"[AB]  {name} .* ([\d,]+)/", line)
        return int(found[1].replace(",", "")) if found else -1

    def test_watching_is_ended_by_a_key_or_ctrl_c_and_the_run_goes_on(self):
        training, folder = self.training()
        for how in (b"q", b"\x03", signal.SIGTERM):
            with self.subTest(how):
                watch = self.on_terminal(folder.name)
                self.wait_for_frame(lambda lines: len(lines) > 3, "a frame")
                os.write(self.master, how) if isinstance(how, bytes) else watch.send_signal(how)
                code, left = self.end_of(watch)
                self.assertEqual(code, 143 if how == signal.SIGTERM else 130)
                self.assertIn("Stopped watching; the runs go on.", left)
                self.assertIn("\x1b[?25h\x1b[?1049l", self.raw)
                self.assertIsNone(training.poll())
        self.stop(folder)

    def test_lines_are_printed_where_there_is_no_terminal(self):
        training, folder = self.training("--name", "plain", steps=1500)
        text = self.runner("watch").stdout
        self.assertNotIn("\x1b", text)
        self.assertRegex(text, rf"{folder.name}  plain  running  step [\d,]+/1,?500  loss \d\.\d{{4}}  \d+ tok/s  .* left\n")
        self.assertRegex(text, rf"{folder.name}  plain  step \d+ writes: and the sails")
        self.assertIn(f"{folder.name}  plain  finished  step 1,500/1,500", text.splitlines()[-2] + text.splitlines()[-1])
        dumb = self.training("--name", "dumb", steps=60)[1]
        watch = self.on_terminal(dumb.name, environment={"TERM": "dumb"})
        code, _ = self.end_of(watch)
        self.assertEqual(code, 0)
        self.assertNotIn("\x1b", self.raw)
        self.assertIn(dumb.name, self.raw)
        training.wait()

    def test_lines_of_json_have_what_is_new_and_nothing_twice(self):
        training, folder = self.training(steps=1500)
        lines = [json.loads(line) for line in self.runner("watch", "--json").stdout.splitlines()]
        self.assertGreater(len(lines), 1)
        for line in lines:
            self.assertEqual(problems("watch", line), [])
        points = [point for line in lines for curve in line["curves"] for point in curve["points"]]
        whole = self.json("plot", folder.name)["curves"][0]["points"]
        self.assertEqual(points, whole)
        last = lines[-1]["runs"][0]
        self.assertEqual((last["id"], last["state"], last["step"], last["steps"], last["seconds_left"]),
                         (folder.name, "finished", 1500, 1500, None))
        self.assertTrue(last["sample"]["text"])
        self.assertEqual(training.wait(), 0)

    def test_a_run_that_has_ended_is_drawn_once(self):
        self.runner(self.experiment(), "--name", "ended")
        done = self.runner("watch", "ended", "--x", "epochs", "--log-y")
        self.assertIn("┤", done.stdout)
        self.assertRegex(done.stdout, r"A  ended +[0-9a-f]{8}  finished +20/20")
        self.assertEqual(done.stderr, "This run is not at work: it is drawn as it ended.\n")
        code, left = self.end_of(self.on_terminal("ended", columns=50, rows=20))
        self.assertEqual(code, 0)
        self.assertLessEqual(max(len(line) for line in left.splitlines()), 50)
        self.assertEqual(problems("watch", self.json("watch", "ended")), [])

    def test_bad_input_is_told(self):
        self.assertIn("no run is at work; `runner FILE` starts one", self.runner("watch", code=2).stderr)
        self.runner(self.experiment(), "--name", "ended")
        self.assertIn("no run is at work", self.json("watch", code=2)["error"]["message"])
        self.assertRegex(self.runner("watch", "ended", "--metric", "los", code=2).stderr,
                         "has no curve of 'los'; did you mean 'loss'\\?; there are curves of .*loss")
        self.assertIn("nothing", self.runner("watch", "nothing", code=2).stderr)
        self.assertIn("--x", self.runner("watch", "ended", "--x", "miles", code=2).stderr)
        training, folder = self.training()
        self.assertIn("did you mean 'loss'?", self.runner("watch", "--metric", "los", code=2).stderr)
        self.stop(folder)
        training.wait()
