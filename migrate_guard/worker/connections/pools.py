"""Every DBAPI connection of this process is made here, and none to an address that the project configured."""

import os
import re
import sqlite3
import threading
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import NullPool, Pool

from migrate_guard.protocol.keeping import Keep
from migrate_guard.protocol.messages import (
    ATTACHED,
    JUDGED,
    OPENED,
    THROWAWAY,
    Failed,
    RolesWanted,
    ScratchWanted,
)
from migrate_guard.worker.basis import compat
from migrate_guard.worker.basis.failures import CannotCheck
from migrate_guard.worker.connections import roles
from migrate_guard.worker.connections.attach import attaching
from migrate_guard.worker.connections.own_statements import StatementFailed, dial, run
from migrate_guard.worker.connections.target import read as read_target
from migrate_guard.worker.connections.turns import Turns

_NEVER_ASKED = object()
_BINDING = "migrate_guard_binding"
_PURPOSE = "migrate_guard.purpose"
_RAN = "_migrate_guard_ran"

# What of connect_args leads to a server, or proves who one is; the scratch database has its own.
_ADDRESS = re.compile(
    r"(host|hostaddr|port|user|username|password|passwd|passfile|database|db|dbname|dsn|service|servicefile|server|"
    r"uri|unix_sock(et)?|named_pipe|source_address|bind_address|failover|dns_srv|load_balance_hosts|pool_.*|"
    r"ssl.*|tls.*|direct_tls|krb.*|gss.*|auth.*|require_?auth|requirepeer|channel_binding|target_session_attrs|"
    r"(min|max)_protocol_version|(read_)?default_(file|group)|option_(files|groups)|defer_connect)$"
)
_SQLITE3_DRIVERS = ("pysqlite", "aiosqlite", "pysqlite_numeric")
# What makes no table, and belongs to the database whichever connection runs it
_GROUND = re.compile(r"\s*CREATE\s+(SCHEMA|EXTENSION)\b", re.I)
# What env.py makes where it does not find it
_MAKES = re.compile(r"^(\s*CREATE\s+(?:SCHEMA|EXTENSION|TABLE)\s+)(?!IF\b)", re.I)
_DATABASE = re.compile(r"\s*CREATE\s+(OR\s+REPLACE\s+)?(DATABASE|SCHEMA)\b", re.I)
_READ_ONLY = {
    "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
}
_READING = "--url takes an existing database, and a user who may read its structure."
_RESTORING = (
    "The file is what start in [tool.migrate-guard] names. Where it needs a role or the like, make that in scratch_setup; "
    "what scratch_setup makes as well is left out there. To make the file anew: migrate-guard scratch dump"
)
_OF_TWOPHASE = re.compile(r"XA |PREPARE TRANSACTION |(COMMIT|ROLLBACK) PREPARED ")
# What sets up a session, and changes nothing else
_SESSION = re.compile(r"\s*(SET|ATTACH|PRAGMA|USE)\b", re.I)


class _Exchanged(NamedTuple):
    """``schema`` was the dialect's default one before, ``ran`` is what env.py had run before it configured."""

    connection: object
    dialect: object
    schema: str
    ran: list


class _Binding:
    """What the connections of one pool need to know of the engine that it belongs to."""

    def __init__(self, creator):
        self.creator = creator
        self.url = self.dialect = None
        self.found_schema = _NEVER_ASKED
        self.purpose = THROWAWAY

    def of(self, engine):
        self.url, self.dialect = engine.url, engine.dialect
        find = self.dialect._get_default_schema_name

        def remember(connection):
            self.found_schema = find(connection)
            return self.found_schema

        self.dialect._get_default_schema_name = remember

    @contextmanager
    def judged(self):
        self.purpose = JUDGED
        try:
            yield
        finally:
            self.purpose = THROWAWAY


