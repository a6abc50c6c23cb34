"""The store on a PostgreSQL server, this test's own, as a user meets it."""

import os
import signal
import sys
import time
import unittest

import folio
from folio import FolioTest

sys.path.insert(0, str(folio.SOURCE / "tests"))
from postgresql_server import Server  # noqa: E402


class StoreTest(FolioTest):
    def setUp(self):
        super().setUp()
        self.server = Server()
        self.addCleanup(self.server.remove)
        self.server.start()
        self.server.sql("CREATE DATABASE folio")
        self.url = self.server.address + "folio"
        self.environment["FOLIO_STORE"] = self.url

    def test_a_run_goes_to_the_server_and_reads_as_from_a_file(self):
        self.runner(self.experiment(), "--quiet")
        self.runner(self.experiment(), "training.seed=7", "--quiet")
        for command in (["ls"], ["show"], ["show", "--json"], ["diff"], ["diff", "--json"], ["compare", "--csv"]):
            on_server = self.runner(*command).stdout
            in_file = self.runner(*command, environment={"FOLIO_STORE": ""}).stdout
            self.assertEqual(on_server, in_file, command)
        self.assertEqual(self.server.sql("SELECT count(*) FROM folio.runs WHERE state = 'finished' AND "
                                         "run NOT LIKE 'baseline/%'", "folio"), [["2"]])
        self.assertIn("4 runs entered", self.runner("reindex").stdout)
        store = next(check for check in self.json("doctor")["checks"] if check["name"] == "store")
        self.assertEqual((store["verdict"], store["text"]), ("ok", f"{self.url} with 4 runs"))

    def test_another_results_folder_sees_the_run_and_leaves_it_alone(self):
        run = self.json(self.experiment())["id"]
        there = ["--results", self.folder / "elsewhere"]
        self.assertEqual(self.json(*there, "ls")["runs"][0]["id"], run)
        self.assertIn(str(self.results / "runs" / run), self.json(*there, "show", run)["other_folder"])
        for command in (["tag", run, "good"], ["rm", run]):
            refused = self.runner(*there, *command, code=2).stderr
            self.assertIn(f"run {run} is in ", refused)
        self.assertEqual(self.json("ls")["runs"][0]["id"], run)
        behind = self.json("ls", *there, "--store", self.url, environment={"FOLIO_STORE": ""})["runs"]
        self.assertEqual(behind[0]["id"], run)

    def test_a_server_that_comes_back_has_all_of_the_run(self):
        process = self.start(self.experiment(), "training.max_steps=400", "--json")
        self.wait_for_steps(20)
        for _ in range(3):
            self.server.kill()
            self.server.start()
        self.assertEqual(process.wait(timeout=120), 0, process.stderr.read())
        points = self.server.sql("SELECT count(*), count(DISTINCT step) FROM folio.points JOIN folio.metrics ON "
                                 "metrics.id = points.metric WHERE metrics.name = 'loss'", "folio")
        self.assertEqual(points, [["400", "400"]])

    def test_a_server_that_stays_away_takes_nothing_from_the_run(self):
        process = self.start(self.experiment(), "training.max_steps=100")
        self.wait_for_steps(5)
        self.server.kill()
        _, errors = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 0, errors)
        folder = self.run_folders()[0]
        self.assertIn(f"The complete run is in {folder}", errors)
        self.assertIn("reconnecting failed", errors)
        self.assertEqual(self.events(folder)[-1]["state"], "finished")
        self.assertIn("Connection refused", self.runner("ls", code=5).stderr)
        self.server.start()
        self.assertEqual(self.json("ls")["runs"][0]["state"], "finished")

    def test_a_server_that_hangs_keeps_nobody_from_watching(self):
        process = self.start(self.experiment(), "training.max_steps=100000", "--quiet")
        self.wait_for_steps(20)
        backends = self.server.sql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND "
                                   "pid <> pg_backend_pid()")
        for backend, in backends:
            os.kill(int(backend), signal.SIGSTOP)
        time.sleep(3)  # the runner waits for an answer by then
        folder = self.run_folders()[0]
        process.send_signal(signal.SIGINT)
        self.wait_for(lambda: self.events(folder)[-1].get("state") == "interrupted", "the worker's end", seconds=20)
        for backend, in backends:
            os.kill(int(backend), signal.SIGCONT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(self.json("ls")["runs"][0]["state"], "interrupted")

    def test_a_sweep_goes_on_without_its_server(self):
        process = self.start("-m", self.experiment(), "training.seed=1,2", "training.max_steps=60")
        self.wait_for_steps(5)
        self.server.kill()
        output, errors = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 0, errors)
        self.assertEqual(output.count("  finished  "), 2, output)
        self.assertEqual(len(self.run_folders()), 2)
        self.assertIn("It is not known whether this combination was run before", errors)

    def test_what_is_no_server_is_refused(self):
        self.assertIn("expected postgresql://", self.runner("--store", "sqlite:x", "ls", code=2).stderr)
        self.assertIn("does not exist", self.runner("--store", self.server.address + "nothing", "ls", code=5).stderr)


if __name__ == "__main__":
    unittest.main()
