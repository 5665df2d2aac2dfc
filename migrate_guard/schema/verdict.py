"""Autogenerate's opinion and what the databases say themselves, as one verdict."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

from migrate_guard.protocol.messages import Change, DatabaseObject, Operation
from migrate_guard.protocol.observation import Observation
from migrate_guard.schema.differences import ORDER, differences
from migrate_guard.schema.order import settled

# What of a column shows that a change which autogenerate reports is there
_SHOWN = {
    "type": {"type", "collation", "sequence", "identity", "generated", "extra"},
    "nullable": {"nullable"},
    "default": {"default", "sequence", "identity", "generated", "extra"},
    "comment": {"comment"},
}
# What of a column Alembic's operation writes
_WRITTEN = {
    "type": {"type", "collation"},
    "nullable": {"nullable"},
    "default": {"default"},
    "comment": {"comment"},
}
# The condition that a type makes, as each database prints it
_OF_TYPE = re.compile(r"\b(in|any)\b ?\(|= ANY", re.I)
# Made along with the first column that uses them
_OF_COLUMNS = {"enum", "domain"}
_MAY_BE_MORE = {
    "default",
    "comment",
    "storage",
    "statistics",
    "replica identity",
    "row level security of the owner",
}
# Alembic, and databases, take one of them for another.
_KEYS = {"index", "unique constraint"}


def overruled(observation: Observation) -> list[Operation]:
    """What autogenerate reports and the databases do not confirm."""
    alone = []
    for database, sides in _descriptions(observation).items():
        found = differences(sides[False], sides[True])
        own = [operation for operation in observation.operations if operation.database == database]
        alone += [operation for operation in own if not _is_confirmed(operation, found)]
    return alone


def unwritten(
    observation: Observation, strict: bool = False, taken_out: Collection[Operation] = ()
) -> list[Change]:
    """What the missing revision needs and autogenerate does not write.

    It also takes away what the history has beyond the models: with ``strict`` all of it, else what is ``taken_out``.
    """
    things = {_thing(one) for one in taken_out}
    add = []
    for database, sides in _descriptions(observation).items():
        found = differences(sides[False], sides[True])
        own = [operation for operation in observation.operations if operation.database == database]
        confirmed = [operation for operation in own if _is_confirmed(operation, found)]
        refusals = [one for one in observation.refused if one.database == database]
        for one in found:
            if any(_refuses(refusal, one) for refusal in refusals):
                continue
            wanted = strict or _thing(one) in things
            if _is_to_be_added(one, confirmed, sides[False], wanted, found):
                add.append(Change(database, one.kind, one.table, one.name, _changed(one), *one.sides))
    return add


def _changed(difference):
    """An order is changed like all that the attribute may say."""
    whole = {"enum": "values", "column": "type"}.get(difference.kind, "definition")
    return whole if difference.attribute == ORDER else difference.attribute


def _thing(one):
    return one.kind, one.table, one.name, one.attribute


def held(seen: Observation, extra: Operation) -> bool:
    """Whether the models of ``seen``, another source, have what the history of ``extra`` has beyond the models."""
    database = extra.database.rpartition("/")[2]  # a path, if the databases are told apart by their URLs
    return any(
        _has(one, extra)
        for described in seen.described
        if described.models and described.database.rpartition("/")[2] == database
        for one in described.objects
        if (one.kind, one.table) == (extra.kind, extra.table)
    )


def _has(one, extra):
    said = dict(extra.history or ())
    if extra.attribute == "name":
        return one.name == said["name"]
    if extra.attribute == ORDER:
        return one.name == extra.name and said[ORDER] in one.attributes.values()
    if extra.attribute:
        return one.name == extra.name and one.attributes.get(extra.attribute, "") == said.get(
            extra.attribute, ""
        )
    named = one.name == extra.name or one.generated
    return named and all(
        settled(one.kind, name, one.attributes.get(name, "")) == settled(one.kind, name, value)
        for name, value in said.items()
    )


def _is_to_be_added(difference, operations, history, strict, found):
    if difference.kind in _OF_COLUMNS and not difference.attribute:
        if any(_names(operation, difference) for operation in operations):
            return False
        # Alembic leaves it to nobody: it comes before the first column of the type, and goes with the last.
        return difference.models is not None or strict or _goes_with(difference, operations, history)
    return not any(_reports(operation, difference, found) for operation in operations) and (
        strict or _is_asked_for(difference)
    )


def _names(operation, difference):
    """Whether ``operation`` is a plugin's, about what differs there."""
    return not operation.kind and says(operation.name, difference.name)


