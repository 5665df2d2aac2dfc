"""What is named after a table or a column, and follows where these are renamed."""

import re
from collections import defaultdict
from collections.abc import Sequence

from migrate_guard.protocol.messages import Described, Rename

_FOLLOW = {
    "index",
    "unique constraint",
    "foreign key",
    "check constraint",
    "primary key",
    "exclusion constraint",
}


def followers(described: Sequence[Described], renamed: Sequence[Rename]) -> list[Rename]:
    """The renames that are left to be done after ``renamed``: of what says the same on both sides under two names.

    Indexes first: MySQL would make one for a foreign key that finds none of its name.
    """
    found: list[Rename] = []
    for database in dict.fromkeys(rename.database for rename in renamed):
        sides = {one.models: one.objects for one in described if one.database == database}
        own = [rename for rename in renamed if rename.database == database]
        tables = {rename.new if rename.kind == "table" else rename.table for rename in own}
        if len(sides) == 2:
            theirs, ours = (_named_after(sides[side], tables) for side in (False, True))
            found += (pair for pair in _pairs(database, theirs, ours) if _follows(pair, own, sides))
    return sorted(found, key=lambda rename: rename.kind != "index")


def _named_after(objects, tables):
    """By (table, kind, what it says): the names of those that are of ``tables``, or refer to one of them."""
    found = defaultdict(list)
    for one in objects:
        if one.kind in _FOLLOW and one.name and (one.table in tables or _refers(one, tables)):
            found[one.table, one.kind, tuple(sorted(one.attributes.items()))].append(one.name)
    return found


def _refers(one, tables):
    target = re.search(r" REFERENCES (.+?) ?\(", one.attributes.get("definition", ""))
    return target is not None and target[1].replace('"', "") in tables


def _follows(pair, renamed, sides):
    """A name that the engine chose may differ by the order of the statements alone (``t_ibfk_1``, ``t_ibfk_2``)."""
    if not (_chosen(pair, pair.old, sides[False]) and _chosen(pair, pair.new, sides[True])):
        return True
    return any(one.old in pair.old and one.new in pair.new for one in renamed)


def _chosen(pair, name, objects):
    return any(
        one.generated for one in objects if (one.kind, one.table, one.name) == (pair.kind, pair.table, name)
    )


def _pairs(database, theirs, ours):
    for (table, kind, content), names in theirs.items():
        wanted = ours.get((table, kind, content), [])
        old = sorted(set(names) - set(wanted))
        new = sorted(set(wanted) - set(names))
        yield from (Rename(database, kind, table, *pair) for pair in zip(old, new, strict=False))
