"""The rows of one proof: filled before a revision runs, and read again after each pass."""

from typing import Any, Dict

from migrate_guard.protocol.messages import JUDGED, Filled, GivenUp, Refuses, RowLost
from migrate_guard.worker.basis import compat
from migrate_guard.worker.compare import describe, objects
from migrate_guard.worker.compare.both import version_table
from migrate_guard.worker.compare.shape import related, says, shape
from migrate_guard.worker.rows import kept
from migrate_guard.worker.rows.fill import Filler, Future
from migrate_guard.worker.rows.tighter import Names, Writer, refusals

_ALLOWS_EMPTY = "{} is NOT NULL, and --allow-empty-only gives rows no value"


class Tested:
    """``order`` is a RowsOrder."""

    def __init__(self, order, sessions):
        self._order, self._sessions = order, sessions
        self._later = {one.url: (one.database, shape(one.objects)) for one in order.later}
        self._states = {}
        self._lost = []

    def filling(self, after=None):
        """A function of the MigrationContext that puts rows into the judged database, each URL once.

        ``after`` is one to be called first.
        """
        seen = set()

        def fill(migration_context):
            url = compat.hidden_text(migration_context.connection.engine.url)
            if after:
                after(migration_context)
            if url not in seen and url in self._later:
                self._fill(migration_context, url)
            seen.add(url)

        return fill

    def _fill(self, migration_context, url):
        connection = migration_context.connection
        name, later = self._later[url]
        if url not in self._states:
            self._states[url] = _State(name, connection.dialect, objects.default_schema(connection))
        state = self._states[url]
        now = self._shape(migration_context)
        names = _names(self._order.renames, name)
        touched = {table for table in now.tables if says(self._statements(name), table)}
        tables = related(now.tables, touched)
        lacking = [table for table in tables if table not in state.filled]
        futures = self._futures(now, later, names, state)
        aside = compat.aside(connection)
        with migration_context.begin_transaction(_per_migration=True), _transaction(connection, aside):
            found = list(Filler(aside, now, futures, state.writer).fill(lacking))
            state.filled += [table for table, problem in found if not problem]
            state.without.update({table: problem for table, problem in found if problem})
            state.begin(now, kept.read(aside, now, tables, state.writer), later, names, self._filled(now))

    def looking(self, downgraded, together=False):
        """A function of the MigrationContext that compares what is there now with what was before the pass."""
        seen = set()

        def look(migration_context):
            url = compat.hidden_text(migration_context.connection.engine.url)
            state = self._states.get(url)
            if state is None or url in seen:
                return
            seen.add(url)
            now = self._shape(migration_context)
            with self._sessions.fresh(migration_context.connection, JUDGED) as judged:
                rows = kept.read(judged, now, state.tables(downgraded), state.writer)
            for loss in state.losses(now, rows, downgraded):
                table = state.writer.short(loss.table)
                self._lost.append(RowLost(state.name, table, loss.row, loss.what, downgraded, together))

        return look

    @property
    def has_rows(self):
        return any(state.filled for state in self._states.values())

    @property
    def lost(self):
        return bool(self._lost)

    def messages(self):
        for state in self._states.values():
            without = [
                (state.writer.short(name), why)
                for name, why in state.without.items()
                if name not in state.filled
            ]
            yield Filled(state.name, [state.writer.short(name) for name in state.filled], without)
            yield from state.refuses
            yield from state.given_up
        yield from self._lost

    def _shape(self, migration_context):
        versions = {version_table(migration_context)}
        with self._sessions.fresh(migration_context.connection, JUDGED) as judged:
            found = describe.describe(judged)
        return shape(one for one in found if not versions.intersection((one.table, one.name)))

    def _statements(self, name):
        return "\n".join(
            statement for one in self._order.ran if one.database == name for statement in one.statements
        )

    def _filled(self, now):
        """The columns, by their tables, whose empty rows get a value on the way."""
        return {
            name: [column for column in table.columns if _listed(self._order.filled, name, column)]
            for name, table in now.tables.items()
        }

    def _futures(self, now, later, names, state):
        filled = self._filled(now)
        found = {}
        refused = list(refusals(now, later, names, filled, state.writer))
        for name, table in now.tables.items():
            other = later.tables.get(names.table(name))
            if other is None:
                continue
            known = {names.column(name, column): column for column in table.columns}
            new = [column for column in other.columns.values() if column.name not in known]
            empty = next(
                (
                    _ALLOWS_EMPTY.format(column.name)
                    for column in new
                    if _listed(self._order.empty, name, column.name)
                ),
                "",
            )
            types = {
                own: other.columns[theirs].type for theirs, own in known.items() if theirs in other.columns
            }
            own = [one for one in refused if one.table == name]
            found[name] = Future(types, own, later.values, empty)
        return found


