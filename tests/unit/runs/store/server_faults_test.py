"""Many processes write into one store on a PostgreSQL server (this test's own) that is killed, or whose connections are
cut, again and again: nothing may be lost and nothing doubled. What is in the tables is asked of psql."""

import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))
from postgresql_server import Server  # noqa: E402

VICTIM = os.environ["RUNS_VICTIM"]
WRITERS = 32
POINTS = 2000  # at least, of each
FAULTS = 20


class ServerFaults(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="folio-faults-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.server = Server()
        self.addCleanup(self.server.remove)
        self.server.start()
        self.server.sql("CREATE DATABASE folio")
        self.random = random.Random(20)

    def start_writers(self):
        """In two results folders, each of which knows its own runs only."""
        environment = {**os.environ, "FOLIO_STORE": self.server.address + "folio"}
        self.until = self.folder / "until"
        writers = []
        for i in range(WRITERS):
            results = self.folder / f"results-{i % 2}"
            results.mkdir(exist_ok=True)
            with open(self.folder / f"said-{i}", "w") as said:
                writers.append(subprocess.Popen([VICTIM, "write", results, str(POINTS), self.until], env=environment,
                                                stdout=said, stderr=subprocess.PIPE, text=True))
            self.addCleanup(self.end, writers[-1])
        return writers

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stderr.close()

    def said(self, i):
        """The run's id, and the last step that its writer was told is entered."""
        lines = (self.folder / f"said-{i}").read_text().split()
        return (lines[0] if lines else None), (int(lines[-1]) if len(lines) > 1 else 0)

    def wait_until_all_write(self):
        end = time.time() + 60
        while not all(self.said(i)[1] > 0 for i in range(WRITERS)):
            self.assertLess(time.time(), end, "the writers do not come on")
            time.sleep(0.05)

    def write_under(self, fault):
        writers = self.start_writers()
        self.wait_until_all_write()
        for _ in range(FAULTS):
            time.sleep(self.random.uniform(0.05, 0.4))
            before = [self.said(i)[1] for i in range(WRITERS)]
            fault()
            # Someone writes again before the next fault: the connections were made anew.
            end = time.time() + 120
            while [self.said(i)[1] for i in range(WRITERS)] == before:
                self.assertLess(time.time(), end, "nobody writes any more")
                time.sleep(0.01)
        self.until.touch()
        for writer in writers:
            self.assertEqual(writer.wait(timeout=300), 0, writer.stderr.read())

    def check_tables(self):
        rows = {run: rest for run, *rest in self.server.sql(
            "SELECT runs.run, runs.state, count(*), count(DISTINCT step), min(step), max(step), "
            "sum(value) = sum(step * 0.5) FROM folio.runs JOIN folio.points ON points.run = runs.id "
            "JOIN folio.metrics ON metrics.id = points.metric AND metrics.name = 'loss' GROUP BY runs.run, runs.state",
            "folio")}
        self.assertEqual(len(rows), WRITERS)
        for i in range(WRITERS):
            run, last = self.said(i)
            self.assertGreaterEqual(last, POINTS)
            self.assertEqual(rows[run], ["finished", str(last), str(last), "1", str(last), "t"], run)

    def kill_and_start(self):
        self.server.kill()
        self.server.start()

    def cut_connections(self):
        cut = self.server.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE "
                              "backend_type = 'client backend' AND pid <> pg_backend_pid()")
        self.assertGreater(int(cut[0][0]), 0)

    def test_the_server_is_killed(self):
        self.write_under(self.kill_and_start)
        self.check_tables()

    def test_connections_are_cut(self):
        self.write_under(self.cut_connections)
        self.check_tables()


if __name__ == "__main__":
    unittest.main()
