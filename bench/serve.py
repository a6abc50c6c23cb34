#!/usr/bin/env python3
"""Time `runner serve` over many runs and on a long curve, and what it costs a training run that it is watched.

  ninja -C build folio_bench_store && bench/serve.py [--runs 10000] [--points 1000000] [--pairs 5] [--requests 10000]

folio_bench_store makes the runs, of 200 points each, in a separate results folder; one more has all the points. For the
last figure an experiment trains by turns alone and while a client does what the page does: it listens to the stream and
asks after each event for the list of runs and for what is new of the curve.
"""

import argparse
import collections
import concurrent.futures
import http.client
import json
import math
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
RUNNER = ROOT / "build/bin/runner"
WHERE = urllib.parse.quote("training.learning_rate<1e-4 and train_loss<6.5")


class Served:
    def __init__(self, results):
        self.environment = {**os.environ, "FOLIO_HOME": str(ROOT), "FOLIO_RESULTS": str(results)}
        begun = time.perf_counter()
        self.process = subprocess.Popen([RUNNER, "serve", "--port", "0", "--json"], env=self.environment, text=True,
                                        stdout=subprocess.PIPE)
        self.port = json.loads(self.process.stdout.readline())["port"]
        self.start_ms = 1000 * (time.perf_counter() - begun)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        self.process.stdout.close()

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def processor_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        return int(pathlib.Path(f"/proc/{self.process.pid}/status").read_text().split("VmRSS:")[1].split()[0]) / 1024


def get(connection, path):
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status} {body[:300]}")
    return body


def add_long_run(results, points):
    """A run like the others with a curve of so many points."""
    folder = results / "runs/ffffffff"
    if folder.exists():
        return
    shutil.copytree(next((results / "runs").iterdir()), folder)
    info = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**info, "id": "ffffffff", "name": "long"}))
    with (folder / "events.jsonl").open("w") as events:
        for step in range(1, points + 1):
            loss = 10 / math.sqrt(1 + step / 1000) + 0.1 * math.sin(step * 12.9898)
            events.write(f'{{"type":"points","step":{step},"epoch":{step / 1000},"metrics":{{"loss":{loss:.6f}}}}}\n')
        events.write('{"type":"state","state":"finished"}\n')


def time_requests(results, rounds):
    with Served(results) as served:
        connection = served.connect()
        first = time.perf_counter()
        page = json.loads(get(connection, "/api/runs"))
        first = 1000 * (time.perf_counter() - first)
        fifty = "&".join(f"run={run['id']}" for run in page["runs"][1:51])
        a, b = (run["id"] for run in page["runs"][1:3])
        requests = {
            "the list's first page, 100 runs": "/api/runs",
            "the same with the settings that differ": "/api/runs?settings=differ",
            "filtered": f"/api/runs?where={WHERE}",
            "filtered and sorted, with the settings that differ":
                f"/api/runs?where={WHERE}&sort=train_loss&settings=differ",
            "sorted": "/api/runs?sort=eval_loss&descending=1",
            "completion of a value": "/api/complete?text=" + urllib.parse.quote("training.learning_rate<"),
            "one run": f"/api/runs/{a}",
            "diff": f"/api/diff?a={a}&b={b}",
            "compare of 50 runs": f"/api/compare?{fifty}",
            "plot of 50 runs": f"/api/plot?{fifty}",
            "plot of the long run": "/api/plot?run=ffffffff",
            "the same, smoothed over time": "/api/plot?run=ffffffff&smoothing=0.9&x=epochs",
            "what is new of it": "/api/plot?run=ffffffff&after=ffffffff:999999999",
        }
        print(f"Started in {served.start_ms:.0f} ms, the first page {first:.1f} ms later.\n")
        print(f"| request, of {page['total']:,} runs | first ms | median ms | slowest ms | bytes |")
        print("|-|-:|-:|-:|-:|")
        for name, path in requests.items():
            times = []
            for _ in range(rounds):
                begun = time.perf_counter()
                body = get(connection, path)
                times.append(1000 * (time.perf_counter() - begun))
            print(f"| {name} | {times[0]:.1f} | {statistics.median(times):.1f} | {max(times):.1f} | {len(body):,} |")
        print(f"\nMemory: {served.memory():.0f} MiB.")