def _goes_with(difference, operations, history):
    users = [one for one in history if one.kind == "column" and _is_of_type(one, difference.name)]
    return bool(users) and all(
        any(
            (op.kind, op.name) == ("table", one.table)
            or (
                (op.kind, op.table, op.name) == ("column", one.table, one.name)
                and op.attribute in ("", "type")
            )
            for op in operations
        )
        for one in users
    )


def _is_of_type(column, name):
    return column.attributes["type"].removesuffix("[]").replace('"', "") == name


def confirm(observation: Observation) -> Observation:
    """With what counts alone.

    Of its operations those that the databases confirm, and those ``by_hand`` that autogenerate does not see;
    ``extras`` are what the history has beyond the models. ``overruled`` counts what autogenerate alone reports,
    ``left_out`` what the project itself keeps from being compared.
    """
    descriptions = _descriptions(observation)
    elsewhere = (one for one in observation.operations if one.database not in descriptions)
    found = [_confirmed(observation, database, sides) for database, sides in descriptions.items()]
    operations = [*elsewhere, *(operation for one in found for operation in one.operations)]
    return replace(
        observation,
        operations=tuple(_in_order(operations)),
        extras=tuple(extra for one in found for extra in one.extras),
        overruled=sum(one.overruled for one in found),
        left_out=sum(one.left_out for one in found),
    )


def _in_order(operations):
    """Alembic finds in sets what only the history has, and foreign keys: by name, in the places that they take."""
    dropped = {
        (one.database, one.table) for one in operations if (one.kind, one.direction) == ("table", "drop")
    }
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, one in enumerate(operations):
        if (one.database, one.table) in dropped:
            groups[one.database,].append(at)
        elif one.direction == "drop" or one.kind == "foreign key":
            groups[one.database, one.table, one.kind, one.direction].append(at)
    found = list(operations)
    for key, places in groups.items():
        by = _by_table if len(key) == 1 else _by_name
        for at, one in zip(places, sorted((operations[at] for at in places), key=by), strict=True):
            found[at] = one
    return found


def _by_table(one):
    return one.table


def _by_name(one):
    return one.name, one.content, one.models or (), one.history or ()


def _descriptions(observation):
    """By database: what the history made (False), and what the models made (True)."""
    descriptions: dict[str, dict[bool, Sequence[DatabaseObject]]] = {}
    for described in observation.described:
        descriptions.setdefault(described.database, {})[described.models] = described.objects
    return descriptions


class _Confirmed(NamedTuple):
    operations: list[Operation]
    extras: list[Operation]
    overruled: int
    left_out: int


def _confirmed(observation, database, sides):
    """What counts of one database."""
    reported = [operation for operation in observation.operations if operation.database == database]
    refusals = [one for one in observation.refused if one.database == database]
    found = differences(sides[False], sides[True])
    confirmed = [operation for operation in reported if _is_confirmed(operation, found)]
    unreported = [one for one in found if not any(_reports(operation, one, found) for operation in reported)]
    silent = [one for one in unreported if not any(_refuses(refusal, one) for refusal in refusals)]
    places = {(one.kind, one.table, one.name): (one.path, one.line) for one in sides[True] if one.path}
    asked_for = [_operation(one, database, places, True) for one in silent if _is_asked_for(one)]
    return _Confirmed(
        [*_once(confirmed), *asked_for],
        [_operation(one, database, places, False) for one in silent if not _is_asked_for(one)],
        len(reported) - len(confirmed),
        len(unreported) - len(silent),
    )


def _once(operations):
    """Tenants that have a schema each say the same."""
    once: dict[tuple, Operation] = {}
    for operation in operations:
        once.setdefault(operation.identity, operation)
    return once.values()


