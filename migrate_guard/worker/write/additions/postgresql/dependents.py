"""What depends on columns and types of PostgreSQL, and goes while those change: constraints, indexes and views."""

import re

from migrate_guard.worker.compare.leaning import known
from migrate_guard.worker.compare.shape import bare
from migrate_guard.worker.write.additions.code import call, execute, final
from migrate_guard.worker.write.additions.postgresql import by_hand, texts

CONSTRAINTS = {
    "check constraint": "check", "unique constraint": "unique", "foreign key": "foreignkey",
    "primary key": "primary", "exclusion constraint": None,
}  # fmt: skip

_COLUMNS = re.compile(r"^(?:PRIMARY KEY|UNIQUE) \(((?:[a-z_][a-z0-9_]*(?:, )?)+)\)$")

_CHECK = re.compile(r"^CHECK \((.*)\)$", re.S)


def write_constraint(turn, steps, old, new, attributes):
    kind = (new or old).kind
    if attributes == ["name"]:
        steps.after(kind, execute(f"ALTER TABLE {turn.name(new.table)} RENAME CONSTRAINT {turn.quoted(old.name)} "
                                  f"TO {turn.quoted(new.name)}"))  # fmt: skip
        return
    if attributes == ["comment"]:
        steps.after(kind, _comment_on_constraint(turn, new))
        return
    if old:
        steps.before(kind, _drop_constraint(turn, old))
    if new:
        steps.after(kind, _add_constraint(turn, new))
        if new.attributes.get("comment"):
            steps.after(kind, _comment_on_constraint(turn, new))


def write_index(turn, steps, old, new, attributes):
    if attributes == ["name"]:
        schema = turn.schema_in_front(new.table)
        steps.after(
            "index", execute(f"ALTER INDEX {schema}{turn.quoted(old.name)} RENAME TO {turn.quoted(new.name)}")
        )
        return
    if attributes == ["comment"]:
        said = new.attributes["comment"]
        literal = turn.literal(said) if said else "NULL"
        place = turn.schema_in_front(new.table)
        steps.after("index", execute(f"COMMENT ON INDEX {place}{turn.quoted(new.name)} IS {literal}"))
        return
    if old:
        steps.before("index", _drop_index(turn, old))
    if new:
        steps.after("index", _create_index(turn, new))


def write_view(turn, steps, old, new, attributes):
    if old:
        steps.before("view", _drop_view(turn, old))
    if new:
        steps.after("view", _create_view(turn, new))


# What reads columns, and keeps their types from being changed
_READERS = ("view", "trigger", "policy", "rule")


def is_blocked(one, change):
    """Whether ``one``, which stays, keeps PostgreSQL from doing what ``change`` (aside.Change) does."""
    leans = change.old.leans(one)
    if one.kind in _READERS or (one.kind == "column" and one.attributes["generated"]):
        return bool(leans & (change.retyped | change.remade)) and one.kind in _MADE
    if one.kind == "foreign key":
        key = change.old.foreign_key(one)
        if key is None:
            return False
        if any(known(index) in change.gone for index in change.old.keys_for(key)):
            return True
        ends = [("column", one.table, name) for name in key.columns]
        others = [("column", key.table, name) for name in key.referred]
        return any(end in change.remade for end in (*ends, *others)) or any(
            {end, other} & change.retyped and not _alike(change, end, other)
            for end, other in zip(ends, others)
        )
    if one.kind in CONSTRAINTS or one.kind in ("index", "statistics"):
        return bool(leans & (change.remade | change.swapped)) and one.kind in _MADE
    return False


def _alike(change, end, other):
    """Whether rows of both can be compared, whichever of the two changes first."""
    sides = [side.by_known.get(column) for side in (change.old, change.new) for column in (end, other)]
    return len({_family(one.attributes["type"]) for one in sides if one}) == 1


def _family(type_):
    word = type_.partition("(")[0].strip()
    for family in ({"smallint", "integer", "bigint"}, {"character varying", "text", "character"}):
        if word in family:
            return sorted(family)[0]
    return word


