"""A database server of our own for one run: from a template folder initialised once, on a loopback port."""

import contextlib
import functools
import hashlib
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Protocol

from migrate_guard.advice import full_disk
from migrate_guard.errors import ScratchError
from migrate_guard.machine import locks, processes

# The superuser of each
USER = "migrate_guard"
_SECONDS_TO_START = 30
_LITTLE_SPACE = 64  # MB; a fresh server takes up to 50
# Its connections may break a moment before it has ended.
_SECONDS_TO_END = 0.2
_LOG_LINES = 8
# A process of PostgreSQL's that is killed takes every connection with it; the server itself goes on.
_COMPLAINT = re.compile(r"\b(ERROR|FATAL|PANIC|terminated by)\b")
_CRASHED = re.compile(r"was terminated by (signal \d+)")


class Kind(Protocol):
    """How one kind of server is run; its commands are lists of words.

    ``version`` is what its binary says, ``folder`` the one that holds it. ``build`` tells two of one version apart,
    ``words`` a person what it is. ``create_with`` are options of CREATE DATABASE.
    """

    name: str
    version: str
    folder: str
    build: str
    words: str
    create_with: str

    def settled(self, home: str, as_another_user: bool) -> "Kind":
        """The same with what it needs of files in ``home``, the folder of one server, which goes with it."""

    def notices(self, log: str) -> list[str]:
        """What a person may want to know of what the server has logged."""

    def initialise(self, data: str, password_file: str) -> list[str]:
        """The command that makes the folder ``data``; the superuser's password is in ``password_file``."""

    def set_password(self, data: str, password: str) -> tuple[list[str], bytes]:
        """The command, and what it reads, that gives the superuser of a stopped server a password."""

    def serve(self, data: str, port: int) -> list[str]:
        """The command that serves ``data`` on the loopback address until it is told to stop."""

    def is_ready(self, data: str, port: int) -> bool:
        """Whether the server that was started on ``data`` takes connections."""


