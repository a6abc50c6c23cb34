"""Ctrl-C, kills at any moment, and what is kept then."""

import json
import os
import pathlib
import random
import re
import signal
import sqlite3
import subprocess
import time

from folio import RUNNER, FolioTest, text_of_words


def children_of(pid):
    return (pathlib.Path("/proc") / str(pid) / "task" / str(pid) / "children").read_text().split()


def alive(pid):
    try:
        return (pathlib.Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Interrupt(FolioTest):
    def stored_steps(self, run):
        """The steps of the run's losses in the store."""
        connection = sqlite3.connect(self.results / "store.sqlite")
        try:
            return {row[0] for row in connection.execute(
                "SELECT step FROM points JOIN runs ON runs.id = points.run JOIN metrics ON metrics.id = points.metric"
                " WHERE runs.run = ? AND metrics.name = 'loss'", (run,))}
        finally:
            connection.close()

    def states(self):
        """Of the test's own runs, newest first."""
        return [run["state"] for run in self.json("ls", "--where", "file~tiny")["runs"]]

    def long_run(self):
        return self.start(self.experiment(), "training.max_steps=100000")

    def test_ctrl_c_finishes_the_step_saves_and_exits_130(self):
        run = self.long_run()
        folder = self.wait_for_steps(5)
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=60)
        self.assertEqual(run.returncode, 130)
        self.assertTrue((folder / "model" / "model.safetensors").exists())
        shown = self.json("show", "latest")
        self.assertEqual(shown["state"], "interrupted")
        self.assertIn("train_loss", shown["metrics"])

    def test_ctrl_c_ends_an_answer_and_then_the_conversation(self):
        self.runner(self.experiment())
        primary, secondary = os.openpty()
        asked = subprocess.Popen([RUNNER, "generate", "latest", "-i", "-t", "0", "--max-new-tokens", "1000000"], env=self.environment,
                                 stdin=secondary, stdout=secondary, stderr=secondary)
        self.addCleanup(asked.kill)
        os.close(secondary)
        shown = b""

        def read_until(wanted):
            nonlocal shown
            while not re.search(wanted, shown):
                shown += os.read(primary, 1024)
            shown = b""

        prompt = rb"\n(\x1b\[1m)?> (\x1b\[0m)?$"
        read_until(prompt)
        for _ in range(2):
            os.write(primary, b"the grey\n")
            read_until(rb"(?s)the grey\r\n.{100}")
            asked.send_signal(signal.SIGINT)
            read_until(prompt)
        asked.send_signal(signal.SIGINT)
        self.assertEqual(asked.wait(timeout=60), 130)
        os.close(primary)

    def test_signals_by_which_a_cluster_warns_a_job_are_an_interruption(self):
        for number in [signal.SIGUSR1, signal.SIGUSR2, signal.SIGQUIT, signal.SIGALRM, signal.SIGXCPU]:
            for whom in ["runner", "worker"]:
                with self.subTest(signal=number.name, whom=whom):
                    before = len(self.run_folders())
                    run = self.long_run()
                    self.wait_for(lambda: len(self.run_folders()) > before, "the run")
                    folder = max(self.run_folders(), key=lambda path: path.stat().st_ctime)
                    self.wait_for(lambda: any(event.get("step", 0) > 2 for event in self.events(folder)), "some steps")
                    os.kill(run.pid if whom == "runner" else int(children_of(run.pid)[0]), number)
                    _, errors = run.communicate(timeout=60)
                    self.assertEqual(run.returncode, 130, errors)
                    self.assertEqual(self.json("show", folder.name)["state"], "interrupted")
                    self.assertTrue((folder / "model" / "model.safetensors").exists())

    def test_a_store_that_is_removed_meanwhile_is_made_anew(self):
        run = self.long_run()
        folder = self.wait_for_steps(5)
        self.wait_for(lambda: self.stored_steps_are_there(folder.name), "the store")
        (self.results / "store.sqlite").unlink()
        self.wait_for(lambda: self.stored_steps_are_there(folder.name), "a new store")
        run.send_signal(signal.SIGINT)
        _, errors = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 130, errors)
        self.assertIn("store.sqlite: was re", errors)
        self.assertIn("the run goes on", errors)
        self.assertNotIn("::", errors)

    def stored_steps_are_there(self, run):
        try:
            return self.stored_steps(run)
        except sqlite3.OperationalError:  # not there yet
            return False

    def test_ctrl_c_says_at_once_what_it_waits_for(self):
        run = self.long_run()
        self.wait_for_steps(5)
        run.send_signal(signal.SIGINT)
        _, errors = run.communicate(timeout=60)
        self.assertRegex(errors, r"Stopping: step \d+ comes to its end, then the model is saved")
        self.assertIn("Ctrl-C again stops at once", errors)

    def test_ctrl_c_is_an_interruption_from_the_first_moment(self):
        for milliseconds in [0, 20, 60, 120, 200, 300, 400, 550]:
            with self.subTest(milliseconds=milliseconds):
                before = set(self.run_folders())
                run = self.long_run()
                time.sleep(milliseconds / 1000)
                run.send_signal(signal.SIGINT)
                _, errors = run.communicate(timeout=30)
                # In the first milliseconds the program has not looked at signals yet, and dies of this one.
                self.assertIn(run.returncode, [130, -signal.SIGINT], errors)
                for folder in set(self.run_folders()) - before:
                    self.assertEqual(self.json("show", folder.name)["state"], "interrupted", errors)

    def test_ctrl_c_during_the_preparation_keeps_the_run_and_stops_a_sweep(self):
        sweep = self.start("-m", self.experiment(), "training.max_steps=100000", "training.seed=1,2,3")
        self.wait_for(self.run_folders, "the first run")
        sweep.send_signal(signal.SIGINT)
        out, errors = sweep.communicate(timeout=30)
        self.assertEqual(sweep.returncode, 130, errors)
        self.assertEqual(self.states(), ["interrupted"])
        self.assertEqual(out.count("not started"), 2, out)

    def test_check_and_data_end_with_130(self):
        # A text that takes a while to read.
        (self.folder / "words.txt").write_text(text_of_words(4_000_000))
        for command in ["check", "data"]:
            with self.subTest(command):
                work = self.start(command, self.experiment())
                self.wait_for(lambda: children_of(work.pid), "the worker")
                time.sleep(0.3)
                work.send_signal(signal.SIGINT)
                _, errors = work.communicate(timeout=10)
                self.assertEqual(work.returncode, 130, errors)
                self.assertIn("interrupted", errors)

    def test_a_run_outlives_its_terminal(self):
        primary, secondary = os.openpty()
        run = subprocess.Popen([RUNNER, self.experiment(), "training.max_steps=200"], env=self.environment,
                               stdin=secondary, stdout=secondary, stderr=secondary, start_new_session=True)
        self.addCleanup(run.wait)
        os.close(secondary)
        folder = self.wait_for_steps(3)
        os.close(primary)  # the kernel sends SIGHUP, and what is printed from now on fails
        os.kill(run.pid, signal.SIGHUP)
        os.kill(self.worker_pid(folder), signal.SIGHUP)
        self.assertEqual(self.states(), ["running"])
        run.wait(timeout=60)
        self.assertEqual(self.json("show", "latest")["state"], "finished")

    def test_a_run_outlives_whoever_read_its_output(self):
        run = self.start(self.experiment(), "training.max_steps=200")
        self.wait_for_steps(3)
        run.stderr.close()
        run.stdout.close()
        run.wait(timeout=60)
        self.assertEqual(self.json("show", "latest")["state"], "finished")

    def test_stop_ends_a_run_as_ctrl_c_would(self):
        run = self.long_run()
        folder = self.wait_for_steps(3)
        stopped = self.json("stop", "latest")
        self.assertEqual([(r["id"], r["state"]) for r in stopped["runs"]], [(folder.name, "interrupted")])
        run.communicate(timeout=20)
        self.assertEqual(run.returncode, 130)
        self.assertTrue((folder / "model" / "model.safetensors").exists())
        self.assertFalse((folder / "stop").exists())
        self.assertIn("was not running: interrupted", self.runner("stop", "latest").stdout)

    def test_stop_now_kills(self):
        run = self.long_run()
        folder = self.wait_for_steps(3)
        os.kill(self.worker_pid(folder), signal.SIGSTOP)
        self.assertIn("interrupted", self.runner("stop", "latest", "--now").stdout)
        run.communicate(timeout=20)
        self.assertEqual(run.returncode, 130)

    def test_a_detached_run_gives_the_prompt_back_and_goes_on(self):
        begun = self.runner(self.experiment(), "training.max_steps=100000", "--detach")
        folder = self.wait_for_steps(3)
        self.assertIn(f"Run {folder.name} of tiny goes on in the background", begun.stdout)
        self.assertEqual(self.states(), ["running"])
        self.assertIn("interrupted", self.runner("stop", folder.name).stdout)
        mistyped = self.runner(self.experiment(), "training.max_stepps=1", "--detach", code=3)
        self.assertIn("max_steps", mistyped.stderr)
        self.assertEqual(len(self.run_folders()), 1)

    def test_a_detached_sweep(self):
        begun = self.json("-m", self.experiment(), "training.seed=1,2", "--detach")
        self.assertEqual(begun["runs"], 2)
        self.wait_for(lambda: self.states() == ["finished"] * 2, "both runs")

    def test_a_run_of_another_machine_can_be_marked_and_removed_by_hand(self):
        run = self.long_run()
        folder = self.wait_for_steps(3)
        self.assertIn("is being worked on", self.runner("mark", "latest", "failed", code=2).stderr)
        self.assertIn("--force", self.runner("rm", "latest", code=2).stderr)
        self.runner("stop", "latest")
        run.communicate(timeout=20)
        # What a copy of a running run's folder says.
        events = (folder / "events.jsonl").read_text().splitlines(keepends=True)
        states = [json.loads(line) for line in events if '"state"' in line]
        states[0]["process"].update(host="node7", boot_id="another")
        for name in ["aaaaaaa1", "aaaaaaa2"]:
            copy = self.results / "runs" / name
            copy.mkdir()
            information = json.loads((folder / "run.json").read_text())
            (copy / "run.json").write_text(json.dumps({**information, "id": name}))
            (copy / "resolved.json").write_text((folder / "resolved.json").read_text())
            (copy / "events.jsonl").write_text(json.dumps(states[0]) + "\n")
        self.assertIn("on node7", self.runner("ls").stdout)
        self.runner("mark", "aaaaaaa1", "failed", "--reason", "lost power")
        shown = self.json("show", "aaaaaaa1")
        self.assertEqual((shown["state"], shown["error"]["message"]), ("failed", "marked by hand: lost power"))
        self.assertIn("is failed already", self.runner("mark", "aaaaaaa1", "failed", code=2).stderr)
        self.runner("rm", "aaaaaaa2", code=2)
        self.runner("rm", "aaaaaaa2", "--force")
        self.assertFalse((self.results / "runs" / "aaaaaaa2").exists())

    def test_a_second_ctrl_c_stops_at_once(self):
        run = self.long_run()
        folder = self.wait_for_steps(2)
        os.kill(self.worker_pid(folder), signal.SIGSTOP)  # a step that never ends
        run.send_signal(signal.SIGINT)
        with self.assertRaises(Exception):
            run.wait(timeout=0.7)
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=10)
        self.assertEqual(run.returncode, 130)
        self.assertEqual(self.json("show", "latest")["state"], "interrupted")

    def test_a_worker_that_is_killed_is_a_failed_run_with_all_its_points(self):
        run = self.long_run()
        folder = self.wait_for_steps(5)
        os.kill(self.worker_pid(folder), signal.SIGKILL)
        _, errors = run.communicate(timeout=20)
        self.assertEqual(run.returncode, 1)
        self.assertIn("Killed", errors)
        self.assertEqual(self.json("show", "latest")["state"], "failed")

    def test_a_worker_whose_runner_is_killed_finishes_its_work(self):
        run = self.start(self.experiment(), "training.max_steps=300")
        folder = self.wait_for_steps(3)
        run.kill()
        self.wait_for(lambda: self.events(folder)[-1].get("state") == "finished" or
                      any(e.get("state") == "finished" for e in self.events(folder)), "the worker's end")
        shown = self.json("show", "latest")
        self.assertEqual(shown["state"], "finished")

    def test_killing_worker_and_runner_at_random_moments_loses_no_logged_point(self):
        choose = random.Random(3)
        for round_number in range(6):
            run = self.start(self.experiment(), "training.max_steps=100000", "-n", f"round-{round_number}")
            known = {f.name for f in self.run_folders()}
            folder = self.wait_for(lambda: next((f for f in self.run_folders() if f.name not in known), None)
                                   or next((f for f in self.run_folders()
                                            if f'"round-{round_number}"' in (f / "run.json").read_text()), None),
                                   "the run's folder")
            self.wait_for(lambda: len(self.events(folder)) > choose.randint(5, 60), "some points")
            pid = self.worker_pid(folder)
            victims = choose.choice([[pid], [pid, run.pid], [run.pid, pid]])
            for victim in victims:
                os.kill(victim, signal.SIGKILL)
            run.wait(timeout=20)
            self.wait_for(lambda: not alive(pid), "the worker's death")
            logged = {e["step"] for e in self.events(folder) if e["type"] == "points"}
            # The kernel ends the threads of a killed worker one by one, and its lock with the last of them.
            self.wait_for(lambda: self.json("show", folder.name)["state"] == "failed", "the lock's end")
            self.assertTrue(logged)
            self.assertEqual(self.stored_steps(folder.name), logged)