def drop(turn, one):
    """The step that drops a constraint, an index, a view, a trigger or a generated column."""
    if one.kind == "column":
        name, schema = turn.split(one.table)
        return call("drop_column", name, one.name, schema=schema)
    if one.kind in _BY_HAND:
        return by_hand.drop(turn, one)
    if one.kind == "trigger":
        return execute(f"DROP TRIGGER {turn.quoted(one.name)} ON {turn.name(one.table)}")
    if one.kind == "view":
        return _drop_view(turn, one)
    return _drop_index(turn, one) if one.kind == "index" else _drop_constraint(turn, one)


def create(turn, one):
    """The step that makes it."""
    if one.kind == "column":
        return execute(f"ALTER TABLE {turn.name(one.table)} ADD COLUMN {generated(turn, one)}")
    if one.kind in _BY_HAND:
        return by_hand.create(turn, one)
    if one.kind == "trigger":
        return execute(texts.said(turn, one.attributes["definition"]))
    if one.kind == "view":
        return _create_view(turn, one)
    return _create_index(turn, one) if one.kind == "index" else _add_constraint(turn, one)


_BY_HAND = {"policy", "rule", "statistics"}
_MADE = {*CONSTRAINTS, *_BY_HAND, "column", "trigger", "view", "index"}


def generated(turn, column):
    """A generated column as ADD COLUMN says it."""
    said = column.attributes
    kept, _, expression = said["generated"].partition(" ")
    words = [turn.quoted(column.name), texts.said(turn, said["type"])]
    words += [f"COLLATE {said['collation']}"] if said["collation"] else []
    words += [f"GENERATED ALWAYS AS ({bare(texts.said(turn, expression))}) {kept.upper()}"]
    words += ["NOT NULL"] if said["nullable"] == "NOT NULL" else []
    return " ".join(words)


def _comment_on_constraint(turn, one):
    said = one.attributes["comment"]
    literal = turn.literal(said) if said else "NULL"
    return execute(f"COMMENT ON CONSTRAINT {turn.quoted(one.name)} ON {turn.name(one.table)} IS {literal}")


def _drop_constraint(turn, one):
    name, schema = turn.split(one.table)
    return call("drop_constraint", final(one.name), name, type_=CONSTRAINTS[one.kind], schema=schema)


def _add_constraint(turn, one):
    name, schema = turn.split(one.table)
    definition = texts.said(turn, one.attributes["definition"])
    check, columns = _CHECK.match(definition), _COLUMNS.match(definition)
    if check and ":" not in definition:
        return call("create_check_constraint", final(one.name), name, bare(check[1]), schema=schema)
    if columns:
        made = "create_primary_key" if one.kind == "primary key" else "create_unique_constraint"
        return call(made, final(one.name), name, columns[1].split(", "), schema=schema)
    return execute(f"ALTER TABLE {turn.name(one.table)} ADD CONSTRAINT {turn.quoted(one.name)}\n{definition}")


def _drop_index(turn, one):
    name, schema = turn.split(one.table)
    return call("drop_index", final(one.name), table_name=name, schema=schema)


def _create_index(turn, one):
    unique = "UNIQUE " if one.attributes["unique"] else ""
    using = texts.said(turn, one.attributes["definition"])
    return turn.own_index(one) or execute(
        f"CREATE {unique}INDEX {turn.quoted(one.name)} ON {turn.name(one.table)} USING {using}"
    )


def _drop_view(turn, one):
    kind = "MATERIALIZED VIEW" if one.attributes["materialized"] else "VIEW"
    return execute(f"DROP {kind} {turn.name(one.name)}")


def _create_view(turn, one):
    kind = "MATERIALIZED VIEW" if one.attributes["materialized"] else "VIEW"
    definition = texts.said(turn, one.attributes["definition"]).strip().rstrip(";")
    return execute(f"CREATE {kind} {turn.name(one.name)} AS\n{definition}")
