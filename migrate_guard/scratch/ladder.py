"""Which scratch database for which dialect: the first rung that can give one."""

import os
import secrets
from typing import NamedTuple

from migrate_guard.errors import ScratchError
from migrate_guard.scratch import mysql, postgres
from migrate_guard.scratch.server import Server

_WORDS = {"postgresql": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB"}


class Database(NamedTuple):
    """A scratch database: ``address`` are the parts of a URL that lead to it.

    ``create_from`` is a database of the same server from which it has yet to be created, "" where connecting makes
    it. ``engine`` says what it is: the server, its version and where it was found.
    """

    address: dict
    create_from: str
    engine: str


class Ladder:
    """The scratch databases of one run, to be closed at its end.

    ``run`` is the run's own folder, ``templates`` one that outlives it. A server is started when a first database
    of it is wanted, and serves the whole run.
    """

    def __init__(self, run: str, templates: str, environ):
        self._run, self._templates, self._environ = run, templates, environ
        self._servers = {}

    def database(self, dialect: str) -> Database:
        """A new, empty database. Raises ScratchError."""
        name = f"scratch_{secrets.token_hex(8)}"
        if dialect == "sqlite":
            # Always a file: each connection to a memory database would be another one.
            return Database({"database": os.path.join(self._run, f"{name}.sqlite")}, "", "SQLite")
        if dialect == "postgresql":
            return self._on_server(dialect, name, "postgres")
        if dialect in ("mysql", "mariadb"):
            return self._on_server(dialect, name, "information_schema")
        raise ScratchError(
            f"no scratch database can be made for {dialect}.",
            cause="This version makes them for SQLite, PostgreSQL, MySQL and MariaDB.",
            hint="Judging the project on another dialect than its own would be wrong in both directions.",
        )

    def close(self) -> None:
        for server, _ in self._servers.values():
            server.stop()

    def _on_server(self, dialect, name, create_from):
        if dialect not in self._servers:
            kind = (
                postgres.find(self._environ)
                if dialect == "postgresql"
                else mysql.find(dialect, self._environ)
            )
            words = f"{_WORDS[kind.name]} {kind.version} of this machine"
            self._servers[dialect] = (Server(kind, self._run, self._templates), words)
        server, engine = self._servers[dialect]
        return Database(server.address(name), create_from, engine)
