"""Scratch databases on a server at an address: named after their run, which lives as long as its session there.

What belongs to a run whose session has ended is removed by the next run, wherever either of them was started.
"""

import json
import re
import secrets
from abc import ABC, abstractmethod
from typing import Callable, Dict, List

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from migrate_guard.protocol.dialects import mysql_or_mariadb
from migrate_guard.protocol.messages import Scratch

_PREFIX = "migrate_guard_"
_RUN = re.compile(_PREFIX + "[0-9a-f]{16}")
_LOCK_OF_ROLES = "migrate_guard roles"
_SECONDS_BETWEEN_LOOKS = 0.1


class _Server(ABC):
    """``gone(seconds)`` waits, and tells whether the controller has gone meanwhile."""

    def __init__(self, connection, target, gone):
        self._connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        self._target = target
        self._gone = gone
        self._run = _PREFIX + secrets.token_hex(8)
        self._given = 0
        self._databases, self._roles = [], []
        self._alone = False

    # --- what a kind of server says of itself

    kind: str
    version: str
    _TRY_LOCK: str
    _UNLOCK: str

    @staticmethod
    @abstractmethod
    def _marker(run):
        """The database that tells what belongs to ``run``."""

    @abstractmethod
    def _begin(self):
        """Give the session what the run is known by as long as it lives; tell kind and version."""

    @abstractmethod
    def _create(self, name):
        """A new database, marked."""

    @abstractmethod
    def _found(self):
        """{run: databases}, of those that this user may drop."""

    @abstractmethod
    def _living(self, runs):
        """What has a session now, ``runs`` among them."""

    @abstractmethod
    def _noted(self, run):
        """The roles that ``run`` has noted."""

    @abstractmethod
    def _note(self, roles):
        """Note the roles of this run."""

    @abstractmethod
    def _is_there(self, name):
        """Whether there is a database of that name."""

    @abstractmethod
    def _drop(self, name):
        """Drop a database, whoever is connected to it."""

    @abstractmethod
    def _accounts(self, role):
        """The accounts that ``role`` names."""

    @abstractmethod
    def _drop_role(self, role):
        """Drop its accounts."""

    # --- the life of a run

    def open(self):
        """Begin the run's life; what of ended runs could not be removed, in words."""
        self._begin()
        return self._reap()

    def new(self, _turn):
        self._given += 1
        name = f"{self._run}_{self._given}"
        self._databases.append(name)
        self._create(name)
        return Scratch(self._target.address(name))

    def expect(self, names):
        """The roles ``names`` are about to be made; those that are there already are not ours to drop."""
        while not self._alone:
            # Roles belong to the server: runs that make them take turns.
            self._alone = bool(self._value(self._TRY_LOCK, name=_LOCK_OF_ROLES))
            if not self._alone and self._gone(_SECONDS_BETWEEN_LOOKS):
                raise ConnectionAbortedError("the run has ended")
        self._reap()
        new = [name for name in dict.fromkeys(names) if name not in self._roles and not self._accounts(name)]
        if new:
            self._roles += new
            self._note(self._roles)

    def release(self):
        """Remove all that was made since the last time; what could not be, in words."""
        databases, roles = self._databases, self._roles
        self._databases, self._roles = [], []
        left = self._remove(self._run, databases, roles) if databases else []
        if self._alone:
            self._value(self._UNLOCK, name=_LOCK_OF_ROLES)
            self._alone = False
        return left

    def close(self):
        self.release()

    def _reap(self):
        left, found = [], self._found()
        # Only now: a run that has begun since has nothing among what was found.
        living = {self._run, *self._living(found)}
        for run in sorted(set(found) - living):
            try:
                left += self._remove(run, found[run], self._noted(run))
            except DBAPIError:
                if run in self._found():
                    raise
        return left

    def _remove(self, run, databases, roles):
        left = []
        for name in databases:
            left += self._removed("database", name, self._drop, self._is_there)
        for name in roles:
            left += self._removed("role", name, self._drop_role, self._accounts)
        # What is left is still marked: the next run tries again.
        return left or self._removed("database", self._marker(run), self._drop, self._is_there)

    def _removed(self, what, name, drop, is_there):
        try:
            drop(name)
        except DBAPIError as error:
            if is_there(name):  # not by another run that cleans up as well
                return [f"{what} {name}: {self._target.words(error)}"]
        return []

    def _do(self, statement, **values):
        return self._connection.execute(text(statement), values)

    def _value(self, statement, **values):
        return self._do(statement, **values).scalar()

    def _rows(self, statement, **values):
        return self._do(statement, **values).fetchall()

    def _quoted(self, name):
        return self._connection.dialect.identifier_preparer.quote_identifier(name).replace(":", r"\:")


