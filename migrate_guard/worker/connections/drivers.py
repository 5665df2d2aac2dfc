"""Drivers that the project calls itself, past SQLAlchemy: servers are refused, SQLite files are throwaway ones."""

import functools
import os
import re
import sqlite3
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType
from typing import Optional
from urllib.parse import parse_qs, unquote, urlsplit

from migrate_guard.worker.basis.failures import DirectConnection, replaced
from migrate_guard.worker.basis.places import is_inside

# Module: the driver in words, and what in it begins a connection. It is wrapped where it is defined, before anybody
# can import it from there. A pool is watched where it is used: in life, too, one may be made without a server.
_SERVERS = {
    "psycopg2": ("psycopg2", ["connect"]),
    "psycopg.connection": ("psycopg", ["Connection.connect"]),
    "psycopg.connection_async": ("psycopg", ["AsyncConnection.connect"]),
    "psycopg_pool.pool": ("psycopg_pool", ["ConnectionPool.getconn", "ConnectionPool.wait"]),
    "psycopg_pool.null_pool": ("psycopg_pool", ["NullConnectionPool.wait"]),
    "psycopg_pool.pool_async": ("psycopg_pool", ["AsyncConnectionPool.getconn", "AsyncConnectionPool.wait"]),
    "psycopg_pool.null_pool_async": ("psycopg_pool", ["AsyncNullConnectionPool.wait"]),
    "asyncpg.connection": ("asyncpg", ["connect"]),
    "pg8000.core": ("pg8000", ["CoreConnection.__init__"]),
    "pymysql.connections": ("pymysql", ["Connection.__init__"]),
    "MySQLdb.connections": ("MySQLdb", ["Connection.__init__"]),
    "aiomysql.connection": ("aiomysql", ["connect"]),
    "asyncmy.connection": ("asyncmy", ["connect"]),
    "mariadb.connections": ("mariadb", ["Connection.__init__"]),
    "mysql.connector.abstracts": ("mysql.connector", ["MySQLConnectionAbstract.__init__"]),
    "mysql.connector.aio.abstracts": ("mysql.connector", ["MySQLConnectionAbstract.__init__"]),
    "pyodbc": ("pyodbc", ["connect"]),
    "aioodbc.connection": ("aioodbc", ["connect"]),
    "pymssql": ("pymssql", ["connect"]),
    "oracledb": ("oracledb", ["connect", "connect_async", "create_pool", "create_pool_async"]),
    "cx_Oracle": ("cx_Oracle", ["connect"]),
}
_SQLITE_PARAMETERS = (
    "database", "timeout", "detect_types", "isolation_level", "check_same_thread", "factory",
    "cached_statements", "uri",
)  # fmt: skip
# What libpq and asyncpg would heed although an address and a password are given
_VARIABLES = re.compile(
    r"PG(HOSTADDR|SERVICE|SERVICEFILE|CHANNELBINDING|REQUIRE\w+|TARGETSESSIONATTRS|SSL\w+|MINPROTOCOLVERSION)$"
)

_OURS = ContextVar("migrate_guard_ours", default=False)
# aioodbc connects in a thread of its own, where _OURS is not seen: how many are at it
_in_threads = 0


@contextmanager
def ours(driver):
    """In this block ``driver`` may connect, and only to where it is told to."""
    global _in_threads
    in_thread = driver == "aioodbc"
    token = _OURS.set(True)
    _in_threads += in_thread
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if _VARIABLES.match(name)}
    try:
        yield
    finally:
        os.environ.update(hidden)
        _in_threads -= in_thread
        _OURS.reset(token)


class Drivers:
    """Watches every driver that is imported from now on. ``root`` is the snapshot, ``files`` are ScratchFiles."""

    def __init__(self, root, files):
        self._root = os.path.realpath(root)
        self._files = files

    def install(self):
        for name in _SERVERS:
            if name in sys.modules:
                self._wrap(sys.modules[name])
        sys.meta_path.insert(0, self)
        self._wrap_sqlite()

    def find_spec(self, name, path=None, target=None):
        """Asked first of all for each module; answers for a driver's, with what the others have found."""
        if name not in _SERVERS:
            return None
        for finder in sys.meta_path[sys.meta_path.index(self) + 1 :]:
            find = getattr(finder, "find_spec", None)
            spec = find(name, path, target) if find else None
            if spec:
                self._wrap_when_run(spec.loader)
                return spec
        return None

    def _wrap_when_run(self, loader):
        def exec_module(module):
            del loader.exec_module
            loader.exec_module(module)
            self._wrap(module)

        loader.exec_module = exec_module

    def _wrap(self, module):
        driver, names = _SERVERS[module.__name__]
        for name in names:
            holder, _, attribute = name.rpartition(".")
            owner = getattr(module, holder, None) if holder else module
            if owner is None or attribute not in vars(owner):
                continue  # another version's
            found = vars(owner)[attribute]
            if isinstance(found, classmethod):
                setattr(owner, attribute, classmethod(self._watched(found.__func__, driver)))
            else:
                setattr(owner, attribute, self._watched(found, driver))

    def _watched(self, function, driver):
        @functools.wraps(function)
        def connect(*args, **kwargs):
            if not (_OURS.get() or _in_threads):
                raise DirectConnection(driver, self._caller())
            return function(*args, **kwargs)

        return connect

    def _caller(self):
        """The project's own line that is running, as path:line; "" in a thread of the driver's."""
        frame: Optional[FrameType] = sys._getframe(2)
        while frame:
            if is_inside(frame.f_code.co_filename, self._root):
                return f"{os.path.relpath(frame.f_code.co_filename, self._root)}:{frame.f_lineno}"
            frame = frame.f_back
        return ""

    def _wrap_sqlite(self):
        usual = sqlite3.connect

        @functools.wraps(usual)
        def connect(*args, **kwargs):
            kwargs.update(zip(_SQLITE_PARAMETERS, args))
            if not self._files.is_scratch(kwargs.get("database")):
                self._lead_away(kwargs)
            return usual(**kwargs)

        for module in (sqlite3, sqlite3.dbapi2, sys.modules["_sqlite3"]):
            vars(module)["connect"] = connect
        sys.addaudithook(self._audit)

    def _lead_away(self, arguments):
        file = self._users(arguments["database"])
        if file:
            arguments["database"] = self._files.opened(file)
            replaced(file)
        factory = arguments.get("factory", sqlite3.Connection)
        if isinstance(factory, type):
            arguments["factory"] = self._files.attaching(factory)

    def _audit(self, event, arguments):
        """sqlite3.Connection(...) goes past sqlite3.connect."""
        if event == "sqlite3.connect" and not self._files.is_scratch(arguments[0]):
            file = self._users(arguments[0])
            if file:
                raise DirectConnection("sqlite3.Connection", self._caller())

    def _users(self, database):
        """The file that sqlite3 would open, where it may be the user's: outside of the snapshot and of packages."""
        if not isinstance(database, (str, bytes, os.PathLike)):
            return None
        name = os.fsdecode(database)
        if name.startswith("file:"):
            parts = urlsplit(name)
            if parse_qs(parts.query).get("mode") == ["memory"]:
                return None
            name = unquote(parts.path)
        if name in ("", ":memory:"):
            return None
        file = os.path.realpath(name)
        is_packages = "site-packages" in file.split(os.sep) or "dist-packages" in file.split(os.sep)
        return None if is_packages or is_inside(file, self._root) else file
