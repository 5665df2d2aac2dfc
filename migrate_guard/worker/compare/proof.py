"""What the proof of a revision looks at: the database before it and after its downgrade, and what it runs there."""

import re

from alembic.ddl.impl import DefaultImpl
from sqlalchemy import event
from sqlalchemy.engine import Engine

from migrate_guard.protocol.messages import JUDGED, Ran, Stood
from migrate_guard.worker.basis import compat
from migrate_guard.worker.compare import describe
from migrate_guard.worker.compare.both import version_table

_ONLY_LOOKS = re.compile(r"\s*(SELECT|SHOW|PRAGMA|DESCRIBE|EXPLAIN|WITH)\b", re.I)


class Shapes:
    """The databases as they describe themselves, each the first time that env.py configures it in a pass."""

    def __init__(self, sessions):
        self._sessions = sessions
        self._seen = {}
        self._versions = {}

    def taking(self, downgraded):
        """A function of the MigrationContext that is to be called before revisions run."""

        def take(migration_context):
            connection = migration_context.connection
            url = compat.url_text(connection.engine.url)
            self._versions.setdefault(url, set()).add(version_table(migration_context))
            if (url, downgraded) in self._seen:  # one schema after the other
                return
            if describe.knows(connection.dialect):
                with self._sessions.fresh(connection, JUDGED) as judged:
                    self._seen[url, downgraded] = describe.describe(judged)

        return take

    def messages(self, names):
        """``names`` maps URLs to what the databases are called. Nothing of one that cannot describe itself."""
        for (url, downgraded), objects in self._seen.items():
            versions = self._versions[url]
            own = [one for one in objects if not versions.intersection((one.table, one.name))]
            yield Stood(names.get(url, ""), downgraded, own)


class Statements:
    """What a revision runs on the judged database, but for what only looks."""

    def __init__(self, exchange):
        self._exchange = exchange
        self._watch = None
        self._directly = False
        self._ran = {}

    def install(self):
        event.listen(Engine, "before_cursor_execute", self._before_execute)
        execute = DefaultImpl._exec

        def directly(impl, *arguments, **options):
            self._directly = True
            try:
                return execute(impl, *arguments, **options)
            finally:
                self._directly = False

        DefaultImpl._exec = directly  # type: ignore[assignment]  # all that Alembic may call it with

    def watch(self, watch):
        """From now on, while ``watch.revision`` runs. None: no more."""
        self._watch = watch

    def _before_execute(self, connection, cursor, statement, parameters, context, executemany):
        if not (self._watch and self._watch.revision and self._exchange.is_judged(connection)):
            return
        if self._directly or not _ONLY_LOOKS.match(statement):
            said = f"{statement.strip()};"
            if parameters:
                said = f"-- with {parameters!r}\n{said}"
            self._ran.setdefault(compat.url_text(connection.engine.url), []).append(said)

    def messages(self, names):
        """See Shapes.messages."""
        for url, ran in self._ran.items():
            yield Ran(names.get(url, ""), ran)
