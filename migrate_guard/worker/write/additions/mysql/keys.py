"""Constraints and indexes of MySQL and MariaDB."""

import re

from migrate_guard.worker.compare.leaning import known
from migrate_guard.worker.write.additions.code import execute

# The name of a column in a list; an expression stands in parentheses
_COLUMN = re.compile(r"((?:^\(|, ))([^(),]+?)(?=[(),]| DESC| ASC)")
_FOREIGN = re.compile(r"FOREIGN KEY (\(.*?\)) REFERENCES (\S+) (\(.*?\))(.*)$", re.S)
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


def is_blocked(one, change):
    """Whether ``one``, which stays, keeps the server from doing what ``change`` (aside.Change) does."""
    leans = change.old.leans(one)
    if one.kind == "foreign key":
        key = change.old.foreign_key(one)
        if key is None:
            return False
        columns = [("column", one.table, name) for name in key.columns]
        columns += [("column", key.table, name) for name in key.referred]
        if {*columns} & (change.retyped | change.remade):
            return True
        return _lacks(
            change.old.own_indexes(one.table, key), change.new.own_indexes(one.table, key), change
        ) or _lacks(change.old.keys_for(key), change.new.keys_for(key), change)
    return one.kind in ("index", "check constraint") and bool(leans & change.remade)


def _lacks(old, new, change):
    """Whether there is a moment without any of the indexes, one of which has to be there."""
    kept = [one for one in old if known(one) not in change.gone]
    come = [one for one in new if known(one) in change.come and one.name not in [other.name for other in old]]
    return bool(old) and not kept and not come


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
    if one.kind == "foreign key":
        return f"CONSTRAINT {name} {_quoted_key(turn, definition)}"
    if one.kind != "index":
        return f"CONSTRAINT {name} {definition}"
    key = _KEY.match(definition)
    assert key, "an index has columns"
    kind, columns = key.groups()
    words = "UNIQUE " if one.attributes["unique"] else f"{kind} " if kind in ("FULLTEXT", "SPATIAL") else ""
    more = f" COMMENT {turn.literal(one.attributes['comment'])}" if one.attributes["comment"] else ""
    hidden = ("IGNORED" if turn.is_mariadb else "INVISIBLE") if one.attributes["hidden"] else ""
    return f"{words}INDEX {name} {quoted_columns(turn, columns)}{more} {hidden}".rstrip()


def quoted_columns(turn, listed):
    """``listed`` columns of a key, "(a, b(10), c DESC)", each with quotes where it needs them."""
    return _COLUMN.sub(lambda found: found[1] + turn.quoted(found[2]), listed)


def _quoted_key(turn, definition):
    found = _FOREIGN.match(definition)
    assert found, "a foreign key has columns on both sides"
    own, table, theirs, rest = found.groups()
    place = ".".join(map(turn.quoted, table.split(".")))
    return f"FOREIGN KEY {quoted_columns(turn, own)} REFERENCES {place} {quoted_columns(turn, theirs)}{rest}"
