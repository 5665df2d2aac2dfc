"""One empty database at an address, of a dialect whose servers we do not know: marked, lent, and emptied again.

No connection is held while the project's code uses it: some databases allow one process at a time.
"""

import os
import re
import socket
import subprocess
import sys
import time
import uuid
from typing import List

from sqlalchemy import Column, MetaData, String, Table, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateTable, DropSchema, DropTable, Sequence
from sqlalchemy.sql.ddl import DropSequence

from migrate_guard.protocol.messages import MARKER, Scratch

_MARKER = Table(MARKER, MetaData(), Column("name", String(20)), Column("value", String(500)))
_SHOWN = 5


class Unfit(Exception):
    """The database must not be used; ``doing`` is the word of Refused for it."""

    def __init__(self, doing, words):
        super().__init__(words)
        self.doing = doing


class EmptyDatabase:
    """``owner`` is the process whose run it is lent to: when that has ended, the next run empties what is left."""

    def __init__(self, target, owner):
        self._target = target
        self._owner = owner
        self._ours = self._used = False
        self.kind, self.version = target.dialect, ""

    def open(self):
        """Mark it. Raises Unfit where it is another run's, or holds what no run has left there."""
        return self._target.connect(self._claim)

    def new(self, _turn):
        """The Scratch that leads to it, emptied where it was used before."""
        if self._used:
            self._target.connect(self._empty)
        self._used = True
        return Scratch(self._target.address(self._target.url.database))

    def expect(self, names):
        """Roles are the server's, about which we know nothing."""

    def release(self):
        """Empty it; nothing is left."""
        if self._used:
            self._target.connect(self._empty)
            self._used = False
        return []

    def close(self):
        """Empty it and take the mark away."""
        if self._ours:
            self._target.connect(self._give_back)

    def _claim(self, connection):
        self.version = _version(connection)
        inspector = inspect(connection)
        if inspector.has_table(MARKER):
            with _transaction(connection):
                rows = connection.execute(_MARKER.select()).fetchall()
            # Without rows: its run ended before it could write them, or put anything else there.
            if rows:
                self._require_dead(dict(rows))
                self._kept = [value for name, value in rows if name == "schema"]
                self._empty(connection)
            _ran(connection, DropTable(_MARKER))
        there = _content(inspect(connection))
        if there:
            more = ", ..." if len(there) > _SHOWN else ""
            raise Unfit("empty", "it holds " + ", ".join(sorted(there)[:_SHOWN]) + more)
        self._kept = inspect(connection).get_schema_names()
        _ran(connection, CreateTable(_MARKER))
        self._ours = True
        rows = [
            ("host", socket.gethostname()), ("where", _where()), ("pid", str(self._owner)),
            ("started", _started(self._owner)), ("since", time.strftime("%Y-%m-%d %H:%M:%S %z")),
            *(("schema", name) for name in self._kept),
        ]  # fmt: skip
        with _transaction(connection):
            connection.execute(_MARKER.insert(), [{"name": name, "value": value} for name, value in rows])
        return []

    @staticmethod
    def _require_dead(marker):
        words = "of process {pid} on {host} since {since}".format(**marker)
        if marker["where"] != _where():
            raise Unfit("foreign", words)
        if _started(int(marker["pid"])) == marker["started"]:
            raise Unfit("busy", words)

    def _give_back(self, connection):
        self._empty(connection)
        if inspect(connection).has_table(MARKER):
            _ran(connection, DropTable(_MARKER))

    def _empty(self, connection):
        """Remove all but the marker; schemas that were there before it stay as they are."""
        for schema in set(inspect(connection).get_schema_names()) - set(self._kept):
            _drop_content(connection, schema)
            _ran(connection, DropSchema(schema))
        _drop_content(connection, None)
        left = _content(inspect(connection))
        if left:
            raise Unfit("remove", "it still holds " + ", ".join(sorted(left)[:_SHOWN]))


def _content(inspector, schema=None):
    return [
        *(name for name in inspector.get_table_names(schema) if name != MARKER),
        *inspector.get_view_names(schema),
        *_sequences(inspector, schema),
    ]


def _sequences(inspector, schema):
    try:
        return inspector.get_sequence_names(schema)
    except NotImplementedError:  # the dialect's way to say that it has none
        return []


def _drop_content(connection, schema):
    quoted = connection.dialect.identifier_preparer

    def named(name):
        return quoted.format_table(Table(name, MetaData(), schema=schema))

    views = inspect(connection).get_view_names(schema)
    _drop_each(connection, [f"DROP VIEW {named(name)}" for name in views])
    names = [name for name in inspect(connection).get_table_names(schema) if name != MARKER or schema]
    tables = [DropTable(Table(name, MetaData(), schema=schema)) for name in names]
    left = _dropped(connection, tables)
    if left:  # their foreign keys go round in a circle
        for name in set(names) & set(inspect(connection).get_table_names(schema)):
            for key in inspect(connection).get_foreign_keys(name, schema):
                _ran(connection, f"ALTER TABLE {named(name)} DROP CONSTRAINT {quoted.quote(key['name'])}")
        _drop_each(connection, [statement for statement, _ in left])
    sequences = _sequences(inspect(connection), schema)
    _drop_each(connection, [DropSequence(Sequence(name, schema=schema)) for name in sequences])


def _drop_each(connection, statements):
    left = _dropped(connection, statements)
    if left:
        raise left[0][1]


def _dropped(connection, statements):
    """In any order that works: one thing may need another. What does not, as (statement, error)."""
    failed: List[tuple] = []
    while statements:
        failed = []
        for statement in statements:
            try:
                _ran(connection, statement)
            except DBAPIError as error:
                failed.append((statement, error))
        if len(failed) == len(statements):
            break
        statements = [statement for statement, _ in failed]
    return failed


def _ran(connection, statement):
    with _transaction(connection):
        if isinstance(statement, str):
            connection.exec_driver_sql(statement)
        else:
            connection.execute(statement)


def _transaction(connection):
    """A new one, also where reflection has begun one of its own."""
    if connection.in_transaction():
        connection.get_transaction().rollback()
    return connection.begin()


def _version(connection):
    """Of the server: what it says itself, else what the dialect has found out."""
    try:
        with _transaction(connection):
            said = str(connection.exec_driver_sql("SELECT version()").scalar())
    except DBAPIError:
        said = ".".join(map(str, getattr(connection.dialect, "server_version_info", None) or ()))
    found = re.search(r"\d+(\.\d+)+", said)
    return found[0] if found else ""


def _where():
    """The machine since it was started, and the processes that can be seen from here."""
    if sys.platform == "linux":
        with open("/proc/sys/kernel/random/boot_id") as file:
            return file.read().strip() + " " + os.readlink("/proc/self/ns/pid")
    return f"{socket.gethostname()} {uuid.getnode():x}"


def _started(pid):
    """When the process began, in words that are its own; "" where there is none."""
    if sys.platform == "linux":
        try:
            with open(f"/proc/{pid}/stat") as file:
                return file.read().rpartition(")")[2].split()[19]
        except FileNotFoundError:
            return ""
    return (
        subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], stdout=subprocess.PIPE)
        .stdout.decode()
        .strip()
    )
