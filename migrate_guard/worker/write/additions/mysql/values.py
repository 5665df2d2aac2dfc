"""The values of ENUM and SET, which are a part of their columns on MySQL and MariaDB."""

import re
from dataclasses import replace

from migrate_guard.worker.write.additions.code import execute, undecided
from migrate_guard.worker.write.additions.mysql import columns

_LIST = re.compile(r"(enum|set)\((.*)\)$", re.I)

_VALUE = re.compile(r"'((?:[^']|'')*)',?")


def write(turn, steps):
    """Values that go: renamed where one came in the place of one, else somebody has to decide."""
    for new in [one for one in turn.new if one.kind == "column"]:
        old = turn.find("column", new.table, new.name, old=True)
        sides = [_LIST.match(one.attributes["type"]) for one in (old or new, new)]
        lists = [found for found in sides if found]
        if len(lists) < 2:
            continue
        before, now = (_VALUE.findall(found[2]) for found in lists)
        gone, come = [one for one in before if one not in now], [one for one in now if one not in before]
        if not gone:
            continue
        table, name = turn.name(new.table), turn.quoted(new.name)
        steps.about(old, new)
        if lists[0][1].lower() == "enum" and _is_renamed(before, now, gone, come):
            both = ",".join(f"'{value}'" for value in [*before, *come])
            wide = new.attributes["type"].replace(lists[1][2], both)
            both_of = {**new.attributes, "type": wide, "default": old.attributes["default"]}
            more = columns.said_of(turn, replace(new, attributes=both_of))
            steps.before("column", execute(f"ALTER TABLE {table} MODIFY {more}"), makes=True)
            change = f"UPDATE {table} SET {name} = '{come[0]}' WHERE {name} = '{gone[0]}'"
            steps.before("column", execute(change), makes=True)
        elif turn.is_upgrade:
            said = ", ".join(map(repr, gone))
            steps.before(
                "column", undecided(f"what becomes of rows that hold {said} in {new.table}.{new.name}")
            )


def _is_renamed(before, now, gone, come):
    return (
        len(before) == len(now)
        and len(gone) == len(come) == 1
        and before.index(gone[0]) == now.index(come[0])
    )