def _is_confirmed(operation, found):
    return not operation.kind or any(_same(operation, one) for one in found)


def _reports(operation, difference, found):
    """Whether ``operation`` is all that has to be said of ``difference``, one of those that were ``found``.

    A change of a column's type or default may show in something else of it; where it shows in itself, that is more.
    """
    if not _same(operation, difference):
        return False
    if difference.kind == "index" and difference.models is not None and not difference.attribute:
        made = difference.sides[0]
        if (
            made is not None and made.text and operation.kind == "index"
        ):  # of SQLite, where its name is its own
            return operation.name == difference.name
    written = _WRITTEN.get(operation.attribute)
    if (
        operation.kind != "column"
        or written is None
        or difference.attribute in written
        or not difference.attribute
    ):
        return True
    return not any(
        one.attribute in written
        and (one.kind, one.table, one.name) == ("column", operation.table, operation.name)
        for one in found
    )


def _same(operation, difference):
    """Whether ``operation`` is about what differs there."""
    if not operation.kind:  # a plugin's: its own words tell
        return not difference.table and says(operation.name, difference.name)
    if difference.kind in _OF_COLUMNS and not difference.attribute:
        return operation.kind == "table" or _mentions(operation.models, difference.name)
    if difference.kind == "table" and not difference.attribute and operation.table == difference.name:
        return True  # what belongs to a table comes and goes with it
    if operation.kind == "table":
        return _same_table(operation, difference)
    if operation.table != difference.table:
        return False
    if operation.kind == "column":
        return _same_column(operation, difference)
    kinds = _KEYS if operation.kind in _KEYS else {operation.kind}
    names = {difference.name}
    if difference.attribute == "name":
        names |= {one.name for one in difference.sides}
    return difference.kind in kinds and (
        not operation.name or not difference.name or operation.name in names or not difference.attribute
    )


def _same_table(operation, difference):
    if (difference.kind, difference.name) != ("table", operation.name):
        return False
    return difference.attribute == operation.attribute


def _same_column(operation, difference):
    if (difference.kind, difference.name) != ("column", operation.name):
        # a type may be no more than a check, to the database: of two values, or of those of an enum
        said = difference.models or difference.history
        check = difference.kind == "check constraint" and _mentions(said, operation.name)
        return operation.attribute == "type" and check and any(_OF_TYPE.search(value) for _, value in said)
    shown = _SHOWN.get(operation.attribute, {operation.attribute})
    return not (operation.attribute and difference.attribute) or difference.attribute in shown


def _mentions(said, name):
    return any(says(value, name) for _, value in said or ())


def says(text: str, name: str) -> bool:
    """Whether ``text``, of a database or a plugin, has the name as a word."""
    return re.search(rf"\b{re.escape(name.rpartition('.')[2])}\b", text) is not None


def _refuses(refusal, difference):
    if refusal.kind == "schema":
        return difference.table.startswith(f"{refusal.name}.") or difference.name.startswith(
            f"{refusal.name}."
        )
    if refusal.kind == "table" and not refusal.attribute:
        return refusal.name in (difference.table, difference.name)
    if (refusal.kind, refusal.table, refusal.name) != (difference.kind, difference.table, difference.name):
        return False
    return not refusal.attribute or difference.attribute in _SHOWN.get(refusal.attribute, {refusal.attribute})


def _is_asked_for(difference):
    """Whether the models want what the history does not give.

    They may do without a server default or a comment that it makes; a name or an order alone is nobody's wish.
    """
    if difference.attribute in _MAY_BE_MORE:
        return bool(difference.models)
    return difference.attribute not in ("name", ORDER) and difference.models is not None


def _operation(one, database, places, by_hand):
    path, line = places.get((one.kind, one.table, one.name)) or places.get(
        ("table", one.table, one.table), ("", 0)
    )
    return Operation(
        one.kind,
        one.table,
        one.name,
        one.models,
        one.history,
        one.attribute,
        path,
        line,
        database,
        spelled=one.table.removeprefix("public."),
        content=one.content,
        described=True,
        by_hand=by_hand,
    )
