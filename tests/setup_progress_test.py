"""What ./runner's set-up tells a person: what the first call takes, and how far each stage is, on a terminal and in a
log. The tools are setup_test.py's fakes."""

import fcntl
import http.server
import os
import pty
import re
import shutil
import struct
import subprocess
import termios
import threading
import time
import unittest

from setup_test import CUDA_BUILD, FakeTree, report


class ServedWheel(http.server.BaseHTTPRequestHandler):
    """Tells a size."""

    def do_HEAD(self):
        self.send_response(200)
        self.send_header("Content-Length", "4000000")
        self.end_headers()

    def log_message(self, *arguments):
        pass


class ProgressTest(FakeTree):
    def setUp(self):
        super().setUp()
        self.source = self.root / "cmake/progress.sh"
        text = self.source.read_text()
        for name in ("progress_seconds", "estimate_after"):
            text, count = re.subn(rf"(?m)^{name}=\d+", f"{name}=1", text)
            self.assertEqual(count, 1)
        self.source.write_text(text)

    def serve_wheel(self):
        """Gives pip's report of a wheel of 4 MB."""
        server = http.server.HTTPServer(("127.0.0.1", 0), ServedWheel)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return report("2.13.0+cpu", url=f"http://127.0.0.1:{server.server_port}/torch.whl")

    def on_terminal(self, columns, **environment):
        """What ./runner writes on a terminal of this width: each state of a line, and each line."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.calls_file.write_text("")
        process = subprocess.Popen([self.root / "runner"], env=self.environment(**environment), cwd=self.folder,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        written = b""
        while True:
            try:
                written += os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
        os.close(ours)
        self.assertEqual(process.wait(), 0, written)
        return re.split(r"\r\n|\r\033\[K", written.decode())

    def test_first_call_says_what_it_takes(self):
        first = self.run_runner().stderr.splitlines()
        self.assertEqual(first[0], "Setting up Folio, which is done only once. Details are in build/setup.log.")
        self.assertRegex(first[1], r"^  libtorch +the CPU build, into .deps: \d+ MB to download, \d+ MB on disk$")
        self.assertRegex(first[2], r"^  Node.js +to build the page, into .deps: \d+ MB to download, \d+ MB on disk$")
        self.assertRegex(first[3], r"^  build +into build, \d+ at once: about \d+ min, \d+ MB on disk$")
        self.assertRegex(first[4], r"^In total about \d+ min, and the time to download \d+ MB. Disk space: 1\.\d GB.$")
        later = time.time() + 1
        os.utime(self.source, (later, later))
        self.assertEqual(self.run_runner().stderr.splitlines()[0], "build ...")

    def test_first_call_names_the_cuda_build_where_there_is_a_gpu(self):
        result = self.run_runner(PIP_REPORT=CUDA_BUILD, GPU="1").stderr
        self.assertIn("libtorch          the CUDA build", result)
        self.assertIn("the time to download 66 MB plus the CUDA build. Disk space", result)

    def test_given_torch_is_no_download(self):
        (self.folder / "torch").mkdir()
        announced = self.run_runner(FOLIO_TORCH=str(self.folder / "torch")).stderr
        self.assertNotIn("libtorch", announced)
        self.assertIn("the time to download 66 MB.", announced)

    def test_log_has_a_line_now_and_then(self):
        written = self.run_runner(NINJA_PARTS="10").stderr
        said = re.findall(r"(?m)^build: (\d+) %, 0:0\d left$", written)
        self.assertGreaterEqual(len(said), 3, written)
        self.assertLess(len(said), 8, written)
        self.assertEqual(said, sorted(said, key=int))
        self.assertNotRegex(written, r"[\r\033#]")

    def test_log_shows_life_where_nothing_is_known(self):
        self.assertRegex(self.run_runner(NINJA_SECONDS="2.5").stderr, r"(?m)^build: 0:0[12]$")

    def test_terminal_has_a_bar_that_fits(self):
        states = self.on_terminal(60, NINJA_PARTS="8")
        bars = [state for state in states if "#" in state]
        self.assertGreaterEqual(len(bars), 5, states)
        self.assertTrue(any(re.fullmatch(r"build  \[#+-+\]  \d\d %  0:0\d left", bar) for bar in bars), bars)
        self.assertLess(max(len(state) for state in states if state.startswith("build")), 60)
        self.assertIn("build: 3 s", [re.sub(r"\d+ s$", "3 s", state) for state in states])

    def test_narrow_terminal_has_no_bar(self):
        states = self.on_terminal(24, NINJA_PARTS="4")
        self.assertIn("build  25 %", states)
        self.assertNotIn("#", "".join(states))
        self.assertTrue(any(state == "libtorch 2.13.0, CPU bu" for state in states), states)

    def test_download_of_libtorch_is_shown(self):
        written = self.run_runner(PIP_REPORT=self.serve_wheel(), WHEEL_BYTES="1000000").stderr
        self.assertRegex(written, r"(?m)^libtorch 2.13.0, CPU build, 4 MB to download: 25 %, 0:0\d left$")
        shutil.rmtree(self.root / ".deps")
        written = self.run_runner(PIP_REPORT=self.serve_wheel(), WHEEL_BYTES="5000000").stderr
        self.assertRegex(written, r"(?m)^libtorch 2.13.0, CPU build, 4 MB to download: unpacking, 0:0\d$")

    def test_what_has_come_is_shown_where_the_size_is_not_known(self):
        written = self.run_runner(WHEEL_BYTES="5000000").stderr
        self.assertRegex(written, r"(?m)^libtorch 2.13.0, CPU build: 5 MB so far, 0:0\d$")


if __name__ == "__main__":
    unittest.main()
