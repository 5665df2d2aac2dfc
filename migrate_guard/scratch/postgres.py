"""PostgreSQL: where its binaries lie, and how a throwaway server of it is run."""

import glob
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping

from migrate_guard.errors import ScratchError
from migrate_guard.scratch.server import USER

# Debian and Ubuntu, Fedora and Red Hat, Homebrew on both kinds of Mac, Postgres.app, EDB's installer
USUAL_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/Library/PostgreSQL/*/bin",
    "/opt/PostgreSQL/*/bin",
)
LOOKED_FOR = "postgres and initdb on the PATH, where pg_config --bindir says"
# Nothing of it has to survive, and a run has few connections.
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "30",
    "max_prepared_transactions": "10",
    "autovacuum": "off",
    "jit": "off",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    # What a killed server leaves of it lies in its folder then.
    "dynamic_shared_memory_type": "mmap",
    "log_line_prefix": "",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
}


class Postgres:
    """The binaries in ``folder``. ``extensions`` is a folder with an extension/ of further ones, from PostgreSQL 18."""

    name = "postgresql"

    def __init__(self, folder: str, version: str, extensions: str = "") -> None:
        self.folder, self.version = folder, version
        self._extensions = extensions

    @property
    def build(self) -> str:
        return self.folder

    @property
    def words(self) -> str:
        return f"PostgreSQL {self.version} of this machine"

    def settled(self, home: str, as_another_user: bool) -> "Postgres":
        return self

    def notices(self, log: str) -> list[str]:
        return []

    def initialise(self, data: str, password_file: str) -> list[str]:
        return [
            self._binary("initdb"), "--pgdata", data, "--username", USER, "--auth", "scram-sha-256",
            "--pwfile", password_file, "--encoding", "UTF8", "--locale", "C", "--no-sync",
            "--no-instructions", "--wal-segsize", "1",
        ]  # fmt: skip

    def set_password(self, data: str, password: str) -> tuple[list[str], bytes]:
        command = [self._binary("postgres"), "--single", "-D", data, "-F", "template1"]
        return command, f"ALTER ROLE {USER} PASSWORD '{password}'\n".encode()

    def serve(self, data: str, port: int) -> list[str]:
        settings = dict(_SETTINGS)
        if self._extensions:
            settings["extension_control_path"] = f"$system:{self._extensions}"
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [self._binary("postgres"), "-D", data, "-p", str(port), *words]

    def is_ready(self, data: str, port: int) -> bool:
        try:
            with open(os.path.join(data, "postmaster.pid")) as file:
                lines = file.read().splitlines()
        except (FileNotFoundError, PermissionError):
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    @property
    def create_with(self) -> str:
        # Since PostgreSQL 15 its default writes each page to the log as well, which takes twice as long without fsync.
        return "STRATEGY FILE_COPY" if int(re.findall(r"\d+", self.version)[0]) >= 15 else ""

    def _binary(self, name):
        return os.path.join(self.folder, name)


def installed(environ: Mapping[str, str]) -> Iterator[Postgres]:
    """Each PostgreSQL server of this machine: those on the PATH, then that of pg_config, then others, newest first."""
    path = [folder for folder in environ.get("PATH", "").split(os.pathsep) if _holds_a_server(folder)]
    usual = [folder for pattern in USUAL_PLACES for folder in glob.glob(pattern) if _holds_a_server(folder)]
    folders = [*path, *_named_by_pg_config(environ), *sorted(usual, key=_number, reverse=True)]
    real = [os.path.dirname(os.path.realpath(os.path.join(folder, "postgres"))) for folder in folders]
    for folder in dict.fromkeys(real):
        yield Postgres(folder, version(folder))


def _holds_a_server(folder):
    # A link to the server alone lies on some PATHs; initdb is then beside its target.
    server = os.path.realpath(os.path.join(folder, "postgres"))
    return os.access(server, os.X_OK) and os.access(os.path.join(os.path.dirname(server), "initdb"), os.X_OK)


def _named_by_pg_config(environ):
    command = shutil.which("pg_config", path=environ.get("PATH"))
    if not command:
        return []
    done = subprocess.run([command, "--bindir"], capture_output=True, text=True)
    return [folder for folder in done.stdout.split("\n") if folder and _holds_a_server(folder)]


def _number(folder):
    found = re.search(r"(\d+(?:\.\d+)?)/bin$|(\d+)/bin$", folder)
    return float(found[1] or found[2]) if found else 0.0


def version(folder: str) -> str:
    """What the server in ``folder`` says. Raises ScratchError."""
    done = subprocess.run([os.path.join(folder, "postgres"), "--version"], capture_output=True, text=True)
    found = re.search(r"\d[\w.]*", done.stdout)
    if not found:
        raise ScratchError(f"{folder}/postgres does not tell its version.", cause=done.stdout + done.stderr)
    return found[0]
