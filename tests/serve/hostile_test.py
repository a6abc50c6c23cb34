"""A thousand requests of people who mean `runner serve` no good, and the load of many who do: each is answered with a
refusal or the connection is closed, the server lives on, and takes no more memory.

FOLIO_TEST_SERVE_REQUESTS=10000 asks for more load than the usual 2,000 requests. FOLIO_TEST_SERVE_RUNNER is another
runner to test, such as that of the sanitized build."""

import collections
import concurrent.futures
import http.client
import json
import os
import pathlib
import random
import socket
import time
import unittest

from server import Server, Stream  # first: it finds folio
from folio import RUNNER, FolioTest

REFUSALS = {400, 403, 404, 405, 408, 431, 503}
LOAD = int(os.environ.get("FOLIO_TEST_SERVE_REQUESTS", 2000))
GROWTH = 24 << 20  # bytes that a heap may grow by without that anything is kept: buffers that are free again

TRAVERSALS = ["../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd",
              "..%252f..%252fetc/passwd",
              "....//....//etc/passwd", "%2e%2e%5c%2e%2e%5cetc", "..\\..\\etc\\passwd", "%c0%ae%c0%ae/etc/passwd",
              "..%00/run.json",
              "run.json%00.txt", "/etc/passwd", "%2fetc%2fpasswd", "model/%2e%2e/%2e%2e/one", "./run.json",
              "model//config.json",
              "%252e%252e/run.json", "..;/run.json", "events.jsonl%2f..", "proc/self/environ", "~/.ssh/id_rsa"]
BROKEN = ["%", "%2", "%zz", "%%", "%u0041", "%00", "%ff", "%c3%28", "%ed%a0%80", "%f5%80%80%80", "%e2%82", "a%0",
          "%-1", "%+1"]


