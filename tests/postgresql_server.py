"""A PostgreSQL server of the tests' own, from Debian's package: its files in a new folder under the temporary one, a
free port of the loopback interface, no password.

    postgresql_server.py start FILE    starts one, writes its address to FILE and where it lies to FILE.folder
    postgresql_server.py stop FILE     stops it and removes its files

A server so started also ends when the process that called `start` (ctest) is gone.
"""

import os
import pathlib
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

USER = "folio"


def programs():
    """The folder of the newest version's programs."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    if not elsewhere:
        raise FileNotFoundError("PostgreSQL's server is not installed (Debian's package postgresql)")
    return pathlib.Path(elsewhere).parent


def free_port():
    """None of those that the system gives to clients: one that tries to reach a dead server could be given its port."""
    for port in random.sample(range(20000, 32000), 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise RuntimeError("no free port")


def is_alive(pid):
    """Whether it runs; one that has ended and that nobody has asked for does not."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Server:
    def __init__(self, folder=None):
        """`folder` is one that another Server made; without it, a new one."""
        self.programs = programs()
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="folio-postgresql-"))
        self.data = self.folder / "data"
        self.port = free_port()
        # The server refuses to run as root.
        self.user = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            self.user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
            os.chown(self.folder, account.pw_uid, account.pw_gid)

    @property
    def address(self):
        """Without a database."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/"

    def run(self, program, *arguments):
        # Not into pipes: the server would inherit them and keep them open.
        with open(self.folder / "output", "w+") as output:
            done = subprocess.run([self.programs / program, *arguments], stdin=subprocess.DEVNULL, stdout=output,
                                  stderr=output, cwd=self.folder, **self.user)
            output.seek(0)
            if done.returncode != 0:
                log = self.folder / "log"
                raise RuntimeError(f"{program} {' '.join(map(str, arguments))}\n{output.read()}\n"
                                   f"{log.read_text()[-2000:] if log.exists() else ''}")

    def start(self):
        if not self.data.exists():
            self.run("initdb", "-D", self.data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = (f"-c port={self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= "
                   "-c max_connections=200 -c shared_buffers=32MB")
        self.run("pg_ctl", "start", "-w", "-D", self.data, "-l", self.folder / "log", "-o", options)

    def pid(self):
        return int((self.data / "postmaster.pid").read_text().splitlines()[0])

    def kill(self):
        """SIGKILL for all of its processes: nothing is written that was not."""
        main = self.pid()
        if not is_alive(main):
            return
        os.kill(main, signal.SIGSTOP)  # so that it has no more children than these
        children = pathlib.Path(f"/proc/{main}/task/{main}/children").read_text().split()
        everyone = [main, *map(int, children)]
        for pid in everyone:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        while any(is_alive(pid) for pid in everyone):
            time.sleep(0.01)
        # To the next start a process that has ended, but that nobody has asked for, would still be a server.
        (self.data / "postmaster.pid").unlink()

    def sql(self, query, database="postgres"):
        """The answer's rows, as lists of texts."""
        done = subprocess.run([self.programs / "psql", "-X", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", query,
                               self.address + database], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{query}\n{done.stderr}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def remove(self):
        if (self.data / "postmaster.pid").exists():
            self.kill()
        shutil.rmtree(self.folder)


def watch(folder, caller):
    """Waits until the caller is gone, or the server."""
    server = Server(folder)
    while (server.data / "postmaster.pid").exists():
        if not is_alive(caller):
            return server.remove()
        time.sleep(1)


def main():
    command, file = sys.argv[1], pathlib.Path(sys.argv[2])
    folder_file = file.with_name(file.name + ".folder")
    if command == "start":
        server = Server()
        folder_file.write_text(str(server.folder))
        server.start()
        file.write_text(server.address)
        subprocess.Popen([sys.executable, __file__, "watch", server.folder, str(os.getppid())], start_new_session=True,
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    elif command == "stop":
        Server(folder_file.read_text()).remove()
        file.unlink()
        folder_file.unlink()
    elif command == "watch":
        watch(sys.argv[2], int(sys.argv[3]))


if __name__ == "__main__":
    main()
