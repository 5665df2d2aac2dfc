"""Every DBAPI connection of this process is made here, and none to an address that the project configured."""

import re
import sqlite3
import threading

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import Pool

from migrate_guard.protocol.messages import JUDGED, THROWAWAY
from migrate_guard.worker.basis import compat
from migrate_guard.worker.connections import bindings
from migrate_guard.worker.connections.bindings import Binding
from migrate_guard.worker.connections.own_statements import dial

_PURPOSE = "migrate_guard.purpose"
# What of connect_args leads to a server, or proves who one is; the scratch database has its own.
_ADDRESS = re.compile(
    r"(host|hostaddr|port|user|username|password|passwd|passfile|database|db|dbname|dsn|service|servicefile|server|"
    r"uri|unix_sock(et)?|named_pipe|source_address|bind_address|failover|dns_srv|load_balance_hosts|pool_.*|"
    r"ssl.*|tls.*|direct_tls|krb.*|gss.*|auth.*|require_?auth|requirepeer|channel_binding|target_session_attrs|"
    r"(min|max)_protocol_version|(read_)?default_(file|group)|option_(files|groups)|defer_connect)$"
)
_SQLITE3_DRIVERS = ("pysqlite", "aiosqlite", "pysqlite_numeric")


class Pools:
    """Sends each connection to a scratch database: the one that is judged, or a throwaway for all others.

    The project keeps its engines, dialects, drivers, pools, listeners and connect_args.
    """

    def __init__(self, databases, files, upgrading):
        self._databases, self._files, self._upgrading = databases, files, upgrading
        self._lock = threading.RLock()

    def install(self):
        self._wrap_pool()
        _wrap_engine()
        event.listen(Pool, "checkout", self._renew)
        event.listen(
            Pool, "checkin", lambda dbapi_connection, record: self._databases.returned(dbapi_connection)
        )
        event.listen(Pool, "close", lambda dbapi_connection, record: self._databases.closed(dbapi_connection))
        event.listen(Pool, "close_detached", self._databases.closed)

    def creator(self, binding):
        """What makes the connections of a pool that has ``binding``."""

        def creator(connection_record=None):
            return self._connect(binding, connection_record)

        return bindings.bind(creator, binding)

    def _wrap_pool(self):
        def around(init, pool, creator, *args, **kwargs):
            if not bindings.is_bound(creator):
                creator = self.creator(Binding(creator))
            init(pool, creator, *args, **kwargs)

        Pool.__init__ = compat.wrapped(Pool.__init__, around)

    def _connect(self, binding, record):
        if binding.dialect is None:
            raise ConnectionError("a pool without an engine has no database that migrate-guard could replace")
        with self._lock:
            purpose = self._upgrading.purpose(binding)
            if record is not None:
                record.info[_PURPOSE] = purpose
            database = self._databases.of(binding, purpose)
            turns = database.turns
            if turns and purpose == THROWAWAY:
                turns.opening()
            made = dial(binding.dialect, *self._arguments(binding, record, database.url, purpose))
            if turns:
                turns.opened(made, record, purpose == JUDGED)
            return made

    def _arguments(self, binding, record, url, purpose):
        """Those that the project would connect with, but for what leads to ``url``."""
        cargs, cparams = binding.dialect.create_connect_args(url)
        configured = _configured(binding, record)
        arguments = {name: value for name, value in configured.items() if not _ADDRESS.match(name)}
        arguments.update(cparams)
        if binding.dialect.driver in _SQLITE3_DRIVERS:
            base = arguments.get("factory", sqlite3.Connection)
            arguments["factory"] = self._files.attaching(base, purpose)
        return cargs, arguments

    def _renew(self, dbapi_connection, record, fairy):
        """One that a pool has kept may lead elsewhere than a new one would: the pool makes a new one."""
        purpose = self._upgrading.purpose(bindings.of(fairy._pool))
        if record is not None and record.info.get(_PURPOSE, purpose) != purpose:
            raise DisconnectionError


def _wrap_engine():
    def around(init, engine, *args, **kwargs):
        init(engine, *args, **kwargs)
        binding = bindings.of(engine.pool)
        if binding.url is None:
            binding.belong_to(engine)

    Engine.__init__ = compat.wrapped(Engine.__init__, around)


def _configured(binding, record):
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
