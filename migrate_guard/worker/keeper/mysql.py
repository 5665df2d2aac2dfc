"""A run on a server of MySQL or MariaDB: what marks its databases, its session and its roles."""

import re

from sqlalchemy.exc import DBAPIError

from migrate_guard.protocol.dialects import mysql_or_mariadb
from migrate_guard.worker.keeper.run import PREFIX, RUN, Run


class MySQL(Run):
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
            shape=PREFIX.replace("_", r"\_") + "%",
        )
        names = [name for (name,) in rows]
        return {
            run: [name for name in names if re.fullmatch(run + "_[0-9]+", name)]
            for run in filter(RUN.fullmatch, names)
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
