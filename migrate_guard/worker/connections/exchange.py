"""The connection that env.py hands to Alembic: beneath it the one to the judged database takes its place."""

from typing import NamedTuple

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool

from migrate_guard.protocol.messages import JUDGED
from migrate_guard.worker.basis import compat
from migrate_guard.worker.connections import bindings, default_schema, recorded
from migrate_guard.worker.connections.own_statements import run
from migrate_guard.worker.connections.recorded import Statement


class _Exchanged(NamedTuple):
    """``schema`` was the dialect's default one before, ``ran`` is what env.py had run before it configured."""

    connection: object
    dialect: object
    schema: str
    ran: list


class Exchange:
    """Knows which connections lead to the judged database, and what was run on the others."""

    def __init__(self, databases, upgrading):
        self._databases, self._upgrading = databases, upgrading
        self._exchanged = {}
        self._ground = {}

    def install(self):
        recorded.install()
        event.listen(Engine, "after_cursor_execute", self._executed)
        event.listen(Pool, "checkin", self._returned)

    def is_judged(self, connection):
        """Whether ``connection`` leads to the database that is compared."""
        return id(compat.dbapi_connection(connection.connection)) in self._exchanged

    def ran_before(self, connection):
        """What env.py had run on ``connection`` before it handed it over; empty for one that is not judged."""
        exchanged = self._exchanged.get(id(compat.dbapi_connection(connection.connection)))
        return exchanged.ran if exchanged else []

    def exchange(self, connection):
        """Put a connection to the judged database beneath env.py's own Connection.

        What env.py had already run on this one (CREATE SCHEMA, SET search_path, locks) is run there again first.
        """
        old = compat.dbapi_connection(connection.connection)
        if id(old) in self._exchanged:
            return
        turns = self._databases.turns_of(connection.engine.url)
        if turns and turns.judged:  # it is there already
            self._remember(connection, old, [])
            turns.given_to_configure(old)
            recorded.take(connection)
        else:
            self._put_beneath(connection, old, turns)

    def _remember(self, connection, judged, ran):
        dialect = connection.dialect
        self._exchanged[id(judged)] = _Exchanged(judged, dialect, dialect.default_schema_name, ran)

    def _put_beneath(self, connection, old, turns):
        fairy = connection.connection
        dialect, record, pool = connection.dialect, fairy._connection_record, fairy._pool
        binding = bindings.of(pool)
        ran = recorded.take(connection)
        self._lay_ground(binding, ran)
        if turns:
            _leave(connection, old)
            turns.closed(old)
        with binding.judged():
            new = pool._invoke_creator(record)
        if not turns:
            _leave(connection, old)
        self._remember(connection, new, ran)
        compat.set_dbapi_connection(fairy, new)
        if record is not None:  # None where the connection is detached from its pool
            compat.set_dbapi_connection(record, new)
        if (
            dialect.default_schema_name == binding.found_schema
        ):  # the throwaway's; env.py may have set another one
            default_schema.ask(connection)
        pool.dispatch.connect(new, record)
        with binding.judged():
            pool.dispatch.checkout(new, record, fairy)
        level = connection.get_execution_options().get("isolation_level")
        if level:
            dialect.set_isolation_level(new, level)
        for step in self._for_judged(binding, ran):
            step.again(connection, new)

    def _lay_ground(self, binding, ran):
        """Schemas and extensions that env.py has made on other connections to the same database."""
        made = self._ground.pop(compat.url_text(binding.url), [])
        statements = [statement for where, statement in made if where is not ran]
        if statements:
            url = self._databases.of(binding, JUDGED).url
            run(binding.dialect, url, [one.text for one in self._for_judged(binding, statements)])

    def _for_judged(self, binding, steps):
        """``steps`` once more: a start dump may have made there already what they make."""
        if not self._databases.start_of(binding.url):
            return steps
        return [step.where_missing() if isinstance(step, Statement) else step for step in steps]

    def _executed(self, connection, cursor, text, parameters, context, executemany):
        if self.is_judged(connection):
            return
        url = connection.engine.url
        turns = self._databases.turns_of(url)
        if turns:
            turns.ran(compat.dbapi_connection(connection.connection), text)
        statement = Statement(text, parameters, executemany)
        recorded.note(connection, statement)
        of_postgresql = url.get_backend_name() == "postgresql"
        if statement.is_ground and of_postgresql and not self._upgrading.runs_on(url):
            made = self._ground.setdefault(compat.url_text(url), [])
            made.append((recorded.of(connection), Statement(text)))

    def _returned(self, dbapi_connection, record):
        exchanged = self._exchanged.pop(id(dbapi_connection), None)
        if exchanged:
            exchanged.dialect.default_schema_name = exchanged.schema
            record.invalidate()  # the next one to take it from the pool gets a throwaway again


def _leave(connection, old):
    """The throwaway database that ``connection`` led to."""
    dialect = connection.dialect
    twophase = getattr(connection.get_transaction(), "xid", None)
    if twophase:  # the server takes no other one of this name
        dialect.do_rollback_twophase(connection, twophase, is_prepared=False)
        recorded.take(connection)
    else:  # as in life, the second pass finds there what this one has made
        dialect.do_commit(old)
    dialect.do_close(old)