def load(results, count):
    with Served(results) as served:
        connection = served.connect()
        ids = [run["id"] for run in json.loads(get(connection, "/api/runs"))["runs"][1:]]
        paths = ["/", "/page.js", "/api/runs", f"/api/runs?where={WHERE}", f"/api/runs/{ids[0]}",
                 f"/api/plot?run={ids[1]}",
                 "/api/fields", f"/api/compare?run={ids[0]}&run={ids[1]}"]

        def ask(number):
            statuses, times, mine = collections.Counter(), [], served.connect()
            for i in range(number, count, 16):
                begun = time.perf_counter()
                mine.request("GET", paths[i % len(paths)])
                answer = mine.getresponse()
                answer.read()
                times.append(1000 * (time.perf_counter() - begun))
                statuses[answer.status] += 1
            return statuses, times

        memory, begun = served.memory(), time.perf_counter()
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(ask, range(16)))
        seconds = time.perf_counter() - begun
        statuses = sum((each for each, _ in answers), collections.Counter())
        times = sorted(time for _, each in answers for time in each)
        print(f"\n{count:,} requests of 16 clients at once: {dict(statuses)}, {count / seconds:,.0f} a second, median "
              f"{statistics.median(times):.1f} ms, 99 of 100 within {times[len(times) * 99 // 100]:.0f} ms; "
              f"memory {memory:.0f} to {served.memory():.0f} MiB.")


class Watcher:
    """A client that does what the page does."""

    def __init__(self, served):
        self.served, self.events = served, 0
        self.stream = socket.create_connection(("127.0.0.1", served.port))
        self.stream.sendall(f"GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n\r\n".encode())
        self.thread = threading.Thread(target=self.follow)
        self.thread.start()

    def follow(self):
        connection, cursors = self.served.connect(), {}
        for line in self.stream.makefile("rb"):
            if not line.startswith(b"data: "):
                continue
            get(connection, "/api/runs?settings=differ")
            for run in json.loads(line[6:])["changed"]:
                try:
                    plot = json.loads(get(connection, f"/api/plot?run={run}&after={cursors.get(run, '')}"))
                    cursors[run] = plot["cursor"]
                except RuntimeError:  # no points so far
                    connection = self.served.connect()
            self.events += 1

    def close(self):
        self.stream.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.stream.close()


def train(environment, experiment, *settings):
    """Seconds of the training."""
    done = subprocess.run([RUNNER, ROOT / experiment, *settings, "--json"], env=environment, check=True,
                          capture_output=True,
                          stdin=subprocess.DEVNULL, text=True)
    return json.loads(done.stdout)["metrics"]["train_runtime"]


def slowdown(results, pairs, experiment, settings):
    ratios, costs, events, seconds_of = [], [], 0, []
    with Served(results) as served:
        train(served.environment, experiment, *settings)  # what is cached afterwards
        for pair in range(pairs):
            times = {}
            for watched in ([False, True] if pair % 2 == 0 else [True, False]):
                watcher = Watcher(served) if watched else None
                before = served.processor_seconds()
                times[watched] = train(served.environment, experiment, *settings)
                if watcher:
                    costs.append((served.processor_seconds() - before) / times[watched])
                    watcher.close()
                    events += watcher.events
            ratios.append(times[True] / times[False])
            seconds_of += times.values()
    mean = statistics.mean(ratios) - 1
    error = statistics.stdev(ratios) / math.sqrt(pairs) if pairs > 1 else math.nan
    print(f"\n{experiment}, {pairs} pairs of {statistics.mean(seconds_of):.1f} s: watched it takes {100 * mean:+.2f} % "
          f"± {100 * error:.2f} (median {100 * (statistics.median(ratios) - 1):+.2f} %); meanwhile the server takes "
          f"{100 * statistics.mean(costs):.2f} % of one processor of {os.cpu_count()}, over {events} events.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10000)
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--requests", type=int, default=10000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--experiment", default="experiments/smoke.yaml", help="what is trained for the slowdown")
    parser.add_argument("--settings", default="training.num_train_epochs=12", help="its overrides, with spaces between")
    parser.add_argument("--results", help="a results folder to keep; it is created if it does not exist")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        results = pathlib.Path(options.results or scratch)
        if not (results / "store.sqlite").exists():
            subprocess.run([ROOT / "build/bin/folio_bench_store", "fill", results, str(options.runs)], check=True)
        add_long_run(results, options.points)
        time_requests(results, options.rounds)
        load(results, options.requests)
        if options.pairs:
            slowdown(results, options.pairs, options.experiment, options.settings.split())


if __name__ == "__main__":
    main()
