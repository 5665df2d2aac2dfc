"""Rows that one side of a revision takes and the other refuses: why, and the query that counts them."""

import re
from typing import Dict, Iterator, List, NamedTuple

from migrate_guard.protocol.dialects import family
from migrate_guard.worker.basis.escapes import quoted
from migrate_guard.worker.compare.shape import Shape, says

_LENGTH = re.compile(r"^(?:n?(?:var)?char|character(?: varying)?|string|text)\b[^\d(]*(?:\((\d+)\))?", re.I)
# What an integer of each size holds: postgresql.org/docs/current/datatype-numeric.html, and the same on MySQL
_INTEGERS = {"tinyint": 7, "smallint": 15, "mediumint": 23, "int": 31, "integer": 31, "bigint": 63}


class Refusal(NamedTuple):
    """Rows of ``table``; ``what`` refuses them, in words, and ``query`` counts them."""

    table: str
    what: str
    query: str


class Names(NamedTuple):
    """What became of the names of one side: of ``tables``, and of ``columns`` by their tables (all as they were)."""

    tables: Dict[str, str]
    columns: Dict[str, Dict[str, str]]

    def table(self, name: str) -> str:
        return self.tables.get(name, name)

    def column(self, table: str, name: str) -> str:
        return self.columns.get(table, {}).get(name, name)

    def back(self) -> "Names":
        tables = {new: old for old, new in self.tables.items()}
        columns = {
            self.table(table): {new: old for old, new in pairs.items()}
            for table, pairs in self.columns.items()
        }
        return Names(tables, columns)


class Writer:
    """Names and tables as SQL of ``dialect``; those of the default ``schema`` stand without it."""

    def __init__(self, dialect, schema):
        self._dialect, self._schema = dialect, schema
        self.family = family(dialect.name)

    def name(self, column):
        return quoted(self._dialect.identifier_preparer, column)

    def table(self, full):
        schema, _, name = full.rpartition(".")
        return ".".join(map(self.name, filter(None, (schema, name))))

    def short(self, full):
        schema, _, name = full.rpartition(".")
        return self.table(full) if schema not in ("", self._schema) else self.name(name)


def refusals(
    before: Shape, after: Shape, names: Names, filled: Dict[str, List[str]], writer: Writer
) -> Iterator[Refusal]:
    """What the side ``after`` refuses and ``before`` takes, with the names of ``before``.

    ``filled`` are the columns, by their tables, whose empty rows get a value on the way.
    """
    back = names.back()
    for name, table in before.tables.items():
        other = after.tables.get(names.table(name))
        if other is not None:
            yield from _of_table(table, other, names, back, after, filled.get(name, []), writer)


def _of_table(table, other, names, back, after, filled, writer):
    sql, count = writer.short(table.name), "SELECT count(*) FROM {} WHERE {}"
    known = {
        names.column(table.name, name): name
        for name in table.columns
        if names.column(table.name, name) in other.columns
    }

    def columns(theirs):
        return [known[one] for one in theirs] if all(one in known for one in theirs) else []

    had = {_condition(text, {}) for _, text in table.checks}
    for name, text in other.checks:
        spoken = [one for one in other.columns if says(text, one)]
        condition = _condition(text, {one: known[one] for one in spoken if one in known})
        if condition not in had and spoken and columns(spoken):
            yield Refusal(table.name, f"CHECK {name}".rstrip(), count.format(sql, f"NOT ({condition})"))
    had_keys = {frozenset(one) for one in (table.primary, *(columns for _, columns in table.uniques)) if one}
    for name, theirs in [*other.uniques, *([("", other.primary)] if other.primary else [])]:
        own = columns(theirs)
        if own and frozenset(own) not in had_keys:
            listed = ", ".join(map(writer.name, own))
            given = " AND ".join(f"{writer.name(one)} IS NOT NULL" for one in own)
            query = f"SELECT count(*) FROM (SELECT {listed} FROM {sql} WHERE {given} GROUP BY {listed} HAVING count(*) > 1) AS twice"
            what = f"PRIMARY KEY ({listed})" if theirs == other.primary else f"UNIQUE {name or listed}"
            yield Refusal(table.name, what, query)
    keys = {(key.columns, key.table, key.referred) for key in table.keys}
    for key in other.keys:
        own, parent = columns(key.columns), back.table(key.table)
        theirs = tuple(back.column(key.table, one) for one in key.referred)
        if (
            own
            and parent != table.name
            and (tuple(own), parent, theirs) not in keys
            and key.table in after.tables
        ):
            given = " AND ".join(f"{writer.name(one)} IS NOT NULL" for one in own)
            there = " AND ".join(f"p.{writer.name(a)} = {sql}.{writer.name(b)}" for a, b in zip(theirs, own))
            missing = f"{given} AND NOT EXISTS (SELECT 1 FROM {writer.short(parent)} AS p WHERE {there})"
            yield Refusal(table.name, f"FOREIGN KEY {key.name}".rstrip(), count.format(sql, missing))
    for there, own in known.items():
        old, new = table.columns[own], other.columns[there]
        if old.nullable and not new.nullable and own not in filled:
            yield Refusal(table.name, f"NOT NULL of {own}", count.format(sql, f"{writer.name(own)} IS NULL"))
        if old.type != new.type:
            condition = _narrowed(old.type, new.type, writer.name(own), writer.family)
            if condition:
                yield Refusal(table.name, f"{new.type} of {own}", count.format(sql, condition))


def _condition(text, renamed):
    for new, old in renamed.items():
        if new != old:
            text = re.sub(rf"(?<![\w\"`]){re.escape(new)}(?![\w\"`])", old, text)
    return text


def _narrowed(before, after, column, kind):
    """What is too long, or too large, for the type ``after``; "" on SQLite, which keeps no length."""
    if kind == "sqlite":
        return ""
    lengths = [_LENGTH.match(one) for one in (before, after)]
    if lengths[0] and lengths[1] and lengths[1][1]:
        wider = lengths[0][1] is None or int(lengths[0][1]) > int(lengths[1][1])
        return f"char_length({column}) > {lengths[1][1]}" if wider else ""
    sizes = [_INTEGERS.get(re.split(r"[(\s]", one.lower())[0]) for one in (before, after)]
    if sizes[0] and sizes[1] and sizes[1] < sizes[0]:
        most = 2 ** sizes[1] - 1
        return f"{column} NOT BETWEEN {-most - 1} AND {most}"
    return ""
