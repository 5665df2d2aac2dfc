"""Which scratch database for which dialect: the first rung that can give one."""

import os
import secrets
from typing import NamedTuple

from migrate_guard.errors import ScratchError
from migrate_guard.scratch import own
from migrate_guard.scratch.server import Server

_ON_SERVERS = {"postgresql": "postgres", "mysql": "information_schema", "mariadb": "information_schema"}


class Needs(NamedTuple):
    """What the settings say of scratch databases: scratch_url, engine and the text of scratch_setup."""

    urls: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
    setup: str = ""


class Database(NamedTuple):
    """A scratch database: ``address`` are the parts of a URL that lead to it.

    ``create_from`` is a database of the same server from which it has yet to be created, "" where connecting makes
    it, or it is there. ``setup`` are the statements to run on it first. ``engine`` says what it is: the server, its
    version and where it was found.
    """

    address: dict
    create_from: str
    engine: str
    setup: tuple[str, ...] = ()


class Ladder:
    """The scratch databases of one run, to be closed at its end.

    ``run`` is the run's own folder, ``templates`` one that outlives it. A server is started when a first database
    of it is wanted, and serves the whole run unless somebody leaves traces in it that outlive a database.
    """

    def __init__(self, run: str, templates: str, environ):
        self.run, self.environ = run, environ
        self._templates = templates
        self._servers = {}

    def databases(self, needs: Needs, keeper=None) -> "Databases":
        """Those of one observation, to be used in a ``with`` block."""
        return Databases(self, needs, keeper)

    def server(self, dialect, needs):
        """(Server, what it is in words) of our own."""
        key = (dialect, needs.engines)
        if key not in self._servers:
            kind, words = own.find(dialect, self.environ)
            self._servers[key] = (Server(kind, self.run, self._templates), words)
        return self._servers[key]

    def discard(self, dialect, needs) -> None:
        """Its roles would be there in the next observation."""
        server, _ = self._servers.pop((dialect, needs.engines))
        server.stop()

    def close(self) -> None:
        for server, _ in self._servers.values():
            server.stop()


class Databases:
    """Gives the scratch databases of one observation; ``notices`` are what a person may want to know about them."""

    def __init__(self, ladder, needs, keeper):
        self._ladder, self._needs, self._keeper = ladder, needs, keeper
        self._used_up = set()
        self.notices = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for dialect in self._used_up:
            self._ladder.discard(dialect, self._needs)

    def new(self, dialect: str, driver: str) -> Database:
        """A new, empty database that ``driver`` will connect to. Raises ScratchError."""
        name = f"scratch_{secrets.token_hex(8)}"
        if dialect == "sqlite":
            # Always a file: each connection to a memory database would be another one.
            return Database({"database": os.path.join(self._ladder.run, f"{name}.sqlite")}, "", "SQLite")
        if dialect in _ON_SERVERS:
            server, engine = self._ladder.server(dialect, self._needs)
            return Database(server.address(name), _ON_SERVERS[dialect], engine)
        raise ScratchError(
            f"no scratch database can be made for {dialect}.",
            cause="This version makes them for SQLite, PostgreSQL, MySQL and MariaDB.",
            hint="Judging the project on another dialect than its own would be wrong in both directions.",
        )

    def expect_roles(self, dialect: str, names: list[str]) -> None:
        """Statements that make the roles ``names`` are about to run on the server of ``dialect``."""
        self._used_up.add(dialect)