class _PostgreSQL(_Server):
    """A comment marks a database; nobody can connect to one before it is marked.

    The session is told by its application_name, which every user may see.
    """

    kind = "postgresql"
    _MARK = "scratch database of migrate-guard"
    _TRY_LOCK = "SELECT pg_try_advisory_lock(hashtext(:name))"
    _UNLOCK = "SELECT pg_advisory_unlock(hashtext(:name))"

    @staticmethod
    def _marker(run):
        """It names the roles; a run that makes none has none."""
        return f"{run}_roles"

    def _begin(self):
        self._do(f"SET application_name = '{self._run}'")
        self.version = self._value("SHOW server_version").split()[0]
        if self._connection.dialect.server_version_info >= (14,):
            self._do("SET idle_session_timeout = 0")

    def _create(self, name):
        self._create_marked(name, self._MARK)
        self._do(f"ALTER DATABASE {self._quoted(name)} ALLOW_CONNECTIONS true")

    def _create_marked(self, name, words):
        self._do(f"CREATE DATABASE {self._quoted(name)} ALLOW_CONNECTIONS false")
        self._mark(name, words)

    def _mark(self, name, words):
        literal = words.replace("'", "''").replace(":", r"\:")
        self._do(f"COMMENT ON DATABASE {self._quoted(name)} IS '{literal}'")

    def _found(self):
        rows = self._rows(
            "SELECT datname, coalesce(shobj_description(oid, 'pg_database'), ''), datallowconn FROM pg_database "
            "WHERE pg_has_role(datdba, 'USAGE') AND datname LIKE :shape ORDER BY datname",
            shape=_PREFIX.replace("_", r"\_") + "%",
        )
        found: Dict[str, List[str]] = {}
        for name, comment, connectable in rows:
            run = _RUN.match(name)
            # Without a mark: its run ended before anybody could connect to it.
            if run and (comment.startswith(self._MARK) or not (comment or connectable)):
                found.setdefault(run[0], []).append(name)
        return {run: [name for name in names if name != self._marker(run)] for run, names in found.items()}

    def _living(self, _runs):
        return {name for (name,) in self._rows("SELECT application_name FROM pg_stat_activity")}

    def _noted(self, run):
        comment = self._value(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = :name",
            name=self._marker(run),
        )
        return json.loads(comment[len(self._MARK) :]) if comment else []

    def _note(self, roles):
        words = self._MARK + json.dumps(roles)
        if self._is_there(self._marker(self._run)):
            self._mark(self._marker(self._run), words)
        else:
            self._create_marked(self._marker(self._run), words)

    def _is_there(self, name):
        return self._value("SELECT count(*) FROM pg_database WHERE datname = :name", name=name)

    def _drop(self, name):
        if self._is_there(name):
            # Not WITH (FORCE): servers before 13 lack it.
            self._do(f"ALTER DATABASE {self._quoted(name)} ALLOW_CONNECTIONS false")
            self._rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = :name AND usename IS NOT NULL",
                name=name,
            )
            self._do(f"DROP DATABASE IF EXISTS {self._quoted(name)}")

    def _accounts(self, role):
        return self._rows("SELECT rolname FROM pg_roles WHERE rolname = :name", name=role)

    def _drop_role(self, role):
        self._do(f"DROP ROLE IF EXISTS {self._quoted(role)}")