class _State:
    """Of one database: ``current`` is what was there before a pass, None where that is not known."""

    def __init__(self, name, dialect, schema):
        self.name = name
        self.writer = Writer(dialect, schema)
        self.filled, self.without = [], {}
        self.refuses, self.given_up = [], []
        self.current: Any = None

    def begin(self, now, rows, later, names, filled):
        self.current, self._rows, self._names = now, rows, names
        self._columns = kept.untouched(now, later, names)
        both = ((now, later, names, False), (later, now, names.back(), True))
        self.refuses = [
            Refuses(self.name, self.writer.short(one.table), one.what, one.query, downgraded)
            for before, after, way, downgraded in both
            for one in refusals(before, after, way, {} if downgraded else filled, self.writer)
        ]
        self.given_up = list(self._given_up(now, later, names))

    def _given_up(self, now, later, names):
        for name in self._rows:
            table, other = now.tables[name], later.tables.get(names.table(name))
            if other is None:
                yield GivenUp(self.name, self.writer.short(name), "", "dropped")
                continue
            for column in table.columns.values():
                there = other.columns.get(names.column(name, column.name))
                if there is None:
                    yield GivenUp(self.name, self.writer.short(name), column.name, "dropped")
                elif there.generated and not column.generated:
                    yield GivenUp(self.name, self.writer.short(name), column.name, "generated")

    def tables(self, downgraded):
        return list(self._rows) if downgraded else [self._names.table(name) for name in self._rows]

    def losses(self, now, rows, downgraded):
        names = Names({}, {}) if downgraded else self._names
        there = self._columns
        before = {name: one for name, one in self._rows.items() if not downgraded or name in there}
        shapes = self.current, now
        known = {name: columns for name, columns in there.items() if names.table(name) in now.tables}
        return kept.losses(before, rows, shapes, names, known, not downgraded)


class _transaction:
    """One of ours where env.py's connection commits each statement: else there is one already."""

    def __init__(self, connection, aside):
        self._aside = aside if _commits_by_itself(connection) else None

    def __enter__(self):
        if self._aside is not None:
            self._aside.exec_driver_sql("BEGIN")

    def __exit__(self, kind, *_):
        if self._aside is not None:
            self._aside.exec_driver_sql("COMMIT" if kind is None else "ROLLBACK")


def _commits_by_itself(connection):
    return connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT" or (
        getattr(connection.dialect, "_on_connect_isolation_level", None) == "AUTOCOMMIT"
    )


def _names(renames, database):
    tables: Dict[str, str] = {}
    columns: Dict[str, Dict[str, str]] = {}
    for one in renames:
        if one.database == database and one.kind == "table":
            tables[one.old] = one.new
    back = {new: old for old, new in tables.items()}
    for one in renames:
        if one.database == database and one.kind == "column":
            columns.setdefault(back.get(one.table, one.table), {})[one.old] = one.new
    return Names(tables, columns)


def _listed(listed, table, column):
    bare = table.rpartition(".")[2]
    return f"{table}.{column}" in listed or f"{bare}.{column}" in listed