class Server:
    """A running server; ``stop`` ends it and removes its folder.

    ``run`` is the run's own folder, ``templates`` one that outlives it. Raises ScratchError where it does not start.
    """

    def __init__(self, kind: Kind, run: str, templates: str) -> None:
        self._password = secrets.token_hex(16)
        self._user = _unprivileged_user()
        self._home = self._make_home(run)
        self._data = os.path.join(self._home, "data")
        name = os.path.basename(self._home)
        self._log = os.path.join(run, f"{name}.log")
        self._trace = os.path.join(run, f"alive-{name}")
        self._alive = processes.new_file(self._trace)
        self._process: subprocess.Popen | None = None
        try:
            self._kind = kind.settled(self._home, bool(self._user))
            self._fill(os.path.join(templates, _template(kind)), run)
            self._must(*self._kind.set_password(self._data, self._password))
            self._port = _free_port()
            self._start()
        except BaseException:
            self.stop()
            raise

    def address(self, database: str) -> dict[str, object]:
        """The parts of a URL that lead to ``database``."""
        return {
            "host": "127.0.0.1", "port": self._port, "username": USER, "password": self._password,
            "database": database,
        }  # fmt: skip

    @property
    def create_with(self) -> str:
        return self._kind.create_with

    def notices(self) -> list[str]:
        """What a person may want to know of what has happened on it."""
        return self._kind.notices(self.log())

    def ended(self) -> str:
        """How it ended by itself, in words; "" where it did not."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            assert self._process, "it has been started"
            code = self._process.wait(_SECONDS_TO_END)
            return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        crashed = _CRASHED.search(self.log())
        return crashed[1] if crashed else ""

    def log(self) -> str:
        with open(self._log, errors="replace") as log:
            return log.read().strip()

    def complaints(self) -> str:
        """The last of what it logged that went wrong."""
        return "\n".join([line for line in self.log().splitlines() if _COMPLAINT.search(line)][-_LOG_LINES:])

    def stop(self) -> None:
        os.close(self._alive)
        processes.end(self._trace)
        if self._process and self._process.wait() == -signal.SIGKILL:
            self._tidy()
        shutil.rmtree(self._home, ignore_errors=True)
        os.unlink(self._trace)

    def _tidy(self):
        """PostgreSQL's next start removes the System V memory that a killed one has left."""
        self._alive = processes.new_file(self._trace + "-tidy")
        with contextlib.suppress(ScratchError):
            self._must(*self._kind.set_password(self._data, self._password))
        os.close(self._alive)
        processes.end(self._trace + "-tidy")

    def _make_home(self, run):
        if not self._user:
            return tempfile.mkdtemp(prefix="server-", dir=run)
        # Root's server is another user's process, which may not enter the run's folder.
        home = os.path.join(_open_folder(), f"migrate-guard-{secrets.token_hex(8)}")
        # The link first: it is the only trace that leads there.
        os.symlink(home, os.path.join(run, f"outside-{os.path.basename(home)}"))
        os.mkdir(home, mode=0o700)
        shutil.chown(home, self._user["user"], self._user["group"])
        return home

    def _fill(self, template, run):
        # `scratch clean` takes templates away.
        os.makedirs(os.path.dirname(template), mode=0o700, exist_ok=True)
        with locks.holding(os.path.dirname(template), shared=True):
            if os.path.isdir(template):
                self._copy(template, self._data)
                return
        self._must(self._kind.initialise(self._data, self._password_file()))
        # Beside the run's folders, on the same disk as the templates, and removed with them when we are killed.
        part = tempfile.mkdtemp(prefix="template-", dir=run)
        self._copy(self._data, os.path.join(part, "data"))
        with locks.holding(os.path.dirname(template)):
            if not os.path.isdir(template):  # else another run was first
                os.rename(os.path.join(part, "data"), template)
        shutil.rmtree(part)

    def _environ(self):
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TMPDIR": self._home}

    def _password_file(self):
        path = os.path.join(self._home, "password")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(self._password)
        if self._user:
            shutil.chown(path, self._user["user"], self._user["group"])
        return path

    def _must(self, command, stdin=b"", **user):
        options = {**self._options(), **(user or self._user)}
        name = os.path.basename(command[0])
        try:
            done = subprocess.run(
                command, input=stdin, capture_output=True, timeout=_SECONDS_TO_START, **options
            )
        except subprocess.TimeoutExpired as late:  # MariaDB waits where the disk is full
            free = shutil.disk_usage(self._home).free / 1e6
            raise ScratchError(
                f"{name} did not end within {_SECONDS_TO_START} s.",
                cause=f"{_last_lines(late.stderr or b'')}\n{self._home} has {free:.1f} MB left.".strip(),
                hint=full_disk.HINT if free < _LITTLE_SPACE else "",
            ) from None
        if done.returncode:
            ended = done.returncode < 0 and f"ended with signal {signal.Signals(-done.returncode).name}"
            raise ScratchError(f"{name} {ended or 'failed'}.", cause=_last_lines(done.stderr or done.stdout))

    def _copy(self, source, target):
        # cp shares blocks where the file system can, and keeps the owner where root copies.
        self._must(["cp", "-a", source, target], user=None)

    def _options(self):
        """How each process of the server's is started: none may outlive us, and ^C is for us."""
        return {
            "cwd": "/",
            "env": self._environ(),
            "start_new_session": True,
            "pass_fds": [self._alive],
            "preexec_fn": functools.partial(processes.begin, self._alive, os.getpid()),
        }

    def _start(self):
        with open(self._log, "wb") as output:
            process = self._process = subprocess.Popen(
                self._kind.serve(self._data, self._port),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                **self._options(),
                **self._user,
            )
        deadline = time.monotonic() + _SECONDS_TO_START
        while not self._kind.is_ready(self._data, self._port):
            ended = process.poll()
            if ended is not None or time.monotonic() > deadline:
                how = "in time" if ended is None else f"and ended with {processes.how_it_ended(ended)}"
                raise ScratchError(
                    f"the scratch server {self._kind.name} did not start {how}.", cause=self.log()
                )
            time.sleep(0.005)


def why_not(kind: Kind) -> str:
    """Why the binaries of this machine cannot be run by the user whom a server needs, "" where they can."""
    if not _unprivileged_user() or open_to_all(kind.folder):
        return ""
    return "root's server runs as nobody, who cannot enter that folder"


def open_to_all(path: str) -> bool:
    """Whether every user may reach and run ``path``, or enter it where it is a folder."""
    real = Path(path).resolve()
    return all(place.stat().st_mode & stat.S_IXOTH for place in (real, *real.parents))


def _template(kind):
    build = hashlib.sha256(os.fsencode(kind.build)).hexdigest()[:8]
    return f"{kind.name}-{kind.version}-{build}"


def _last_lines(output):
    return "\n".join(output.decode(errors="replace").strip().splitlines()[-_LOG_LINES:])


def _unprivileged_user() -> dict:
    """Arguments of subprocess that drop root's rights; empty for everybody else."""
    if os.geteuid():
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _open_folder() -> str:
    """A folder for temporary files that every user may enter, which a private TMPDIR is not."""
    named = os.environ.get("TMPDIR", "")
    for folder in filter(os.path.isabs, (named, "/tmp", "/var/tmp")):
        if os.access(folder, os.W_OK) and open_to_all(folder):
            return folder
    raise ScratchError(
        "no folder for temporary files can be written to by us and entered by an unprivileged user, "
        "which root's server must be.",
        cause="\n".join(filter(None, (named and f"TMPDIR={named}", "/tmp", "/var/tmp"))),
        hint="Set TMPDIR to one.",
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
