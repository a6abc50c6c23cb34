"""`runner serve`: each answer held against what the command prints and against the schema; labels; what changes is told
while a run really trains; and what people get wrong."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse

from server import Server, Stream  # first: it finds folio
from folio import RUNNER, FolioTest
from output_test import problems


def quoted(text):
    return urllib.parse.quote(text, safe="")


class Serve(FolioTest):
    def served(self, *arguments, **options):
        return Server(self, *arguments, **options)

    def make_runs(self, *names):
        for seed, name in enumerate(names):
            self.runner(self.experiment(), f"training.seed={seed}", "--name", name)

    def check(self, definition, document):
        self.assertEqual(problems(definition, document), [])
        return document

    def test_a_results_folder_that_is_gone_is_told_until_it_is_back(self):
        run = self.json(self.experiment())["id"]
        server = Server(self)
        self.assertEqual(server.get("/api/runs")["runs"][0]["id"], run)
        away = self.folder / "away"
        self.results.rename(away)
        self.assertIn("no longer there", server.get("/api/runs", 500)["error"]["message"])
        away.rename(self.results)
        self.assertEqual(server.get("/api/runs")["runs"][0]["id"], run)

    def test_every_answer_is_what_the_command_prints(self):
        self.make_runs("one", "two")
        self.runner("tag", "one", "good")
        one, two = (self.json("show", name)["id"] for name in ("one", "two"))
        server = self.served()
        self.check("serve", server.told)
        self.assertEqual(self.check("all_metrics", server.get("/api/metrics")), self.json("metrics"))
        listed = self.check("runs", server.get("/api/runs"))
        self.assertEqual(listed["runs"], self.json("ls")["runs"])
        self.assertEqual((listed["total"], listed["matching"]), (4, 4))
        self.assertEqual(self.check("show", server.get(f"/api/runs/{one}")), self.json("show", one))
        self.assertEqual(self.check("all_metrics", server.get("/api/metrics")), self.json("metrics"))
        for way in ("/api/runs/baseline%2Fgpt", "/api/runs/baseline/gpt"):
            self.assertEqual(self.check("show", server.get(way)), self.json("show", "baseline/gpt"))
        self.assertEqual(self.check("diff", server.get(f"/api/diff?a={one}&b={two}")), self.json("diff", one, two))
        self.assertEqual(self.check("compare", server.get(f"/api/compare?run={one}&run={two}&group=1")),
                         self.json("compare", one, two, "--group"))
        self.assertEqual(server.get("/api/compare?metrics=train_loss"), self.json("compare", "--metrics", "train_loss"))
        for options, query in [([], ""), (["--x", "tokens", "--smoothing", "0.6"], "&x=tokens&smoothing=0.6"),
                               (["--group", "--log-y"], "&group=1&log_y=1")]:
            whole = self.check("plot", server.get(f"/api/plot?run={one}&run={two}&metric=loss{query}"))
            self.assertEqual(whole.pop("resumed"), {one: 0, two: 0})
            self.assertEqual(whole, self.json("plot", one, two, "--metric", "loss", *options))
            if "--group" in options:
                continue
            for step in (0, 7, 19, 20, 21):
                news = self.check("plot",
                                  server.get(f"/api/plot?run={one}&run={two}{query}&after={one}:{step},{two}:7"))
                self.assertEqual((news["cursor"], news["notes"]), (whole["cursor"], whole["notes"]))
                for curve, known, expected in zip(news["curves"], (step, 7), whole["curves"]):
                    self.assertEqual(curve["points"], expected["points"][known:])

    def test_runs_are_filtered_sorted_and_cut(self):
        self.make_runs("one", "two", "three")
        server = self.served()
        where = "state=finished and training.seed>0 and name!=nothing"
        for sort, descending in [("eval_loss", False), ("name", True)]:
            flags = ["--descending"] if descending else []
            found = server.get(f"/api/runs?where={quoted(where)}&sort={sort}&descending={int(descending)}")
            self.assertEqual(found["runs"], self.json("ls", "--where", where, "--sort-by", sort, *flags)["runs"])
            self.assertEqual((found["total"], found["matching"]), (5, 2))
        page = server.get("/api/runs?limit=2&offset=1&where=name~t")
        self.assertEqual(page["runs"], self.json("ls", "--where", "name~t")["runs"][1:3])
        self.assertEqual((len(page["runs"]), page["matching"]), (2, 4))
        all_of_them = server.get("/api/runs?settings=training.seed,model.type&where=training.seed>=0")
        self.check("runs", all_of_them)
        self.assertEqual([run["settings"] for run in all_of_them["runs"]],
                         [{"training.seed": seed, "model.type": "gpt"} for seed in (2, 1, 0)])
        differ = self.check("runs", server.get("/api/runs?settings=differ&where=training.seed>=0"))
        self.assertEqual(differ["differing"], ["training.seed"])

    def test_log_samples_and_files(self):
        self.runner(self.experiment(), "training.sample_every=5")
        server = self.served()
        [run] = self.run_folders()
        log = (run / "log.txt").read_bytes()
        whole = self.check("log", server.get("/api/runs/latest/log"))
        self.assertEqual((whole["text"].encode(), whole["to"], whole["size"]), (log, len(log), len(log)))
        rest = server.get("/api/runs/latest/log?from=-10")
        self.assertIn(len(log) - rest["from"], range(7, 11))  # from a whole character on
        self.assertEqual(rest["text"].encode(), log[rest["from"]:])
        self.assertEqual(server.get(f"/api/runs/latest/log?from={len(log) + 5}")["text"], "")
        samples = self.check("samples", server.get("/api/runs/latest/samples"))["samples"]
        self.assertEqual(samples, [{key: event[key] for key in ("step", "prompt", "text")}
                                   for event in self.events(run) if event["type"] == "sample"])
        self.assertGreater(len(samples), 3)
        listed = self.check("files", server.get("/api/runs/latest/files"))
        self.assertFalse(listed["more"])
        files = listed["files"]
        on_disk = sorted(path for path in run.rglob("*") if path.is_file())
        self.assertEqual({file["path"]: file["bytes"] for file in files},
                         {str(path.relative_to(run)): path.stat().st_size for path in on_disk})
        for path in on_disk:
            status, headers, body = server.request(f"/api/runs/latest/files/{path.relative_to(run)}")
            self.assertEqual((status, body), (200, path.read_bytes()))
            self.assertEqual(headers["Content-Type"], "application/octet-stream")
            self.assertTrue(headers["Content-Disposition"].startswith("attachment;"))
        self.assertEqual(server.request("/api/runs/latest/files/model", )[0], 404)

    def test_nothing_outside_a_run_is_sent(self):
        self.make_runs("one")
        [run] = self.run_folders()
        secret = self.folder / "secret.txt"
        secret.write_text("secret")
        (run / "link.txt").symlink_to(secret)
        (run / "up").symlink_to(self.folder)
        os.mkfifo(run / "pipe")
        (run / "hard name #%?.txt").write_text("its own")
        server = self.served()
        listed = [file["path"] for file in server.get("/api/runs/one/files")["files"]]
        self.assertIn("hard name #%?.txt", listed)
        self.assertFalse({"link.txt", "up", "pipe", "up/secret.txt"} & set(listed))
        self.assertEqual(server.request("/api/runs/one/files/" + quoted("hard name #%?.txt"))[2], b"its own")
        for path in ["link.txt", "up/secret.txt", "pipe", "../one", "%2e%2e/%2e%2e/store.sqlite",
                     "..%2f..%2fstore.sqlite",
                     "model%2f..%2frun.json", "run.json%00", "", "%2e", "model//config.json", "/etc/passwd", "nothing"]:
            status, _, body = server.request(f"/api/runs/one/files/{path}")
            self.assertIn(status, (400, 404), path)
            self.assertNotIn(b"secret", body)

    def test_fields_and_completion(self):
        self.make_runs("one")
        self.runner("tag", "one", "good")
        server = self.served()
        fields = self.check("fields", server.get("/api/fields"))
        self.assertIn("eval_loss", fields["metrics"])
        self.assertIn("train_runtime", fields["of_whole_run"])
        self.assertFalse({"loss", "eval_loss"} & set(fields["of_whole_run"]))
        self.assertIn("model.hidden_size", fields["settings"])
        self.assertIn("tags", fields["other"])
        for text, at, word in [("", 0, "name"), ("eval_lo", 7, "eval_loss"), ("eval_loss", 9, "eval_loss"),
                               ("eval_loss ", 10, "<"), ("state=", 6, "finished"), ("state=fin", 9, "finished"),
                               ("tags=", 5, "good"), ("state=finished ", 15, "and"), ("not mod", 7, "model"),
                               ("name='o", 7, "one"), ("(state=finished and nam", 23, "name")]:
            answer = self.check("completion", server.get(f"/api/complete?text={quoted(text)}&at={at}"))
            self.assertIn(word, answer["words"], text)
            # What is put in is taken, once the condition is whole.
            self.assertTrue(0 <= answer["from"] <= answer["to"] <= len(text), answer)

    def test_labels_are_written_behind_the_token_alone(self):
        self.make_runs("one")
        server = self.served()
        stream = server.stream()
        self.assertEqual(server.label("one", {"tags": ["good"]}, token="0" * 32)[0], 403)
        self.assertNotIn("tags", server.get("/api/runs/one"))
        status, run = server.label("one", {"tags": ["good", "long"], "note": "<b>worth</b> a look", "name": "first"})
        self.assertEqual(status, 200)
        self.check("label", run)
        self.assertEqual(self.json("show", "first")["note"], "<b>worth</b> a look")
        self.assertEqual(self.json("ls", "--where", "tags=good")["runs"], [{key: value for key, value in run.items()
                                                                           if key != "schema_version"}])
        self.wait_for(lambda: run["id"] in [each for _, data in stream.events for each in data["changed"]],
                      "the change", 3)
        self.assertEqual(server.get("/api/runs?where=tags%3Dlong")["matching"], 1)
        server.label("first", {"untags": ["long"]})
        self.assertEqual(self.json("show", "first")["tags"], ["good"])
        for wrong in [{}, [], {"tags": "good"}, {"tags": [1]}, {"name": "a\nb"}, {"name": ""}, {"note": "x\x1b[31m"},
                      {"tags": ["two words"]}, {"state": "failed"}, {"note": 3}]:
            status, answer = server.label("first", wrong)
            self.assertEqual(status, 400, wrong)
            self.check("failure", answer)
        self.assertEqual(server.label("baseline/gpt", {"note": "x"})[0], 400)
        self.assertEqual(server.label("nothing", {"note": "x"})[0], 404)
        stream.close()

    def test_what_changes_is_told_while_a_run_trains(self):
        self.make_runs("one")
        [known] = [path.name for path in self.run_folders()]
        server = self.served()
        stream = server.stream()
        self.wait_for(lambda: stream.events, "the first event")
        self.check("change", stream.events[0][1])
        self.runner(self.experiment(), "training.max_steps=1000000", "--detach")
        self.addCleanup(self.runner, "stop", "latest")
        folder = next(path for path in self.run_folders() if path.name != known)
        self.wait_for(lambda: sum(event["type"] == "points" for event in self.events(folder)) > 3, "some steps")
        late = []  # seconds from a step in the run's folder to that step in an answer after an event
        for _ in range(3):
            step = [event for event in self.events(folder) if event["type"] == "points"][-1]["step"]
            begun = time.time()

            def told():
                if not any(when > begun and folder.name in data["changed"] for when, data in stream.events):
                    return False
                [run] = server.get(f"/api/runs?where=id%3D{folder.name}")["runs"]
                return run["state"] == "running" and run["progress"]["step"] >= step
            self.wait_for(told, "the step", 10)
            late.append(time.time() - begun)
        self.assertLess(max(late), 2)
        [shown] = self.check("runs", server.get(f"/api/runs?where=id%3D{folder.name}"))["runs"]
        self.assertEqual(shown["progress"]["steps"], 1000000)
        self.assertEqual(self.check("show", server.get(f"/api/runs/{folder.name}"))["progress"]["steps"], 1000000)
        self.assertGreater(shown["progress"]["seconds_left"], 0)
        self.assertGreater(self.check("show", server.get(f"/api/runs/{folder.name}"))["progress"]["step"], 3)
        # Of the curve only what is new is sent.
        first = server.get(f"/api/plot?run={folder.name}&metric=loss")
        time.sleep(1)
        news = server.get(f"/api/plot?run={folder.name}&metric=loss&after={first['cursor']}")
        points = news["curves"][0]["points"]
        self.assertTrue(points)
        self.assertGreater(points[0][0], first["curves"][0]["last_step"])
        self.runner("stop", "latest")
        self.wait_for(lambda: server.get(f"/api/runs/{folder.name}")["state"] == "interrupted", "its end", 5)
        self.wait_for(lambda: "progress" not in server.get(f"/api/runs?where=id%3D{folder.name}")["runs"][0],
                      "its end", 5)
        stream.close()

    def test_a_run_that_is_resumed_goes_back_in_its_curve(self):
        self.runner(self.experiment(), "training.save_strategy=steps", "training.save_steps=5")
        [folder] = self.run_folders()
        server = self.served()
        before = server.get("/api/plot?run=latest&metric=loss")
        self.assertEqual(before["curves"][0]["last_step"], 20)
        self.assertEqual(before["resumed"], {folder.name: 0})
        shutil.rmtree(folder / "checkpoints/checkpoint-20")
        self.runner("resume", "latest", "training.max_steps=18", "--accept-differences", code=0)
        self.wait_for(lambda: server.get("/api/plot?run=latest&metric=loss")["curves"][0]["last_step"] == 18,
                      "the end", 5)
        after = server.get("/api/plot?run=latest&metric=loss")
        self.assertEqual(after.pop("resumed"), {folder.name: 1})
        self.assertEqual(after, self.json("plot", "latest"))

    def test_the_page_is_sent_compressed_and_once(self):
        server = self.served()
        status, headers, plain = server.request("/")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        self.assertIn(b"<html", plain)
        self.assertEqual(headers["Content-Security-Policy"],
                         "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                         "img-src 'self' data:; "
                         "base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
        status, zipped, body = server.request("/page.js", headers={"Accept-Encoding": "gzip, deflate, br, zstd"})
        self.assertEqual((status, zipped["Content-Encoding"]), (200, "zstd"))
        unpacked = subprocess.run(["zstd", "-d"], input=body, capture_output=True, check=True).stdout
        self.assertEqual(unpacked, server.request("/page.js")[2])
        self.assertEqual(server.request("/page.js", headers={"Accept-Encoding": "zstd",
                                                             "If-None-Match": zipped["ETag"]})[::2],
                         (304, b""))
        self.assertEqual(server.request("/page.js", headers={"If-None-Match": zipped["ETag"]})[0], 200)
        for path in ("/", "/page.js", "/page.css", "/icon.svg", "/api/runs"):
            status, headers, body = server.request(path, "HEAD")
            self.assertEqual((status, body), (200, b""))
            self.assertEqual(int(headers["Content-Length"]), len(server.request(path)[2]))
            for name, value in [("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
                                ("Cross-Origin-Resource-Policy", "same-origin")]:
                self.assertEqual(headers[name], value)
        self.assertEqual(server.request("/api/runs")[1]["Cache-Control"], "no-store")
        self.assertEqual(server.request("/nothing")[0], 404)

    def test_what_a_request_gets_wrong_is_told(self):
        self.make_runs("one")
        server = self.served()
        for path, status, words in [
                ("/api/runs?where=los%3C3", 400, "did you mean 'loss'"), ("/api/runs?where=loss%3C", 400, "column 6"),
                ("/api/runs?sort=nothing", 400, "nothing"), ("/api/runs?limit=-1", 400, "'limit'"),
                ("/api/runs?limt=1", 400, "did you mean 'limit'"), ("/api/runs?limit=1&limit=2", 400, "twice"),
                ("/api/runs/nothing", 404, "nothing"), ("/api/plot?run=one&metric=los", 400, "did you mean 'loss'"),
                ("/api/plot?run=one&x=miles", 400, "miles"), ("/api/plot?run=one&smoothing=2", 400, "smoothing"),
                ("/api/plot?run=one&after=3", 400, "3"), ("/api/diff?a=one", 400, "'b'"), ("/api/diff?a=one&b=one",
                                                                                           400, "both"),
                ("/api/complete?text=a&at=7", 400, "'at'"), ("/api", 404, ""), ("/api/nothing", 404, ""),
                ("/api/runs/one/nothing", 404, ""), ("/api/compare?metrics=nothing", 400, "nothing")]:
            answer = server.get(path, status=status)
            self.check("failure", answer)
            self.assertIn(words, answer["error"]["message"], path)

    def test_a_run_or_a_store_that_goes_away(self):
        self.make_runs("one", "two")
        server = self.served()
        stream = server.stream()
        gone = self.json("show", "one")["id"]
        self.runner("rm", "one")
        self.wait_for(lambda: server.get("/api/runs")["total"] == 3, "the removal", 5)
        self.assertIn(gone, [each for _, data in stream.events for each in data["changed"]])
        server.get(f"/api/runs/{gone}", status=404)
        self.runner("restore", gone)
        self.wait_for(lambda: server.get("/api/runs")["total"] == 4, "its return", 5)
        (self.results / "store.sqlite").unlink()
        self.wait_for(lambda: server.request(f"/api/runs/{gone}")[0] == 200, "a new store", 5)
        self.assertEqual(server.get("/api/runs")["total"], 4)
        stream.close()

    def test_the_first_run_of_an_empty_folder_appears(self):
        server = self.served()
        self.assertEqual(server.get("/api/runs")["total"], 2)
        self.make_runs("one")
        self.wait_for(lambda: server.get("/api/runs")["total"] == 3, "the run", 5)
        self.assertEqual(server.get("/api/runs/one")["state"], "finished")

    def test_starting_and_ending(self):
        server = self.served()
        for arguments in (["--port", server.port], ["--port", server.port, "--json"]):
            done = self.runner("serve", *arguments, code=2)
            self.assertIn(f"port {server.port} of 127.0.0.1", done.stdout + done.stderr)
            self.assertIn("--port 0", done.stdout + done.stderr)
        self.assertIn("neither an address nor a name", self.runner("serve", "--host", "not.invalid", code=2).stderr)
        self.assertIn("--host is empty", self.runner("serve", "--host", "", code=2).stderr)
        self.assertIn("65535", self.runner("serve", "--port", "70000", code=2).stderr)
        begun = time.time()
        self.assertEqual(server.close(), (130, ""))
        self.assertLess(time.time() - begun, 5)
        self.assertEqual(self.served().close(signal.SIGTERM)[0], 143)
        with_stream = self.served()
        stream = with_stream.stream()
        self.assertEqual(with_stream.close()[0], 130)
        stream.thread.join(5)
        self.assertFalse(stream.thread.is_alive())
        text = subprocess.Popen([RUNNER, "serve", "--port", "0"], env=self.environment, stdout=subprocess.PIPE,
                                text=True)
        self.addCleanup(self.end_text, text)
        self.assertRegex(text.stdout.readline(), r"^http://127\.0\.0\.1:\d+/#token=[0-9a-f]{32}\n$")

    @staticmethod
    def end_text(process):
        process.send_signal(signal.SIGINT)
        process.wait(timeout=10)
        process.stdout.close()

    def test_a_browser_that_cannot_be_opened_is_a_note(self):
        tools = self.folder / "tools"
        tools.mkdir()
        opened = tools / "xdg-open"
        opened.write_text(f"#!/bin/sh\necho \"$1\" >{self.folder}/opened\nexit 3\n")
        opened.chmod(0o755)
        server = self.served("--open", environment={"PATH": f"{tools}:{os.environ['PATH']}"})
        self.wait_for(lambda: (self.folder / "opened").exists(), "the browser")
        self.wait_for(lambda: (self.folder / "opened").read_text() == server.address + "\n", "the address")
        time.sleep(0.5)
        code, errors = server.close()
        self.assertEqual(code, 130)
        self.assertIn("note: no browser could be opened", errors)

    def test_another_address_needs_the_token(self):
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.connect(("192.0.2.1", 9))  # sends nothing; says which address would be used
                address = probe.getsockname()[0]
        except OSError:
            self.skipTest("SKIPPED: this machine has no address but loopback")
        server = self.served("--host", "0.0.0.0")
        host = {"Host": f"{address}:{server.port}"}
        self.assertEqual(server.request("/", headers=host)[0], 200)
        self.assertEqual(server.request("/api/runs", headers=host)[0], 403)
        self.assertEqual(server.request("/api/runs", headers={**host, "Authorization": f"Bearer {server.token}"})[0],
                         200)
        self.assertEqual(server.request("/api/runs", headers={"Authorization": f"Bearer {server.token}",
                                                              "Host": f"example.org:{server.port}"})[0], 403)
        self.assertEqual(Stream(server).status, 403)


if __name__ == "__main__":
    import unittest
    unittest.main()
