"""What depends on columns and types of PostgreSQL, and goes while those change: constraints, indexes and views."""

import re

from migrate_guard.worker.write.additions.code import call, execute
from migrate_guard.worker.write.additions.postgresql import texts

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
        for dependent in turn.foreign_keys_to(old):
            steps.before("foreign key", _drop_constraint(turn, dependent))
            steps.after("foreign key", _add_constraint(turn, dependent))
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
    if old:
        steps.before("index", _drop_index(turn, old))
    if new:
        steps.after("index", _create_index(turn, new))


def write_view(turn, steps, old, new, attributes):
    if old:
        steps.before("view", _drop_view(turn, old))
    if new:
        steps.after("view", _create_view(turn, new))


def drop(turn, one):
    """The step that drops a constraint, an index or a view."""
    if one.kind == "view":
        return _drop_view(turn, one)
    return _drop_index(turn, one) if one.kind == "index" else _drop_constraint(turn, one)


def create(turn, one):
    """The step that makes a constraint, an index or a view."""
    if one.kind == "view":
        return _create_view(turn, one)
    return _create_index(turn, one) if one.kind == "index" else _add_constraint(turn, one)


def _comment_on_constraint(turn, one):
    said = one.attributes["comment"]
    literal = turn.literal(said) if said else "NULL"
    return execute(f"COMMENT ON CONSTRAINT {turn.quoted(one.name)} ON {turn.name(one.table)} IS {literal}")


def _drop_constraint(turn, one):
    name, schema = turn.split(one.table)
    return call("drop_constraint", one.name, name, type_=CONSTRAINTS[one.kind], schema=schema)


def _add_constraint(turn, one):
    name, schema = turn.split(one.table)
    definition = texts.said(turn, one.attributes["definition"])
    check, columns = _CHECK.match(definition), _COLUMNS.match(definition)
    if check and ":" not in definition:
        return call("create_check_constraint", one.name, name, texts.bare(check[1]), schema=schema)
    if columns:
        made = "create_primary_key" if one.kind == "primary key" else "create_unique_constraint"
        return call(made, one.name, name, columns[1].split(", "), schema=schema)
    return execute(f"ALTER TABLE {turn.name(one.table)} ADD CONSTRAINT {turn.quoted(one.name)}\n{definition}")


def _drop_index(turn, one):
    name, schema = turn.split(one.table)
    return call("drop_index", one.name, table_name=name, schema=schema)


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
