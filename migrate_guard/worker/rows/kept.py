"""The rows of tables as they were before a pass and after it: which are gone, and which say something else."""

from collections import Counter
from typing import Dict, Iterator, List, NamedTuple, Set, Tuple

from sqlalchemy import text

from migrate_guard.worker.basis.escapes import escaped
from migrate_guard.worker.compare.shape import Shape
from migrate_guard.worker.rows.tighter import Names

_MOST = 1000  # of a table that revisions fill


class Rows(NamedTuple):
    """``columns`` of a table, and each row as a tuple of what stands in them."""

    columns: List[str]
    rows: List[tuple]


class Loss(NamedTuple):
    """What became of ``row`` of ``table``, in words."""

    table: str
    row: str
    what: str


def read(connection, shape, tables, writer):
    """{table: Rows} of ``tables``, as far as ``shape`` has them."""
    found: Dict[str, Rows] = {}
    for name in tables:
        if name in shape.tables:
            columns = list(shape.tables[name].columns)
            listed = ", ".join(map(writer.name, columns))
            query = f"SELECT {listed} FROM {writer.table(name)} LIMIT {_MOST}"
            found[name] = Rows(
                columns, [tuple(row) for row in connection.execute(text(escaped(query))).fetchall()]
            )
    return found


def untouched(before: Shape, after: Shape, names: Names) -> Dict[str, Set[str]]:
    """The columns, by their tables, that are the same on both sides but for their names (those of ``before``)."""
    found: Dict[str, Set[str]] = {}
    for name, table in before.tables.items():
        other = after.tables.get(names.table(name))
        if other is None:
            continue
        found[name] = set()
        for column in table.columns.values():
            there = other.columns.get(names.column(name, column.name))
            if there and _same(column, there, before, after):
                found[name].add(column.name)
    return found


def _same(column, there, before, after):
    type_ = column.type.replace('"', "").replace("[]", "")
    return column.content == there.content and before.values.get(type_) == after.values.get(type_)


def losses(
    before: Dict[str, Rows],
    after: Dict[str, Rows],
    shapes: Tuple[Shape, Shape],
    names: Names,
    columns: Dict[str, Set[str]],
    kept: bool = True,
) -> Iterator[Loss]:
    """What of ``before`` is missing in ``after``; ``columns`` are those to be compared, ``names`` lead from one to the other.

    More rows are no loss, and where triggers write, other values are none. With ``kept`` no value of another column may be
    gone either.
    """
    for table, old in before.items():
        new = after.get(names.table(table))
        if new is None or table not in columns:
            continue
        if len(new.rows) < len(old.rows):
            yield Loss(table, _gone(old, new, names, table, columns[table]), "is gone")
            continue
        written = shapes[0].tables[table].has_triggers or shapes[1].tables[names.table(table)].has_triggers
        yield from [] if written else _changed(table, old, new, shapes, names, columns[table], kept)


def _gone(old, new, names, table, columns):
    kept = [one for one in old.columns if one in columns and names.column(table, one) in new.columns]
    left = Counter(_part(row, new.columns, [names.column(table, one) for one in kept]) for row in new.rows)
    for row in old.rows:
        part = _part(row, old.columns, kept)
        if not left[part]:
            return _named(row, old.columns)
        left[part] -= 1
    return _named(old.rows[0], old.columns)


def _changed(table, old, new, shapes, names, columns, kept):
    primary = [one for one in shapes[0].tables[table].primary if one in columns]
    theirs = [names.column(table, one) for one in primary]
    if not primary:
        return
    there = {_part(row, new.columns, theirs): row for row in new.rows}
    for row in old.rows:
        found = there.get(_part(row, old.columns, primary))
        if found is None:
            yield Loss(table, _named(row, old.columns), "is gone")
            continue
        for column in old.columns:
            name = names.column(table, column)
            if name in new.columns:
                was, now = row[old.columns.index(column)], found[new.columns.index(name)]
                is_other = column in columns and repr(was) != repr(now)
                if was is not None and (is_other or (kept and now is None)):
                    yield Loss(
                        table, _named(row, old.columns), f"{column} was {_said(was)} and is {_said(now)}"
                    )


def _part(row, columns, wanted):
    return tuple(repr(row[columns.index(one)]) for one in wanted)


def _named(row, columns):
    """The row by its first values."""
    return ", ".join(f"{column}={_said(value)}" for column, value in list(zip(columns, row))[:3])


def _said(value):
    return "NULL" if value is None else repr(value)
