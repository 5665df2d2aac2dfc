"""Constraints and indexes of MySQL and MariaDB."""

import re

from migrate_guard.worker.write.additions.code import execute

_KEY = re.compile(r"(FULLTEXT|SPATIAL|HASH|RTREE)? ?(\(.*\))$", re.S)


def write_constraint(turn, steps, old, new, attributes):
    kind = (new or old).kind
    if old:
        steps.before(kind, drop(turn, old))
    if new:
        steps.after(kind, add(turn, new))


def write_index(turn, steps, old, new, attributes):
    if not old:
        steps.after("index", turn.own_index(new) or add(turn, new))
    elif not new:  # not before the foreign key that needs it is gone
        steps.after("index", drop(turn, old), drops=True)
    elif attributes == ["name"]:
        names = f"{turn.quoted(old.name)} TO {turn.quoted(new.name)}"
        steps.after("index", execute(f"ALTER TABLE {turn.name(new.table)} RENAME INDEX {names}"))
    else:  # at once, since a foreign key may need it
        change = f"DROP INDEX {turn.quoted(old.name)}, ADD {_clause(turn, new)}"
        steps.after("index", execute(f"ALTER TABLE {turn.name(new.table)} {change}"))


def drop(turn, one):
    """The step that drops a constraint or an index."""
    alter = f"ALTER TABLE {turn.name(one.table)}"
    words = {"foreign key": "FOREIGN KEY", "index": "INDEX", "check constraint": "CONSTRAINT"}
    if one.kind == "check constraint" and not turn.is_mariadb:
        words[one.kind] = "CHECK"
    return execute(f"{alter} DROP {words[one.kind]} {turn.quoted(one.name)}")


def add(turn, one):
    """The step that adds a constraint or an index."""
    return execute(f"ALTER TABLE {turn.name(one.table)} ADD {_clause(turn, one)}")


def _clause(turn, one):
    definition, name = one.attributes["definition"], turn.quoted(one.name)
    if one.kind != "index":
        return f"CONSTRAINT {name} {definition}"
    key = _KEY.match(definition)
    assert key, "an index has columns"
    kind, columns = key.groups()
    words = "UNIQUE " if one.attributes["unique"] else f"{kind} " if kind in ("FULLTEXT", "SPATIAL") else ""
    more = f" COMMENT {turn.literal(one.attributes['comment'])}" if one.attributes["comment"] else ""
    hidden = ("IGNORED" if turn.is_mariadb else "INVISIBLE") if one.attributes["hidden"] else ""
    return f"{words}INDEX {name} {columns}{more} {hidden}".rstrip()