class Connections:
    """Sends each connection to a scratch database: the one that is judged, or a throwaway for all others.

    The project keeps its engines, dialects, drivers, pools, listeners and connect_args. The same URL is the same
    database, as in life. ``set_up`` tells whether scratch_setup ran in any of them.
    """

    def __init__(self, channel):
        self._channel = channel
        self._addresses = {}
        self._exchanged = {}
        self._migrating = []
        self._turns = {}
        self._ground = {}
        self._starts = {}
        self._files = set()
        self.set_up = False
        self._lock = threading.RLock()

    def install(self):
        self._wrap_pool()
        self._wrap_engine()
        event.listen(Engine, "before_cursor_execute", self._before_execute)
        event.listen(Engine, "after_cursor_execute", self._record_execute)
        for what in ("commit", "rollback"):
            event.listen(Engine, what, lambda connection, what=what: self._record(connection, what))
        for what in ("begin_twophase", "prepare_twophase"):
            event.listen(Engine, what, lambda connection, xid, what=what: self._record(connection, what, xid))
        for what in ("commit_twophase", "rollback_twophase"):
            event.listen(
                Engine,
                what,
                lambda connection, xid, prepared, what=what: self._record(connection, what, xid, prepared),
            )
        event.listen(Pool, "checkout", self._renew)
        event.listen(Pool, "checkin", self._forget_exchanged)
        event.listen(Pool, "close", lambda dbapi_connection, record: self._closed(dbapi_connection))
        event.listen(Pool, "close_detached", self._closed)

    def _wrap_pool(self):
        def around(init, pool, creator, *args, **kwargs):
            if not hasattr(creator, _BINDING):
                creator = self._creator(_Binding(creator))
            init(pool, creator, *args, **kwargs)

        Pool.__init__ = compat.wrapped(Pool.__init__, around)

    def _creator(self, binding):
        def creator(connection_record=None):
            return self._connect(binding, connection_record)

        setattr(creator, _BINDING, binding)
        return creator

    @staticmethod
    def _wrap_engine():
        def around(init, engine, *args, **kwargs):
            init(engine, *args, **kwargs)
            binding = getattr(engine.pool._creator, _BINDING)
            if binding.url is None:
                binding.of(engine)

        Engine.__init__ = compat.wrapped(Engine.__init__, around)

    def _connect(self, binding, record):
        if binding.dialect is None:
            raise ConnectionError("a pool without an engine has no database that migrate-guard could replace")
        with self._lock:
            purpose = self._purpose(binding)
            if record is not None:
                record.info[_PURPOSE] = purpose
            scratch = self._scratch_url(binding)
            turns = self._turns.get(scratch)
            if turns and purpose == THROWAWAY:
                turns.opening()
            cargs, cparams = binding.dialect.create_connect_args(scratch)
            kept = {
                name: value
                for name, value in self._configured(binding, record).items()
                if not _ADDRESS.match(name)
            }
            arguments = {**kept, **cparams}
            if binding.dialect.driver in _SQLITE3_DRIVERS:
                arguments["factory"] = self.attaching(arguments.get("factory", sqlite3.Connection), purpose)
            made = dial(binding.dialect, cargs, arguments)
            if turns:
                turns.opened(made, record, purpose == JUDGED)
            return made

    def _configured(self, binding, record):
        """The keyword arguments that the project would connect with."""
        if getattr(binding.creator, "__module__", "") != "sqlalchemy.engine.create":
            return {}  # a creator of the project's own: it would dial, so it is never called
        dialect = binding.dialect
        taken = []
        listening, dialect._has_events = dialect._has_events, False  # do_connect listeners may dial as well
        dialect.connect = lambda *cargs, **cparams: taken.append(cparams)
        try:
            binding.creator(record)
        finally:
            del dialect.connect
            dialect._has_events = listening
        return taken[0]

    def _scratch_url(self, binding):
        key = (compat.url_text(binding.url), self._purpose(binding))
        if key not in self._addresses:
            self._addresses[key] = self._new_url(binding)
        return self._addresses[key]

    def _purpose(self, binding):
        migrating = binding.purpose == THROWAWAY and compat.url_text(binding.url) in self._migrating
        return JUDGED if migrating else binding.purpose

    @contextmanager
    def migrating(self, connection):
        """Revisions run on ``connection``: they may open others to the same database, which is the judged one."""
        if isinstance(connection, Connection):
            self._migrating.append(compat.url_text(connection.engine.url))
        try:
            yield
        finally:
            self._migrating.clear()

    def _renew(self, dbapi_connection, record, fairy):
        """One that a pool has kept may lead elsewhere than a new one would: the pool makes a new one."""
        binding = getattr(fairy._pool._creator, _BINDING)
        purpose = self._purpose(binding)
        if record is not None and record.info.get(_PURPOSE, purpose) != purpose:
            raise DisconnectionError

    def _new_url(self, binding):
        url = binding.url
        driver = binding.dialect.driver
        turns = self._turns.get(self._addresses.get((compat.url_text(url), THROWAWAY)))
        turn = turns.name if turns and turns.alone() else ""
        purpose = self._purpose(binding)
        name = url.database or "" if purpose == JUDGED else ""
        scratch = self._ask(
            ScratchWanted(url.get_backend_name(), driver, name, turn, purpose, compat.hidden_text(url))
        )
        bare = url.set(username=None, password=None, host=None, port=None, database=None)
        bare = bare.set(**{"query": compat.without_encryption(driver), **scratch.address})
        if scratch.create_from:
            name = binding.dialect.identifier_preparer.quote_identifier(scratch.address["database"])
            statements = ["DROP DATABASE IF EXISTS " + name] if scratch.replaces else []
            statements.append(" ".join(["CREATE DATABASE", name, scratch.create_with]))
            run(binding.dialect, bare.set(database=scratch.create_from), statements)
        if scratch.setup:
            self._set_up(binding.dialect, bare, scratch.setup)
        if scratch.start:
            self._begin(binding.dialect, bare, scratch.start)
            self._starts[compat.url_text(url)] = scratch.start
        if turns and turns.name == scratch.turn:
            turns.judged = True
        elif scratch.turn:
            self._turns[bare] = Turns(scratch.turn, self._channel)
        return bare

    def _set_up(self, dialect, url, statements):
        self.set_up = True
        for statement in statements:
            self._expect_roles(statement, dialect.name)
        try:
            run(dialect, url, statements)
        except StatementFailed as error:
            # At once: env.py may swallow what comes of it.
            hint = "Mend scratch_setup in [tool.migrate-guard], or the file that it names."
            self._channel.send(Failed("scratch_setup", str(error), [], hint=hint))
            raise

    def _begin(self, dialect, url, start):
        try:
            run(dialect, url, [statement for _, statement in start.statements])
        except StatementFailed as error:
            # At once: env.py may swallow what comes of it.
            line, _ = start.statements[error.at]
            self._channel.send(Failed(f"restoring {start.file}:{line}", str(error), [], hint=_RESTORING))
            raise

    def start_of(self, connection):
        """The StartDump that the judged database of ``connection`` began with, None where it began with nothing."""
        return self._starts.get(compat.url_text(connection.engine.url))

    def _before_execute(self, connection, cursor, statement, parameters, context, executemany):
        self._expect_roles(statement, connection.dialect.name)

    def _expect_roles(self, statement, dialect):
        names = roles.made_by(statement, dialect)
        if names is not None:
            self._channel.ask(RolesWanted(dialect, names))

    def _ask(self, wanted):
        scratch = self._channel.ask(wanted)
        if wanted.dialect == "sqlite":
            self._files.add(scratch.address["database"])
        return scratch

    def is_judged(self, connection):
        """Whether ``connection`` leads to the database that is compared."""
        return id(compat.dbapi_connection(connection.connection)) in self._exchanged

    def is_scratch(self, file):
        """Whether ``file``, as sqlite3 is asked for it, was given by us."""
        return (os.fsdecode(file) if isinstance(file, bytes) else file) in self._files

    def file(self, file, purpose=THROWAWAY, origin=OPENED):
        """The scratch file that stands for ``file``, which a project attaches or opens by itself."""
        key = (file, purpose)
        if key not in self._addresses:
            # aiosqlite asks from threads of its own, while this one may hold the lock
            self._addresses.setdefault(
                key,
                self._ask(
                    ScratchWanted("sqlite", "pysqlite", purpose=purpose, url=file, origin=origin)
                ).address["database"],
            )
        return self._addresses[key]

    def exchange(self, connection):
        """Put a connection to the judged database beneath env.py's own Connection.

        What env.py had already run on this one (CREATE SCHEMA, SET search_path, locks) is run there again first.
        """
        fairy = connection.connection
        old = compat.dbapi_connection(fairy)
        if id(old) in self._exchanged:
            return
        turns = self._turns_of(connection)
        if turns and turns.judged:  # it is there already
            self._exchanged[id(old)] = _Exchanged(
                old, connection.dialect, connection.dialect.default_schema_name, []
            )
            turns.given_to_configure(old)
            vars(connection).pop(_RAN, None)
            return
        dialect, record, pool = connection.dialect, fairy._connection_record, fairy._pool
        binding = getattr(pool._creator, _BINDING)
        ran = vars(connection).pop(_RAN, [])
        self._lay_ground(binding, ran)
        if turns:
            self._leave(connection, old)
            turns.closed(old)
        with binding.judged():
            new = pool._invoke_creator(record)
        if not turns:
            self._leave(connection, old)
        self._exchanged[id(new)] = _Exchanged(new, dialect, dialect.default_schema_name, ran)
        compat.set_dbapi_connection(fairy, new)
        if record is not None:  # None where the connection is detached from its pool
            compat.set_dbapi_connection(record, new)
        self._find_default_schema(connection, binding)
        pool.dispatch.connect(new, record)
        with binding.judged():
            pool.dispatch.checkout(new, record, fairy)
        level = connection.get_execution_options().get("isolation_level")
        if level:
            dialect.set_isolation_level(new, level)
        self._run_again(connection, new, [self._once_more(binding, entry) for entry in ran])

    @staticmethod
    def _leave(connection, old):
        dialect = connection.dialect
        twophase = getattr(connection.get_transaction(), "xid", None)
        if twophase:  # the server takes no other one of this name
            dialect.do_rollback_twophase(connection, twophase, is_prepared=False)
            vars(connection).pop(_RAN, None)
        else:  # as in life, the second pass finds there what this one has made
            dialect.do_commit(old)
        dialect.do_close(old)

    def _turns_of(self, connection):
        key = (compat.url_text(connection.engine.url), THROWAWAY)
        return self._turns.get(self._addresses.get(key))

    def _closed(self, dbapi_connection):
        for turns in self._turns.values():
            turns.closed(dbapi_connection)

    @contextmanager
    def fresh(self, connection, purpose):
        """A Connection of our own beside env.py's ``connection``, to the database of ``purpose``.

        What listens to env.py's pool listens here as well, and the session is set up as env.py's own.
        """
        engine = connection.engine
        binding = _Binding(getattr(engine.pool._creator, _BINDING).creator)
        binding.purpose = purpose
        binding.url, binding.dialect = engine.url, engine.dialect
        pool = NullPool(self._creator(binding))
        for name in ("connect", "checkout"):
            there = list(getattr(pool.dispatch, name))  # those that listen to every pool
            for listener in getattr(engine.pool.dispatch, name):
                if listener not in there:
                    event.listen(pool, name, listener)
        with Engine(pool, engine.dialect, engine.url).connect() as made:
            self._set_up_alike(connection, made)
            options = connection.get_execution_options()
            kept = {name: options[name] for name in ("schema_translate_map",) if name in options}
            with self._default_schema_of(made):
                yield made.execution_options(**kept)

    @contextmanager
    def original(self, connection, url):
        """A Connection that can only read, to the database at ``url`` that somebody keeps.

        It has the dialect and driver of env.py's ``connection``, and nothing of the project's listens to it. The URL of
        a file has to say itself that it is only read. Raises CannotCheck.
        """
        dialect = connection.dialect
        target = read_target(Keep(url, dialect.name, dialect.driver, 0, []))
        cargs, cparams = dialect.create_connect_args(target.url)
        doing = f"reading the database at {target.place}"
        if target.dialect == "sqlite":
            self._files.update(cargs)  # else an empty file would take its place
        try:
            opened = dial(dialect, cargs, cparams)
        except Exception as error:
            raise CannotCheck(doing, target.words(error), _READING) from None
        finally:
            self._files.difference_update(cargs)
        binding = _Binding(None)
        binding.purpose, binding.url, binding.dialect = JUDGED, target.url, dialect

        def creator():
            return opened

        setattr(creator, _BINDING, binding)
        with Engine(NullPool(creator), dialect, target.url).connect() as made:
            if dialect.name in _READ_ONLY:
                made.exec_driver_sql(_READ_ONLY[dialect.name])
                dialect.do_commit(opened)
            self._search_alike(connection, opened)
            with self._default_schema_of(made):
                try:
                    yield made
                except DBAPIError as error:
                    raise CannotCheck(doing, target.words(error), _READING) from None

    def _set_up_alike(self, connection, made):
        own = compat.dbapi_connection(made.connection)
        exchanged = self._exchanged.get(id(compat.dbapi_connection(connection.connection)))
        ran = [entry for entry in exchanged.ran if entry[0] == "execute"] if exchanged else []
        # Locks would be waited for, and what is written is none of ours.
        self._run_again(made, own, [entry for entry in ran if _SESSION.match(entry[1])])
        self._search_alike(connection, own)

    @staticmethod
    def _search_alike(connection, own):
        dialect = connection.dialect
        if dialect.name == "postgresql":
            (path,) = (
                compat.aside(connection).exec_driver_sql("SELECT current_setting('search_path')").fetchone()
            )
            cursor = own.cursor()
            cursor.execute(f"SET search_path TO {path or 'pg_catalog'}")
            cursor.close()
        dialect.do_commit(own)

    @staticmethod
    @contextmanager
    def _default_schema_of(connection):
        """MySQL's is the database: what the dialect knows of another one is wrong here."""
        dialect, before = connection.dialect, connection.dialect.default_schema_name
        _ask_default_schema(connection)
        try:
            yield
        finally:
            dialect.default_schema_name = before

    def _lay_ground(self, binding, ran):
        """Schemas and extensions that env.py has made on other connections to the same database."""
        made = self._ground.pop(compat.url_text(binding.url), [])
        statements = [statement for where, statement in made if where is not ran]
        if statements:
            with binding.judged():
                url = self._scratch_url(binding)
                ran = [self._once_more(binding, ("execute", statement)) for statement in statements]
                run(binding.dialect, url, [statement for _, statement in ran])

    def _once_more(self, binding, entry):
        """What env.py had run, for the judged database: a start dump may have made it there already."""
        what, *arguments = entry
        if what == "execute" and compat.url_text(binding.url) in self._starts:
            arguments[0] = _MAKES.sub(r"\1IF NOT EXISTS ", arguments[0], count=1)
        return (what, *arguments)

    @staticmethod
    def _find_default_schema(connection, binding):
        """The dialect has asked the throwaway for it. env.py may have set another one."""
        if connection.dialect.default_schema_name == binding.found_schema:
            _ask_default_schema(connection)

    @staticmethod
    def _run_again(connection, dbapi_connection, ran):
        dialect = connection.dialect
        for what, *arguments in ran:
            if what.endswith("_twophase"):
                getattr(dialect, "do_" + what)(connection, *arguments)
                continue
            if what != "execute":
                getattr(dialect, "do_" + what)(dbapi_connection)
                continue
            statement, parameters, many = arguments
            cursor = dbapi_connection.cursor()
            if many:
                dialect.do_executemany(cursor, statement, parameters)
            elif parameters:
                dialect.do_execute(cursor, statement, parameters)
            else:
                dialect.do_execute_no_params(cursor, statement)
            cursor.close()

    def _record_execute(self, connection, cursor, statement, parameters, context, executemany):
        dialect = connection.engine.url.get_backend_name()
        made = _DATABASE.match(statement)
        if made and (made[2].upper() == "DATABASE" or dialect in ("mysql", "mariadb")):
            self._channel.ask(RolesWanted(dialect, []))
        if self.is_judged(connection):
            return
        turns = self._turns_of(connection)
        if turns:
            turns.ran(compat.dbapi_connection(connection.connection), statement)
        if not _OF_TWOPHASE.match(statement):  # the dialect's own, which has an event
            self._record(connection, "execute", statement, parameters, executemany)
        url = compat.url_text(connection.engine.url)
        if _GROUND.match(statement) and dialect == "postgresql" and url not in self._migrating:
            made = self._ground.setdefault(url, [])
            made.append((vars(connection)[_RAN], statement))

    @staticmethod
    def _record(connection, what, *arguments):
        vars(connection).setdefault(_RAN, []).append((what, *arguments))

    def attaching(self, base, purpose=THROWAWAY):
        """See attach.attaching."""
        return attaching(base, lambda file: self.file(file, purpose, ATTACHED))

    def _forget_exchanged(self, dbapi_connection, record):
        for turns in self._turns.values():
            turns.returned(dbapi_connection)
        exchanged = self._exchanged.pop(id(dbapi_connection), None)
        if exchanged:
            exchanged.dialect.default_schema_name = exchanged.schema
            record.invalidate()  # the next one to take it from the pool gets a throwaway again


def _ask_default_schema(connection):
    """The dialect knows that of the database which ``connection`` leads to."""
    dialect = connection.dialect
    dialect.default_schema_name = type(dialect)._get_default_schema_name(dialect, compat.aside(connection))
    dialect.do_rollback(connection.connection)
