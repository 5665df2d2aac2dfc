"""What a row of each table has to be, out of a database's own description."""

import re
from typing import Dict, Iterable, List, NamedTuple, Set, Tuple

from migrate_guard.protocol.messages import DatabaseObject

_KEY = re.compile(
    r"FOREIGN KEY \((?P<own>.*?)\) REFERENCES (?P<table>(?:\"[^\"]*\"|[^\s(])+) ?\((?P<other>.*?)\)"
)
_LIST = re.compile(r"^(?:PRIMARY KEY|UNIQUE)\b[^(]*\((?P<columns>.*?)\)")
_COUNTS = re.compile("auto_increment", re.I)


class Column(NamedTuple):
    """``counts``: the database gives it a number of its own. ``default``: it gives some value where none is said."""

    name: str
    type: str
    nullable: bool
    default: bool
    counts: bool
    generated: bool
    content: Tuple[str, ...]


class Key(NamedTuple):
    """A foreign key: ``columns`` hold what ``referred`` of ``table`` hold."""

    name: str
    columns: Tuple[str, ...]
    table: str
    referred: Tuple[str, ...]


class Table(NamedTuple):
    """``checks`` are pairs (name, condition), ``uniques`` pairs (name, columns); ``primary`` are columns."""

    name: str
    columns: Dict[str, Column]
    primary: Tuple[str, ...]
    keys: List[Key]
    checks: List[Tuple[str, str]]
    uniques: List[Tuple[str, Tuple[str, ...]]]
    has_triggers: bool


class Shape(NamedTuple):
    """``tables`` by their names, ``values`` of enums by theirs."""

    tables: Dict[str, Table]
    values: Dict[str, List[str]]


def shape(objects: Iterable[DatabaseObject]) -> Shape:
    """Of the ``objects`` of one database."""
    by_table: Dict[str, List[DatabaseObject]] = {}
    values = {}
    for one in objects:
        if one.kind == "enum":
            values[one.name] = re.findall(r"'((?:[^']|'')*)'", one.attributes["values"])
        elif one.table:
            by_table.setdefault(one.table, []).append(one)
    named = {name.lower(): name for name, parts in by_table.items() if _has_columns(parts)}
    found = {name: _table(name, by_table[name]) for name in named.values()}
    return Shape({name: _resolved(one, named, found) for name, one in found.items()}, values)


def says(text: str, name: str) -> bool:
    """Whether ``text`` has ``name``, which may stand in it without its schema, as a word."""
    bare_name = re.escape(name.rpartition(".")[2])
    return re.search(rf"(?<![\w$]){bare_name}(?![\w$])", text, re.I) is not None


def bare(expression: str) -> str:
    """Without parentheses around all of it."""
    while expression.startswith("(") and expression.endswith(")") and _closes_last(expression):
        expression = expression[1:-1].strip()
    return expression


def _closes_last(expression):
    depth = 0
    for at, sign in enumerate(re.sub(r"'(?:[^']|'')*'", lambda text: "'" * len(text[0]), expression)):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if not depth:
            return at == len(expression) - 1
    return False


def _has_columns(parts):
    return any(one.kind == "column" for one in parts) and any(one.kind == "table" for one in parts)


def _table(name, parts):
    primary: Tuple[str, ...] = ()
    keys, checks, uniques = [], [], []
    for one in parts:
        definition = one.attributes.get("definition", "")
        listed = _LIST.match(definition)
        if one.kind == "primary key" and listed:
            primary = _names(listed["columns"])
        elif one.kind == "unique constraint" and listed:
            uniques.append((one.name, _names(listed["columns"])))
        elif one.kind == "index" and one.attributes.get("unique"):
            columns = _plain_index(definition)
            uniques += [(one.name, columns)] if columns else []
        elif one.kind == "check constraint":
            checks.append((one.name, _condition(definition)))
        elif one.kind == "foreign key":
            found = _KEY.match(definition)
            if found:
                other = found["table"].replace('"', "")
                keys.append(Key(one.name, _names(found["own"]), other, _names(found["other"])))
    columns = {one.name: _column(one, primary) for one in parts if one.kind == "column"}
    has_triggers = any(one.kind == "trigger" for one in parts)
    return Table(name, columns, primary, keys, checks, uniques, has_triggers)


def _resolved(table, named, found):
    """SQLite tells names in lower case where it repeats them."""
    own = {name.lower(): name for name in table.columns}

    def known(columns, names=own):
        return tuple(names.get(one.lower(), one) for one in columns)

    keys = []
    for key in table.keys:
        other = named.get(key.table.lower(), key.table)
        theirs = {name.lower(): name for name in found[other].columns} if other in found else {}
        keys.append(Key(key.name, known(key.columns), other, known(key.referred, theirs)))
    uniques = [(name, known(columns)) for name, columns in table.uniques]
    return table._replace(primary=known(table.primary), keys=keys, uniques=uniques)


def _column(one, primary):
    has = one.attributes
    type_ = has["type"]
    alone = [name.lower() for name in primary] == [one.name.lower()]
    counts = bool(
        has.get("identity")
        or has.get("sequence")
        or _COUNTS.search(has.get("extra", ""))
        or (alone and type_ == "INTEGER")  # a rowid of SQLite
    )
    nullable = has["nullable"] == "nullable" and one.name.lower() not in [name.lower() for name in primary]
    content = (type_, has.get("collation", ""), has.get("generated", ""))
    return Column(
        one.name, type_, nullable, bool(has.get("default")), counts, bool(has.get("generated")), content
    )


def _names(text):
    return tuple(re.sub(r'^["`]|["`]$| (?:ASC|DESC)$|\(\d+\)$', "", one.strip()) for one in text.split(","))


def _plain_index(definition):
    """Its columns, None where it is over expressions, or a part of the rows."""
    found = re.match(r"^(?:btree )?\(([\w\s\",`]+)\)$", definition.strip())
    return _names(found[1]) if found else None


def _condition(definition: str) -> str:
    found = re.match(r"^CHECK \((.*?)\)(?: NOT ENFORCED| NO INHERIT| NOT VALID)*$", definition, re.S)
    return bare(found[1].strip()) if found else definition


def related(tables: Dict[str, Table], touched: Set[str]) -> List[str]:
    """``touched`` tables, those that refer to them, and the parents that these need; parents come first."""
    wanted = [name for name in tables if name in touched]
    children = [
        name
        for name, one in tables.items()
        if name not in touched and {key.table for key in one.keys} & touched
    ]
    ordered: List[str] = []

    def add(name, path):
        table = tables[name]
        for key in table.keys:
            needed = name in touched or any(
                not table.columns[column].nullable for column in key.columns if column in table.columns
            )
            if (needed or key.table in touched) and key.table in tables and key.table not in (*path, name):
                add(key.table, (*path, name))
        if name not in ordered:
            ordered.append(name)

    for name in [*wanted, *children]:
        add(name, ())
    return ordered
