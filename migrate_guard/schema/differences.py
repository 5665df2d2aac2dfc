"""What differs between two descriptions of a database, matched by structure and not by names nobody chose."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from migrate_guard.protocol.messages import DatabaseObject, Said
from migrate_guard.schema.order import loosened, settled

ORDER = "order"

# What is known by its name. Everything else of a table is known by what it says.
_BY_NAME = {
    "table", "column", "trigger", "enum", "sequence", "domain", "view", "function", "schema", "policy", "rule", "statistics",
    "composite type", "aggregate", "collation", "extension", "event",
}  # fmt: skip
# What comes after the CREATE TABLE of the table that it belongs to
_APART = {"trigger", "policy", "rule", "statistics"}
_SET_APART = {"row level security", "row level security of the owner", "replica identity"}
# A second one that says the same does nothing.
_ONCE = {"foreign key"}
# At most one of a table.
_ONE = {"primary key"}
# What metadata has no word for: only where the models make one, through events, is there something to compare.
_EXTRAS = {
    "trigger", "view", "function", "schema", "policy", "rule", "statistics", "composite type", "aggregate", "collation", "extension",
    "event",
}  # fmt: skip


# A materialized view has indexes
_WITH_PARTS = {"table", "view"}


class Difference(NamedTuple):
    """``attribute`` is what differs of an object that both have, "name" for a name alone, ORDER for an order alone; "" where
    one side lacks it.

    ``models`` and ``history`` are what each side says, None where it lacks the object; ``sides`` are the two objects.
    ``content`` is the definition of one whose name nobody chose.
    """

    kind: str
    table: str
    name: str
    attribute: str
    models: Said | None
    history: Said | None
    content: str = ""
    sides: tuple = (None, None)


def differences(
    history: list[DatabaseObject], models: list[DatabaseObject], extras: bool = False
) -> list[Difference]:
    """In the order of tables and kinds. A table that one side lacks is one difference, without its parts.

    ``extras``: also what models have no word for and the history alone makes.
    """
    theirs, ours = _grouped(history), _grouped(models)
    tables = (
        {one.name for one in history if one.kind in _WITH_PARTS},
        {one.name for one in models if one.kind in _WITH_PARTS},
    )
    found = []
    for table, kind in sorted({*theirs, *ours}):
        if table and kind != "table" and not (table in tables[0] and table in tables[1]):
            found += [_lacking(one, models=True) for one in ours.get((table, kind), []) if _is_apart(one)]
            continue
        compare = _by_name if kind in _BY_NAME else _by_structure
        found += compare(theirs.get((table, kind), []), ours.get((table, kind), []))
        found += [
            one for new in ours.get((table, kind), []) if table not in tables[0] for one in _set_apart(new)
        ]
    return [one for one in found if extras or one.models is not None or one.kind not in _EXTRAS]


def _is_apart(one):
    """Whether it is no part of a CREATE TABLE, though it belongs to a table; of indexes SQLite alone keeps texts."""
    return one.kind in _APART or (one.kind == "index" and bool(one.text))


def _set_apart(new):
    """What a new table is that no CREATE TABLE says."""
    if new.kind != "table":
        return
    plain = replace(
        new, attributes={name: "" if name in _SET_APART else value for name, value in new.attributes.items()}
    )
    yield from _attributes(plain, new)


def _grouped(objects):
    groups = defaultdict(list)
    for one in objects:
        groups[one.table, one.kind].append(one)
    return groups


def _by_name(history, models):
    theirs, ours = {one.name: one for one in history}, {one.name: one for one in models}
    for name in sorted({*theirs, *ours}):
        if name in theirs and name in ours:
            yield from _attributes(theirs[name], ours[name])
        elif name in ours:
            yield _lacking(ours[name], models=True)
        else:
            yield _lacking(theirs[name], models=False)


def _by_structure(history, models):
    """First what is equal, of the same name where there is a choice; then but for an order; then what has one name; the rest."""
    pairs, theirs, ours = _paired(history, models, lambda one: (_content(one), one.name))
    more, theirs, ours = _paired(theirs, ours, _content)
    for old, new in more:
        if not (old.generated or new.generated or old.name == new.name):
            names = (("name", new.name),), (("name", old.name),)
            yield Difference(new.kind, new.table, new.name, "name", *names, sides=(new, old))
    reordered, theirs, ours = _paired(theirs, ours, _content_in_any_order)
    for old, new in reordered:
        yield from _attributes(old, new)
    named, theirs, ours = _paired(theirs, ours, lambda one: one.kind if one.kind in _ONE else one.name)
    for old, new in named:
        yield from _attributes(old, new)
    held = {_content(one) for one in history}
    yield from (
        _lacking(one, models=True) for one in ours if not (one.kind in _ONCE and _content(one) in held)
    )
    yield from (_lacking(one, models=False) for one in theirs)


def _paired(history, models, key):
    """(pairs of one key, the rest of each side)."""
    waiting = defaultdict(list)
    for one in history:
        waiting[key(one)].append(one)
    pairs, rest = [], []
    for one in models:
        if waiting[key(one)]:
            pairs.append((waiting[key(one)].pop(0), one))
        else:
            rest.append(one)
    return pairs, [one for ones in waiting.values() for one in ones], rest


def _content(one):
    return tuple(sorted((name, settled(one.kind, name, value)) for name, value in one.attributes.items()))


def _content_in_any_order(one):
    return tuple(
        sorted((name, loosened(_strict_kind(one), name, value)) for name, value in one.attributes.items())
    )


def _strict_kind(one):
    """What forbids rows that say the same is a constraint also where it is called an index, as MySQL calls it."""
    return "unique constraint" if one.kind == "index" and one.attributes.get("unique") else one.kind


def _attributes(old, new):
    for name in sorted({*old.attributes, *new.attributes}):
        values = [one.attributes.get(name, "") for one in (new, old)]
        if settled(new.kind, name, values[0]) != settled(new.kind, name, values[1]):
            loose = [loosened(_strict_kind(new), name, value) for value in values]
            differs = ORDER if loose[0] == loose[1] else name
            models, history = (_given({differs: value}) for value in values)
            sides = new, old
            yield Difference(new.kind, new.table, new.name, differs, models, history, _definition(new), sides)


def _lacking(one, models):
    said = _given(one.attributes)
    return Difference(
        one.kind,
        one.table,
        one.name,
        "",
        said if models else None,
        None if models else said,
        _definition(one),
        (one, None) if models else (None, one),
    )


def _given(attributes: Mapping[str, str]) -> Said:
    return tuple((name, value) for name, value in attributes.items() if value)


def _definition(one):
    return one.attributes.get("definition", "") if one.generated or not one.name else ""
