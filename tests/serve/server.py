"""A running `runner serve`, for tests: on a free port, asked over plain connections, ended by the test's end."""

import http.client
import json
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from folio import RUNNER  # noqa: E402


class Server:
    """The port, the token, and requests with headers that are as a browser's page would send them."""

    def __init__(self, test, *arguments, runner=RUNNER, environment=None):
        self.process = subprocess.Popen([runner, "serve", "--port", "0", "--json", *arguments], text=True,
                                        env={**test.environment, **(environment or {})}, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        test.addCleanup(self.close)
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.stderr.read())
        told = json.loads(line)
        self.address, self.port, self.token = told["address"], told["port"], told["token"]
        self.told = told

    def close(self, number=signal.SIGINT):
        """Ends it, and gives the exit code and what it wrote to standard error."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        errors = "" if self.process.stderr.closed else self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        return self.process.returncode, errors

    def request(self, path, method="GET", headers=None, body=None):
        """Status, headers and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def get(self, path, status=200):
        """The JSON of an answer with this status."""
        got, headers, body = self.request(path)
        if got != status:
            raise AssertionError(f"{path}: {got}, expected {status}: {body[:500]}")
        assert headers["Content-Type"] == "application/json", headers
        return json.loads(body)

    def label(self, run, label, token=None):
        status, _, body = self.request(f"/api/runs/{run}/labels", "POST",
                                       {"Authorization": f"Bearer {token or self.token}",
                                        "Content-Type": "application/json"}, json.dumps(label))
        return status, json.loads(body)

    def raw(self, data, seconds=5, half=False):
        """All that comes back for these bytes until the server closes, or the time is over."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            received = b""
            try:
                connection.sendall(data)
                if half:
                    connection.shutdown(socket.SHUT_WR)
                while part := connection.recv(65536):
                    received += part
            except (TimeoutError, ConnectionError):
                pass
            return received

    def memory(self):
        """Bytes in memory."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) * 1024

    def stream(self):
        return Stream(self)


class Stream:
    """The events of the server's stream, as they come."""

    def __init__(self, server, headers=""):
        self.connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        self.connection.sendall(f"GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n{headers}\r\n".encode())
        self.file = self.connection.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        while self.file.readline().strip():
            pass
        self.events = []  # (time, data)
        self.thread = threading.Thread(target=self.read, daemon=True)
        if self.status == 200:
            self.thread.start()

    def read(self):
        try:
            for line in self.file:
                if line.startswith(b"data: "):
                    self.events.append((time.time(), json.loads(line[6:])))
        except (OSError, ValueError):
            pass

    def close(self):
        self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()
