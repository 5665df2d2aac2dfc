"""What new differences need that was missing before: a foreign key its table, a column its type."""

import re
from collections.abc import Iterable, Sequence

from migrate_guard.protocol.messages import Described, Operation
from migrate_guard.schema.verdict import says

_TYPES = {"enum", "domain", "composite type"}
_REFERRED = re.compile(r"REFERENCES (\S+?) ?\(")


def needs(
    new: Sequence[Operation], old: Sequence[Operation], described: Iterable[Described]
) -> list[Operation]:
    """Those of ``old`` without which ``new`` cannot be done; ``described`` says what the models make."""
    objects = {one.database: one.objects for one in described if one.models}
    found: list[Operation] = []
    waiting = list(new)
    while waiting:
        one = waiting.pop()
        for other in old:
            if (
                other not in found
                and other.history is None
                and _leans(one, other, objects.get(one.database, ()))
            ):
                found.append(other)
                waiting.append(other)
    return found


def _leans(one, other, objects):
    if one.database != other.database or one.models is None:
        return False
    if other.kind == "table":
        own = [part for part in objects if part.kind == "foreign key" and part.table == one.table]
        if one.kind == "foreign key" and one.name:
            own = [part for part in own if part.name == one.name] or own
        elif one.kind not in ("table", "foreign key"):
            return one.table == other.name
        return one.table == other.name or any(_refers(part, other.name) for part in own)
    if other.kind == "column":
        return other.table == one.table and any(says(value, other.name) for _, value in one.models)
    if other.kind in _TYPES:
        columns = [part for part in objects if part.kind == "column" and part.table == one.table]
        columns = [part for part in columns if one.kind != "column" or part.name == one.name]
        return any(says(part.attributes["type"], other.name) for part in columns)
    return False


def _refers(part, table):
    found = _REFERRED.search(part.attributes["definition"])
    return found is not None and found[1].replace('"', "").lower() == table.lower()
