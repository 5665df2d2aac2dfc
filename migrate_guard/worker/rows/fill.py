"""Puts two rows into each table that can take them."""

import itertools
from typing import Dict, Iterator, List, NamedTuple, Sequence, Tuple

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from migrate_guard.worker.basis.escapes import escaped
from migrate_guard.worker.compare.both import first_line
from migrate_guard.worker.compare.shape import says
from migrate_guard.worker.rows import values
from migrate_guard.worker.rows.tighter import Refusal

ROWS = 2
# Other numbers for the rows, where those before were taken; then, for each, other values of columns that conditions speak of
_NUMBERS = 4
_TRIES = 200
_SAVEPOINT = "migrate_guard_row"
_MOST = 50


class Future(NamedTuple):
    """What a table is to become: ``types`` of columns by their names, what will refuse rows, and why it can have none."""

    types: Dict[str, str]
    refusals: Sequence[Refusal]
    values: Dict[str, List[str]]
    empty: str = ""


class Filler:
    """``connection`` is in a transaction; ``shape`` describes its database, ``futures`` see Future, by table."""

    def __init__(self, connection, shape, futures, writer):
        self._connection, self._shape, self._futures, self._writer = connection, shape, futures, writer

    def fill(self, tables: Sequence[str]) -> Iterator[Tuple[str, str]]:
        """Pairs (table, why it holds no row of ours, "" where it holds two) of ``tables``, parents first."""
        for name in tables:
            yield name, self._filled(self._shape.tables[name])

    def _filled(self, table):
        future = self._future(table)
        if future.empty:
            return future.empty
        for at in range(ROWS):
            problem = self._row(table, future, at)
            if problem:
                return problem
        return ""

    def _future(self, table):
        return self._futures.get(table.name) or Future({}, (), {})

    def _row(self, table, future, at):
        """Why there is no row, "" where there is one. All but the first have as little in them as they can."""
        problem = ""
        for lean in (True, False) if at else (False,):
            for number in range(at + 1, at + 1 + ROWS * _NUMBERS, ROWS):
                keys, lacking = self._keys(table, at, number, lean)
                if lacking:
                    return lacking
                problem = self._searched(table, future, number, lean, keys)
                if not problem:
                    return ""
        return _named(problem, table)

    def _keys(self, table, at, number, lean):
        """(SQL by column for what refers to rows, why there is none)."""
        found: Dict[str, str] = {}
        for key in table.keys:
            columns = [table.columns[one] for one in key.columns if one in table.columns]
            optional = any(one.nullable for one in columns)
            if key.table == table.name or (lean and optional):
                if not optional:
                    continue  # to itself, and not empty: the values of both sides are the same
                found.update({one.name: "NULL" for one in columns if one.nullable})
                continue
            rows = self._rows_of(key)
            if not rows:
                if not optional:
                    return {}, f"it needs a row of {self._writer.short(key.table)}"
                found.update({one.name: "NULL" for one in columns if one.nullable})
                continue
            row = rows[(number - 1) % len(rows)]
            found.update(
                {name: _literal(value) for name, value in zip(key.columns, row) if name in table.columns}
            )
        return found, ""

    def _rows_of(self, key):
        listed = ", ".join(map(self._writer.name, key.referred))
        query = f"SELECT {listed} FROM {self._writer.table(key.table)} ORDER BY {listed} LIMIT {_MOST}"
        if key.table not in self._shape.tables:
            return []
        return [row for row in self._run(query).fetchall() if None not in tuple(row)]

    def _searched(self, table, future, number, lean, keys):
        """What the database says last, "" where it takes a row. What a condition refuses varies in its columns alone."""
        conditions = [*table.checks, *((one.what, one.query) for one in future.refusals)]
        fixed, several = self._values(table, future, number, lean, keys, [text for _, text in conditions])
        chosen = {name: found[0] for name, found in several.items()}
        others: Dict[str, Iterator[List[str]]] = {}
        problem = ""
        for _ in range(_TRIES):
            problem = self._tried({**fixed, **chosen, **keys}, table, future)
            if not problem:
                return ""
            named, text = next(
                ((name, text) for name, text in conditions if name and name in problem), ("", "")
            )
            names = [name for name in several if not named or says(text, name)]
            if named not in others:
                others[named] = _spread([several[name] for name in names])
            found = next(others[named], None)
            if found is None:
                return problem
            chosen.update(zip(names, found))
        return problem

    def _values(self, table, future, number, lean, keys, conditions):
        """({column: SQL}, {column: several of them}): the latter where conditions speak of it, or nobody knows its type."""
        fixed, several = {}, {}
        for column in table.columns.values():
            if column.generated or column.counts or column.name in keys:
                continue
            spoken = [text for text in conditions if says(text, column.name)]
            if lean and (column.nullable or column.default) and not spoken:
                continue
            later = future.types.get(column.name, column.type)
            found = values.candidates(column.type, later, {**self._shape.values, **future.values}, number)
            if spoken:
                more = [one for text in spoken for one in values.literals(text)]
                empty = ["NULL"] if column.nullable else []
                several[column.name] = list(dict.fromkeys([found[0], *more, *found[1:], *empty]))
            elif len(found) > 1 and values.is_strange(column.type):
                several[column.name] = found
            else:
                fixed[column.name] = found[0]
        return fixed, several

    def _tried(self, row, table, future):
        """What the database says, "" where it takes the row, and the new revision will."""
        name = self._writer.table(table.name)
        columns = ", ".join(map(self._writer.name, row))
        insert = f"INSERT INTO {name} ({columns}) VALUES ({', '.join(row.values())})"
        if not row:
            insert = (
                f"INSERT INTO {name} {'() VALUES ()' if self._writer.family == 'mysql' else 'DEFAULT VALUES'}"
            )
        self._run(f"SAVEPOINT {_SAVEPOINT}")
        try:
            self._run(insert)
            for refusal in future.refusals:
                if self._counts(refusal.query):
                    self._back()
                    return f"{refusal.what} could not be satisfied"
        except SQLAlchemyError as error:
            self._back()
            return first_line(getattr(error, "orig", None) or error)
        self._run(f"RELEASE SAVEPOINT {_SAVEPOINT}")
        return ""

    def _counts(self, query):
        self._run(f"SAVEPOINT {_SAVEPOINT}_count")
        try:
            found = self._run(query).fetchone()[0]
        except SQLAlchemyError:  # of a column that is not there yet
            self._run(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}_count")
            return 0
        self._run(f"RELEASE SAVEPOINT {_SAVEPOINT}_count")
        return found

    def _back(self):
        self._run(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}")
        self._run(f"RELEASE SAVEPOINT {_SAVEPOINT}")

    def _run(self, sql):
        return self._connection.execute(text(escaped(sql)))


def _spread(lists):
    """The product of ``lists``, from what is near the beginning of each to what is far."""
    most = max(map(len, lists), default=1)
    for reach in range(most):
        for at in itertools.product(*(range(min(reach + 1, len(one))) for one in lists)):
            if max(at, default=0) == reach:
                yield [one[place] for one, place in zip(lists, at)]


def _literal(value):
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"X'{bytes(value).hex()}'"
    if isinstance(value, bool):
        return "'1'" if value else "'0'"
    return "'{}'".format(str(value).replace("'", "''"))


def _named(problem, table):
    """What the database said, by the constraint where it names one."""
    for name, _ in table.checks:
        if name and name in problem:
            return f"CHECK {name} could not be satisfied"
    return problem
