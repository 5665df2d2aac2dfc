"""A database server of our own for one run: from a template folder initialised once, on a loopback port."""

import ctypes
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Protocol

from migrate_guard.errors import ScratchError

_SECONDS_TO_START = 30
_SECONDS_TO_STOP = 5
_PR_SET_PDEATHSIG = 1


class Kind(Protocol):
    """How one kind of server is run; its commands are lists of words.

    ``version`` is what its binary says, ``folder`` the one that holds it. ``build`` tells two of one version apart,
    ``words`` a person what it is.
    """

    name: str
    version: str
    folder: str
    build: str
    words: str

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

    def address(self, port: int, password: str, database: str) -> dict:
        """The parts of a URL that lead to ``database``."""


class Server:
    """A running server; ``stop`` ends it and removes its folder.

    ``run`` is the run's own folder, ``templates`` one that outlives it. Raises ScratchError where it does not start.
    """

    def __init__(self, kind: Kind, run: str, templates: str):
        self._password = secrets.token_hex(16)
        self._user = _unprivileged_user()
        self._home = self._make_home(run)
        self._data = os.path.join(self._home, "data")
        self._log = os.path.join(run, f"{os.path.basename(self._home)}.log")
        try:
            self._kind = kind.settled(self._home, bool(self._user))
            self._fill(os.path.join(templates, _template(kind)))
            self._must(*self._kind.set_password(self._data, self._password))
            self._port = _free_port()
            self._start()
        except BaseException:
            shutil.rmtree(self._home, ignore_errors=True)
            raise

    def address(self, database: str) -> dict:
        return self._kind.address(self._port, self._password, database)

    def notices(self) -> list[str]:
        """What a person may want to know of what has happened on it."""
        return self._kind.notices(self._logged())

    def stop(self) -> None:
        self._process.send_signal(signal.SIGQUIT)
        try:
            self._process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._home, ignore_errors=True)

    def _make_home(self, run):
        if not self._user:
            return tempfile.mkdtemp(prefix="server-", dir=run)
        # Root's server is another user's process, which may not enter the run's folder.
        home = tempfile.mkdtemp(prefix="migrate-guard-", dir=_open_folder())
        os.symlink(home, os.path.join(run, f"outside-{os.path.basename(home)}"))
        shutil.chown(home, self._user["user"], self._user["group"])
        return home

    def _fill(self, template):
        if os.path.isdir(template):
            _copy(template, self._data)
            return
        self._must(self._kind.initialise(self._data, self._password_file()))
        os.makedirs(os.path.dirname(template), mode=0o700, exist_ok=True)
        part = tempfile.mkdtemp(dir=os.path.dirname(template))
        _copy(self._data, os.path.join(part, "data"))
        try:
            os.rename(os.path.join(part, "data"), template)
        except OSError:
            shutil.rmtree(part)  # another run was first
        else:
            os.rmdir(part)

    def _environ(self):
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TMPDIR": self._home}

    def _password_file(self):
        path = os.path.join(self._home, "password")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(self._password)
        if self._user:
            shutil.chown(path, self._user["user"], self._user["group"])
        return path

    def _must(self, command, stdin=b""):
        done = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            cwd="/",
            env=self._environ(),
            preexec_fn=_end_with_parent,
            **self._user,
        )
        if done.returncode:
            words = (done.stderr or done.stdout).decode(errors="replace").strip()
            raise ScratchError(f"{os.path.basename(command[0])} failed.", cause=words)

    def _start(self):
        with open(self._log, "wb") as output:
            self._process = subprocess.Popen(
                self._kind.serve(self._data, self._port),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env=self._environ(),
                start_new_session=True,  # ^C is for us: the server ends with the run
                preexec_fn=_end_with_parent,
                **self._user,
            )
        deadline = time.monotonic() + _SECONDS_TO_START
        while not self._kind.is_ready(self._data, self._port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._process.kill()
                raise ScratchError(
                    f"the scratch server {self._kind.name} did not start.", cause=self._logged().strip()
                )
            time.sleep(0.005)

    def _logged(self):
        with open(self._log, errors="replace") as log:
            return log.read()


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


def _unprivileged_user() -> dict:
    """Arguments of subprocess that drop root's rights; empty for everybody else."""
    if os.geteuid():
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _open_folder() -> str:
    """A folder for temporary files that every user may enter, which a private TMPDIR is not."""
    for folder in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        if os.path.isdir(folder) and open_to_all(folder):
            return folder
    raise ScratchError(
        "no folder for temporary files can be entered by an unprivileged user, which the server must be."
    )


def _copy(source, target):
    # cp shares blocks where the file system can, and keeps the owner where root copies.
    done = subprocess.run(["cp", "-a", source, target], capture_output=True, preexec_fn=_end_with_parent)
    if done.returncode:
        raise ScratchError(
            "a database folder could not be copied.", cause=done.stderr.decode(errors="replace").strip()
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _end_with_parent():
    """In the child, before it becomes the server: a killed run leaves none behind. Linux alone has this."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
