"""MySQL and MariaDB: where their servers lie, and how a throwaway one is run."""

import glob
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping

from migrate_guard.errors import ScratchError
from migrate_guard.protocol.dialects import mysql_or_mariadb
from migrate_guard.scratch.pins import NAMES
from migrate_guard.scratch.server import USER

BINARIES = ("mariadbd", "mysqld")
# Where packages put the server outside of the PATH of ordinary users
USUAL_PLACES = (
    "/usr/sbin",
    "/usr/libexec",
    "/usr/local/mysql/bin",
    "/opt/homebrew/opt/mariadb*/bin",
    "/opt/homebrew/opt/mysql*/bin",
    "/usr/local/opt/mariadb*/bin",
    "/usr/local/opt/mysql*/bin",
)
LOOKED_FOR = f"{' or '.join(BINARIES)} on the PATH"
# Nothing of it has to survive, and a run has few connections.
_SETTINGS = (
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-flush-method=nosync",
    "--innodb-buffer-pool-size=32M",
    "--performance-schema=0",
    "--max-connections=30",
    "--skip-log-bin",
    "--skip-name-resolve",
    "--character-set-server=utf8mb4",
    "--bind-address=127.0.0.1",
)
_SMALL_LOGS = "--innodb-log-file-size=8M"


class MySQL:
    """The server at ``path``; ``name`` is "mysql" or "mariadb", by what it says itself and not by its file's name."""

    create_with = ""

    def __init__(self, path: str, name: str, version: str) -> None:
        self.path, self.name, self.version = path, name, version
        self.folder = os.path.dirname(path)

    @property
    def build(self) -> str:
        return self.path

    @property
    def words(self) -> str:
        return f"{NAMES[self.name]} {self.version} of this machine"

    def settled(self, home: str, as_another_user: bool) -> "MySQL":
        return self

    def notices(self, log: str) -> list[str]:
        return []

    def initialise(self, data: str, password_file: str) -> list[str]:
        if self.name == "mysql":
            return [self.path, "--no-defaults", "--initialize-insecure", f"--datadir={data}"]
        return [
            self._installer(), "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal",
            "--skip-test-db", _SMALL_LOGS, *_SETTINGS[:3],
        ]  # fmt: skip

    def set_password(self, data: str, password: str) -> tuple[list[str], bytes]:
        statements = (
            f"CREATE USER {USER}@'127.0.0.1' IDENTIFIED BY '{password}';\n"
            f"GRANT ALL ON *.* TO {USER}@'127.0.0.1' WITH GRANT OPTION;\n"
        )
        return ["tee", self._first_statements(data)], statements.encode()

    def serve(self, data: str, port: int) -> list[str]:
        # The socket lies in the data folder: the length of its path is limited.
        own = ["--mysqlx=0"] if self.name == "mysql" else [_SMALL_LOGS, "--aria-pagecache-buffer-size=8M"]
        return [
            self.path, "--no-defaults", f"--datadir={data}", f"--port={port}", *_SETTINGS, *own,
            f"--init-file={self._first_statements(data)}", "--socket=socket", f"--pid-file={data}.pid",
        ]  # fmt: skip

    def is_ready(self, data: str, port: int) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    @staticmethod
    def _first_statements(data):
        return f"{data}.sql"

    def _installer(self):
        base = os.path.dirname(os.path.dirname(os.path.realpath(self.path)))
        places = [os.path.join(base, folder, "mariadb-install-db") for folder in ("bin", "scripts")]
        found = shutil.which("mariadb-install-db") or next(filter(os.path.exists, places), None)
        if not found:
            raise ScratchError(f"{self.path} is there, but mariadb-install-db is not.")
        return found


def installed(environ: Mapping[str, str]) -> Iterator[MySQL]:
    """Each server of this machine, one on the PATH before others."""
    folders = [*environ.get("PATH", "").split(os.pathsep)]
    folders += [folder for pattern in USUAL_PLACES for folder in sorted(glob.glob(pattern), reverse=True)]
    paths = [os.path.realpath(os.path.join(folder, name)) for folder in folders for name in BINARIES]
    for path in dict.fromkeys(paths):
        if os.access(path, os.X_OK) and os.path.isfile(path):
            yield _told_apart(path)


def _told_apart(path):
    done = subprocess.run([path, "--version"], capture_output=True, text=True)
    version = re.search(r"Ver (\d[\d.]*)", done.stdout)
    if not version:
        raise ScratchError(f"{path} does not tell its version.", cause=done.stdout + done.stderr)
    return MySQL(path, mysql_or_mariadb(done.stdout), version[1])
