"""Pure: short names for what is found, which stay when files move, lines shift, or Alembic or the engine is upgraded."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from migrate_guard.protocol.messages import BuiltFromModels, DatabaseObject, Operation
from migrate_guard.protocol.observation import Observation

_LENGTH = 10
# Alembic, and databases, take one of them for another.
_KINDS = {"index": "key", "unique constraint": "key"}
# What a database says of a column, as autogenerate would call it
_ATTRIBUTES = {
    "collation": "type", "sequence": "default", "identity": "default", "generated": "default", "extra": "default",
}  # fmt: skip
_NOT_CONTENT = re.compile(r"::[\w .]+|[\s()\"`\[\]]")
_COLUMNS = re.compile(r"\(([^()]*)\)")
_OF_COLUMNS = {"enum", "domain"}
# A name that the database chose for one of these has a number in it, which others of the table decide.
_NUMBERED = {"check constraint", "foreign key"}


class Point(NamedTuple):
    """A difference, to be known again in another source: ``said`` is all that both sides say of its object."""

    fingerprint: str
    said: str


def fingerprint(name: str, *parts: str) -> str:
    """Of a finding ``name``; ``parts`` tell it from others of that name."""
    return _digest([name, *parts])[:_LENGTH]


def of_built(built: BuiltFromModels) -> str:
    return fingerprint("vacuous-history", built.revision)


def of_module(tables: Iterable[str]) -> str:
    """Of a module that is not imported: by the tables that it declares."""
    return fingerprint("unimported-models", *sorted(tables))


def of_operations(operations: Collection[Operation]) -> dict[Operation, str]:
    """What is dropped and made again is one change, with one fingerprint."""
    directions = defaultdict(set)
    for operation in operations:
        directions[_thing(operation)].add(operation.direction)
    return {
        operation: fingerprint(
            "drift", *_thing(operation), *_change(operation, directions[_thing(operation)])
        )
        for operation in operations
    }


def points(observation: Observation) -> dict[Operation, Point]:
    """Of all that was found, whether it counts or not."""
    sides = _sides(observation)
    return {
        operation: Point(mark, _said(operation, sides.get(operation.database)))
        for operation, mark in of_operations(everything(observation)).items()
    }


def everything(observation: Observation) -> list[Operation]:
    """All differences, whether they count or not."""
    return [*observation.operations, *observation.extras, *observation.left_alone]


def content(kind: str, text: str) -> str:
    """What an object without a name of its own is known by; ``text`` is its definition."""
    if kind == "check constraint":
        return _NOT_CONTENT.sub("", text.lower()).removeprefix("check")
    columns = _COLUMNS.search(text)
    return ",".join(sorted(re.sub(r"\W", "", name) for name in columns[1].split(","))) if columns else ""


def _thing(operation):
    # a path, where the databases are told apart by their URLs
    database = operation.database.rpartition("/")[2]
    if not operation.kind:
        return (database, "", "", operation.name)
    kind = _KINDS.get(operation.kind, operation.kind)
    return (database, kind, operation.table, "" if kind == "primary key" else _name(operation))


def _name(operation):
    unnamed = operation.content and (operation.kind in _NUMBERED or not operation.name)
    return f"({content(operation.kind, operation.content)})" if unnamed else operation.name


def _change(operation, directions):
    """(attribute, direction)"""
    if operation.kind in ("table", "column") and operation.attribute:
        return _ATTRIBUTES.get(operation.attribute, operation.attribute), "alter"
    return "", "alter" if len(directions) > 1 else operation.direction


def _digest(value):
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


class _Sides:
    """What a database says of itself, once made by the history and once by the models."""

    def __init__(self) -> None:
        self._of_table: dict[str, list[tuple[bool, DatabaseObject]]] = defaultdict(list)
        self._kinds: dict[str, list[tuple[bool, DatabaseObject]]] = defaultdict(list)

    def take(self, models, objects):
        for one in objects:
            self._of_table[one.table].append((models, one))
            if one.kind in _OF_COLUMNS:
                self._kinds[one.name.rpartition(".")[2]].append((models, one))

    def about(self, operation):
        own = self._of_table[operation.table]
        if operation.kind != "table" or operation.attribute:
            kind = _KINDS.get(operation.kind, operation.kind)
            own = [(side, one) for side, one in own if _KINDS.get(one.kind, one.kind) == kind]
            named = [(side, one) for side, one in own if operation.name and one.name == operation.name]
            own = named or own
        used = {word for _, one in own for word in re.findall(r"\w+", one.attributes.get("type", ""))}
        return [*own, *(found for word in sorted(used) for found in self._kinds.get(word, ()))]


def _sides(observation):
    sides: dict[str, _Sides] = defaultdict(_Sides)
    for described in observation.described:
        sides[described.database].take(described.models, described.objects)
    return sides


def _said(operation, sides):
    about = sides.about(operation) if sides and operation.kind else []
    if not about:
        _, *known = operation.identity  # the database may be called otherwise in the other source
        return _digest(known)
    return _digest(
        sorted(
            [models, one.kind, one.table, "" if one.generated else one.name, sorted(one.attributes.items())]
            for models, one in about
        )
    )