class _MySQL(_Server):
    """A database of the run's own marks those that are named after it; a table in it names the roles.

    The session holds a lock that is named after the run.
    """

    _MARKER = "migrate_guard"
    _TRY_LOCK = "SELECT GET_LOCK(:name, 0)"
    _UNLOCK = "SELECT RELEASE_LOCK(:name)"

    @staticmethod
    def _marker(run):
        return run

    def _begin(self):
        version = self._value("SELECT VERSION()")
        self.kind = mysql_or_mariadb(version)
        numbers = re.match(r"[\d.]*\d", version)
        self.version = numbers[0] if numbers else ""
        # It waits while the project's code runs; and what that has locked must not keep it for a year.
        self._do("SET SESSION wait_timeout = 31536000, SESSION lock_wait_timeout = 10")
        self._value("SELECT GET_LOCK(:run, 0)", run=self._run)

    def _create(self, name):
        self._do(f"CREATE DATABASE IF NOT EXISTS {self._run}")
        self._do(f"CREATE TABLE IF NOT EXISTS {self._run}.{self._MARKER} (role VARCHAR(500) NOT NULL)")
        self._do(f"CREATE DATABASE {name}")

    def _found(self):
        rows = self._rows(
            "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE :shape ORDER BY schema_name",
            shape=_PREFIX.replace("_", r"\_") + "%",
        )
        names = [name for (name,) in rows]
        return {
            run: [name for name in names if re.fullmatch(run + "_[0-9]+", name)]
            for run in filter(_RUN.fullmatch, names)
            # Without a table: its run ended before it made a first database.
            if self._tables(run) <= {self._MARKER}
        }

    def _tables(self, database):
        rows = self._rows(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = :name", name=database
        )
        return {name for (name,) in rows}

    def _living(self, runs):
        return {run for run in runs if self._value("SELECT IS_USED_LOCK(:run)", run=run) is not None}

    def _noted(self, run):
        if not self._tables(run):
            return []
        return [role for (role,) in self._rows(f"SELECT role FROM {run}.{self._MARKER}")]

    def _note(self, roles):
        for role in set(roles) - set(self._noted(self._run)):
            self._do(f"INSERT INTO {self._run}.{self._MARKER} VALUES (:role)", role=role)

    def _is_there(self, name):
        return self._value(
            "SELECT count(*) FROM information_schema.schemata WHERE schema_name = :name", name=name
        )

    def _drop(self, name):
        for number in self._connected_to(name):
            try:
                self._do(f"KILL {number}")
            except DBAPIError:
                if number in self._connected_to(name):
                    raise
        self._do(f"DROP DATABASE IF EXISTS {name}")

    def _connected_to(self, name):
        return [row[0] for row in self._rows("SHOW PROCESSLIST") if row[3] == name]

    def _accounts(self, role):
        """[(user, host)]; ``role`` is "user@host", or "user" for every host. A role of MariaDB has the host ""."""
        user, at, host = role.rpartition("@")
        rows = self._rows("SELECT user, host FROM mysql.user WHERE user = :user", user=user if at else role)
        wanted = {host} if at else {"", "%"}
        return [(_text(user), _text(found)) for user, found in rows if _text(found) in wanted]

    def _drop_role(self, role):
        for user, host in self._accounts(role):
            account = _literal(user) + (f"@{_literal(host)}" if host else "")
            self._do("DROP {} {}".format("USER" if host else "ROLE", account))


def _text(value):
    return value.decode() if isinstance(value, bytes) else value


def _literal(name):
    return "'{}'".format(name.replace("\\", "\\\\").replace("'", "''").replace(":", r"\:"))


SERVERS: Dict[str, Callable[..., _Server]] = {"postgresql": _PostgreSQL, "mysql": _MySQL, "mariadb": _MySQL}
