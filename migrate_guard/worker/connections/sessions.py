"""Connections of our own beside env.py's, set up as that one is."""

from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from migrate_guard.protocol.dialects import family
from migrate_guard.protocol.keeping import Keep
from migrate_guard.protocol.messages import JUDGED
from migrate_guard.worker.basis import compat
from migrate_guard.worker.basis.failures import CannotCheck
from migrate_guard.worker.connections import bindings, default_schema
from migrate_guard.worker.connections.bindings import Binding
from migrate_guard.worker.connections.own_statements import dial
from migrate_guard.worker.connections.recorded import Statement
from migrate_guard.worker.connections.target import read as read_target

_READ_ONLY = {
    "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
}
_READING = "--url takes an existing database, and a user who may read its structure."


class Sessions:
    """``pools`` make the connections, ``exchange`` knows what env.py has run on its own."""

    def __init__(self, pools, exchange, files):
        self._pools, self._exchange, self._files = pools, exchange, files

    @contextmanager
    def fresh(self, connection, purpose):
        """A Connection beside env.py's ``connection``, to the database of ``purpose``.

        What listens to env.py's pool listens here as well, and the session is set up as env.py's own.
        """
        engine = connection.engine
        creator = bindings.of(engine.pool).creator
        pool = NullPool(self._pools.creator(Binding(creator, purpose, engine.url, engine.dialect)))
        _listen_alike(engine.pool, pool)
        with Engine(pool, engine.dialect, engine.url).connect() as made:
            self._set_up_alike(connection, made)
            options = connection.get_execution_options()
            kept = {name: options[name] for name in ("schema_translate_map",) if name in options}
            with default_schema.asked(made):
                yield made.execution_options(**kept)

    @contextmanager
    def original(self, connection, url):
        """A Connection that can only read, to the database at ``url`` that somebody keeps.

        It has the dialect and driver of env.py's ``connection``, and nothing of the project's listens to it. The URL of
        a file has to say itself that it is only read. Raises CannotCheck.
        """
        dialect = connection.dialect
        target = read_target(Keep(url, dialect.name, dialect.driver, 0, []))
        doing = f"reading the database at {target.place}"
        try:
            opened = self._dialled(dialect, target)
        except Exception as error:
            raise CannotCheck(doing, target.words(error), _READING) from None
        creator = bindings.bind(lambda: opened, Binding(None, JUDGED, target.url, dialect))
        with Engine(NullPool(creator), dialect, target.url).connect() as made:
            read_only = _READ_ONLY.get(family(dialect.name))
            if read_only:
                made.exec_driver_sql(read_only)
                dialect.do_commit(opened)
            _search_alike(connection, opened)
            with default_schema.asked(made):
                try:
                    yield made
                except DBAPIError as error:
                    raise CannotCheck(doing, target.words(error), _READING) from None

    def _dialled(self, dialect, target):
        cargs, cparams = dialect.create_connect_args(target.url)
        if target.dialect != "sqlite":
            return dial(dialect, cargs, cparams)
        with self._files.lent(cargs):  # else an empty file would take its place
            return dial(dialect, cargs, cparams)

    def _set_up_alike(self, connection, made):
        own = compat.dbapi_connection(made.connection)
        for step in self._exchange.ran_before(connection):
            # Locks would be waited for, and what is written is none of ours.
            if isinstance(step, Statement) and step.is_of_session:
                step.again(made, own)
        _search_alike(connection, own)


def _listen_alike(theirs, ours):
    for name in ("connect", "checkout"):
        there = list(getattr(ours.dispatch, name))  # those that listen to every pool
        for listener in getattr(theirs.dispatch, name):
            if listener not in there:
                event.listen(ours, name, listener)


def _search_alike(connection, own):
    dialect = connection.dialect
    if dialect.name == "postgresql":
        (path,) = compat.aside(connection).exec_driver_sql("SELECT current_setting('search_path')").fetchone()
        cursor = own.cursor()
        cursor.execute(f"SET search_path TO {path or 'pg_catalog'}")
        cursor.close()
    dialect.do_commit(own)