class Hostile(FolioTest):
    def setUp(self):
        super().setUp()
        self.runner(self.experiment(), "--name", "one")
        self.server = Server(self, runner=pathlib.Path(os.environ.get("FOLIO_TEST_SERVE_RUNNER", RUNNER)))
        self.host = f"127.0.0.1:{self.server.port}"
        self.random = random.Random(16)

    def request(self, target="/api/runs", method="GET", headers=(), body=b"", host=None, version="HTTP/1.1"):
        lines = [f"{method} {target} {version}", f"Host: {host or self.host}", "Connection: close", *headers]
        return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body

    def labels(self, body, headers=(), length=None):
        head = [f"Authorization: Bearer {self.server.token}", "Content-Type: application/json",
                f"Content-Length: {len(body) if length is None else length}"]
        return self.request("/api/runs/one/labels", "POST", [*head, *headers], body)

    # ---- Requests; none may be answered with what it asks for

    def forged(self):
        port = self.server.port
        for host in ["evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1:{port + 1}",
                     f"127.0.0.1.evil.example:{port}",
                     f"localhost.:{port}", f"[::2]:{port}", f"0.0.0.0:{port}", f"127.1:{port}",
                     f"user@127.0.0.1:{port}",
                     f"127.0.0.1:{port}/x", f"127.0.0.1:0{port}", "", f"2130706433:{port}",
                     f"127.0.0.1:{port}, evil.example"]:
            yield f"GET /api/runs HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
            yield f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
            yield self.request(headers=[f"Origin: http://{host}"]) if host else b"GET / HTTP/1.1\r\n\r\n"
        yield b"GET /api/runs HTTP/1.0\r\n\r\n"
        yield f"GET /api/runs HTTP/1.1\r\nHost: {self.host}\r\nHost: {self.host}\r\n\r\n".encode()
        yield f"GET /api/runs HTTP/1.1\r\nHost: evil.example\r\nHost: {self.host}\r\n\r\n".encode()
        yield f"GET http://evil.example/api/runs HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode()
        for origin in ["null", f"https://{self.host}", "http://", f"http://{self.host}/", f"http://{self.host} ",
                       "file://",
                       f"http://{self.host}.evil.example", f"HTTP://evil@{self.host}"]:
            if origin.strip() != origin:
                continue
            yield self.request(headers=[f"Origin: {origin}"])
        yield self.request(headers=["Sec-Fetch-Site: cross-site"])
        yield self.request("/page.js", headers=["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"])
        for token in ["", "Bearer", "Bearer ", f"bearer {self.server.token}", f"Bearer {self.server.token}x",
                      f"Bearer {self.server.token[:-1]}", f"Basic {self.server.token}", "Bearer " + "0" * 32,
                      self.server.token]:
            yield self.request("/api/runs/one/labels", "POST", [f"Authorization: {token}",
                                                                "Content-Type: application/json",
                                                                 "Content-Length: 13"], b'{"note": "x"}')
        yield self.request(f"/api/runs/one/labels?token={self.server.token}", "POST", ["Content-Length: 2"], b"{}")

    def paths(self):
        for path in TRAVERSALS:
            yield self.request(f"/api/runs/one/files/{path}")
            yield self.request(f"/{path}")
            yield self.request(f"/api/runs/{path}")
        for piece in BROKEN:
            for target in ("/{}", "/api/runs/{}", "/api/runs/one/files/{}", "/api/runs?where={}", "/api/{}?x=1",
                           "/api/complete?text={}"):
                yield self.request(target.format(piece))
        for target in ["/#", "/api/runs#", "/api/runs#/../..", "/api/runs/one#x", "/api/runs?where=a#b", "#", "*",
                       "//", "///api/runs",
                       "/api//runs", "/api/runs/", "/api/", "/api/runs/one/", "/api/runs/one/log/x", "http://",
                       "/api/runs?limit=99999999999999999999",
                       "/api/runs?offset=-1", "/api/runs?descending=maybe", "/api/plot?run=one&points=-1",
                       "/api/plot?run=one&smoothing=nan",
                       "/api/plot?run=one&after=" + "x:" * 500, "/api/runs/one/log?from=1e9",
                       "/api/runs?where=" + "(" * 12_000,
                       "/api/runs?where=" + "not%20" * 1900, "/api/plot?" + "&".join(["run=one"] * 300),
                       "/" + "a" * 7000, "/" + "a" * 14_000,
                       "/api/runs/" + "b" * 5000, "/api/runs?" + "x&" * 2000, "/\\", "/api\\runs"]:
            yield self.request(target)

    def methods(self):
        for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "POST", "PROPFIND", "get", "G E T", "",
                       "A" * 300, "\0"]:
            yield self.request(method=method)
            yield self.request("/", method)
        for method in ["GET", "HEAD", "PUT", "DELETE"]:
            yield self.request("/api/runs/one/labels", method)
        yield self.request(headers=["Content-Length: 5"], body=b"hello")
        yield self.request(headers=["Transfer-Encoding: chunked"], body=b"5\r\nhello\r\n0\r\n\r\n")

    def bodies(self):
        for body in [b"", b"{", b"[]", b"null", b"3", b'"x"', b"{}", b"[" * 16000, b'{"a":' * 3000,
                     b'{"note": "\xff"}', b'{"note": "a\\u0000b"}',
                     b'{"note": "a\\nb"}', b'{"tags": [["x"]]}', b'{"tags": {"x": 1}}', b'{"name": "latest"}',
                     b'{"name": "../one"}', b'{"note": 1e999}',
                     b'{"note": "x"} {"note": "y"}', b'{"__proto__": {}}', b'{"name": "a\\ud800"}', b'\xef\xbb\xbf{}',
                     b"\x00" * 100]:
            yield self.labels(body)
        yield self.labels(b'{"note": "' + b"x" * (17 << 10) + b'"}')
        yield self.labels(b"{}", length=1 << 40)
        yield self.labels(b"{}", length="-1")
        yield self.labels(b"{}", length="2x")
        yield self.labels(b"{}", headers=["Content-Length: 3"])
        yield self.labels(b"{}", headers=["Transfer-Encoding: chunked"])
        yield self.request("/api/runs/one/labels", "POST", [f"Authorization: Bearer {self.server.token}",
                                                            "Content-Length: 13"], b'{"note": "x"}')
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx"]:
            yield self.request("/api/runs/one/labels", "POST", [f"Authorization: Bearer {self.server.token}",
                                                                f"Content-Type: {kind}",
                                                                 "Content-Length: 13"], b'{"note": "x"}')
        for chunk in [b"ffffffffffffffff\r\n", b"-5\r\nhello\r\n", b"zz\r\n", b"5;" + b"x" * 9000, b"5\r\nhel"]:
            yield self.request("/api/runs/one/labels", "POST", [f"Authorization: Bearer {self.server.token}",
                                                                "Content-Type: application/json",
                                                                 "Transfer-Encoding: chunked"], chunk)

    def heads(self):
        for size in (16_400, 20_000, 70_000):
            yield self.request(headers=["X-Long: " + "a" * size])
            yield self.request(headers=["A" * size + ": x"])
            yield self.request("/" + "a" * size)
        yield self.request(headers=[f"X-{i}: {i}" for i in range(3000)])
        yield b"A" * 100_000
        yield b"\r\n" * 5000
        yield b"\0" * 1000
        yield bytes(range(256)) * 40
        yield b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 200  # TLS
        yield b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        for head in ["GET / HTTP/9.9", "GET / HTTP/1.1 x", "GET  / HTTP/1.1", "GET /", "GET / HTTP/1.1\r\nNo colon",
                     "GET / HTTP/1.1\r\n: x",
                     f"GET / HTTP/1.1\r\nHost: {self.host}\r\n folded: x", f"GET / HTTP/1.1\r\nHost : {self.host}",
                     f"GET / HTTP/1.1\r\nHost: {self.host}\r\nX: a\0b", f"GET / HTTP/1.1\nHost: {self.host}\n",
                     f"GET /a b HTTP/1.1\r\nHost: {self.host}", f"GET /\x7f HTTP/1.1\r\nHost: {self.host}"]:
            yield head.encode() + b"\r\n\r\n"

    def mangled(self, count):
        """Requests in which some bytes are others, cut short, or twice."""
        whole = [self.request(), self.labels(b'{"note": "x"}'), self.request("/api/runs/one/files/run.json",
                                                                             headers=["Range: bytes=0-1"])]
        for _ in range(count):
            data = bytearray(self.random.choice(whole))
            data = data.replace(self.host.encode(), b"evil.example")  # so that none is a good one in the end
            for _ in range(self.random.randint(1, 8)):
                at = self.random.randrange(len(data))
                data[at:at + self.random.randint(0, 3)] = self.random.randbytes(self.random.randint(0, 3))
            yield bytes(data[:self.random.randint(1, len(data))])

    @staticmethod
    def status(answer):
        """The status, or "closed"."""
        return int(answer.split()[1]) if answer.startswith(b"HTTP/1.") else "closed"

    def test_a_thousand_hostile_requests(self):
        requests = [*self.forged(), *self.paths(), *self.methods(), *self.bodies(), *self.heads()]
        requests += self.mangled(1000 - len(requests))
        self.assertGreaterEqual(len(requests), 1000)
        before = self.server.get("/api/runs/one")
        for warm_up in requests[:200]:
            self.server.raw(warm_up, half=True)
        memory = self.server.memory()
        statuses, answered = collections.Counter(), []
        for data in requests:
            answer = self.server.raw(data, half=True)
            status = self.status(answer)
            statuses[status] += 1
            if status not in REFUSALS | {"closed"}:
                answered.append((data[:300], answer[:20]))
            self.assertNotIn(b"root:", answer)
            if status != "closed" and b"\r\n\r\n{" in answer:
                self.assertIn(b"X-Content-Type-Options: nosniff", answer)
                json.loads(answer.partition(b"\r\n\r\n")[2])
        print(f"\n{len(requests)} hostile requests: {dict(statuses)}")
        self.assertEqual(answered, [])
        self.assertGreater(len(statuses), 5)
        self.assertLess(self.server.memory() - memory, GROWTH)
        self.assertEqual(self.server.get("/api/runs/one"), before)  # nothing was written
        self.assertIsNone(self.server.process.poll())
        self.assertEqual(self.server.close(), (130, ""))

    def test_ranges_never_multiply_a_file(self):
        whole = self.server.request("/api/runs/one/files/model/tokenizer.json")[2]
        for ranges in ["bytes=0-0", "bytes=0-,0-,0-,0-", "bytes=" + ",".join(["0-"] * 900), "bytes=5-2", "bytes=-5",
                       "bytes=" + "9" * 40 + "-",
                       "lines=1-2", "bytes=0-1,1-2,2-3"]:
            status, _, body = self.server.request("/api/runs/one/files/model/tokenizer.json", headers={"Range": ranges})
            self.assertEqual((status, body), (200, whole))

    def test_pipelined_requests_are_answered_in_order(self):
        data = b"".join(f"GET /api/runs/{name} HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode() for name in ["one",
                                                                                                            "nothing",
                                                                                                            "one"] * 30)
        data += self.request("/api/fields")
        answer = self.server.raw(data)
        statuses = [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]
        self.assertEqual(statuses, [200, 404, 200] * 30 + [200])

    def test_clients_that_are_slow_or_many_do_not_keep_others_out(self):
        begun = time.time()
        slow = []
        for i in range(40):
            connection = socket.create_connection(("127.0.0.1", self.server.port), timeout=30)
            connection.sendall(self.request()[:20 + i] if i % 2 else b"")
            slow.append(connection)
        for second in range(3):
            for i, connection in enumerate(slow):
                if i % 2:
                    connection.sendall(b"X")
            self.assertEqual(self.server.get("/api/runs")["total"], 3)
            time.sleep(0.3)
        for connection in slow:  # each is closed when its time is over, however often it sends a byte
            connection.settimeout(max(0.1, 16 - (time.time() - begun)))
            while connection.recv(1000):
                pass
            connection.close()
        self.assertGreater(time.time() - begun, 8)
        # A client that asks for much and takes nothing.
        greedy = [socket.create_connection(("127.0.0.1", self.server.port)) for _ in range(20)]
        for connection in greedy:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            request = f"GET /api/runs/one/files/model/model.safetensors HTTP/1.1\r\nHost: {self.host}\r\n\r\n"
            connection.sendall(request.encode() * 20)
        self.assertEqual(self.server.get("/api/runs")["total"], 3)
        for connection in greedy:
            connection.close()

    def test_connections_and_streams_are_bounded(self):
        streams = [Stream(self.server) for _ in range(32)]
        self.assertEqual({stream.status for stream in streams}, {200})
        self.assertEqual([Stream(self.server).status for _ in range(3)], [503] * 3)
        for stream in streams:
            stream.close()
        self.wait_for(lambda: Stream(self.server).status == 200, "room for a stream", 5)
        connections = [socket.create_connection(("127.0.0.1", self.server.port), timeout=5) for _ in range(300)]
        closed = 0
        for connection in connections[-20:]:
            connection.settimeout(2)
            try:
                received = connection.recv(100)
                closed += received == b"" or received.startswith(b"HTTP/1.1 503")
            except ConnectionError:
                closed += 1
        self.assertEqual(closed, 20)
        for connection in connections:
            connection.close()
        self.wait_for(lambda: self.server.raw(self.request()).startswith(b"HTTP/1.1 200"), "room again", 5)

    def test_load(self):
        paths = ["/", "/page.js", "/api/runs", "/api/runs?settings=differ&sort=eval_loss", "/api/runs/one",
                 "/api/runs/one/log", "/api/runs/one/samples",
                 "/api/runs/one/files", "/api/plot?run=one&metric=loss", "/api/fields", "/api/complete?text=ev&at=2",
                 "/api/compare?run=one",
                 "/api/diff?a=one&b=baseline/gpt", "/api/runs/one/files/model/tokenizer.json", "/api/runs/nothing"]

        def ask(number):
            connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
            statuses = collections.Counter()
            for i in range(number, LOAD, 16):
                connection.request("GET", paths[i % len(paths)])
                answer = connection.getresponse()
                answer.read()
                statuses[answer.status] += 1
            connection.close()
            return statuses

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            list(pool.map(ask, range(LOAD - 320, LOAD - 304)))
            memory, begun = self.server.memory(), time.time()
            statuses = sum(pool.map(ask, range(16)), collections.Counter())
        seconds = time.time() - begun
        print(f"\n{LOAD} requests in {seconds:.1f} s: {dict(statuses)}; "
              f"memory {memory >> 20} to {self.server.memory() >> 20} MiB")
        self.assertEqual(sum(statuses.values()), LOAD)
        self.assertEqual(set(statuses), {200, 404})
        self.assertLess(self.server.memory() - memory, GROWTH)


if __name__ == "__main__":
    unittest.main()
