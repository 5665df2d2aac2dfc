"""A run on a server of PostgreSQL: what marks its databases, its session and its roles."""

import json
from typing import Dict, List

from migrate_guard.worker.keeper.run import PREFIX, RUN, Run


class PostgreSQL(Run):
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
            shape=PREFIX.replace("_", r"\_") + "%",
        )
        found: Dict[str, List[str]] = {}
        for name, comment, connectable in rows:
            run = RUN.match(name)
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
