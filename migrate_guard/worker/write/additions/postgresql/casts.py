"""Casts: where PostgreSQL does not convert a column by itself to the type that Alembic gives it."""

from alembic.operations import ops
from sqlalchemy import types as sqltypes
from sqlalchemy.dialects import postgresql as pg

from migrate_guard.worker.compare.operations import flat
from migrate_guard.worker.write.additions.code import Cast, call, execute, text
from migrate_guard.worker.write.additions.postgresql import texts

_KINDS = {
    "enum": (sqltypes.Enum,), "text": (sqltypes.String,), "number": (sqltypes.Numeric, sqltypes.Integer),
    "boolean": (sqltypes.Boolean,), "time": (sqltypes.DateTime, sqltypes.Date), "array": (sqltypes.ARRAY,),
    "json": (sqltypes.JSON,), "address": (pg.INET, pg.CIDR), "bits": (pg.BIT,),
}  # fmt: skip


def write(turn, steps):
    """Where PostgreSQL does not convert a column by itself, and what it has as a default."""
    for op in flat(turn.operations):
        if type(op) is ops.AlterColumnOp and op.modify_type is not None and "postgresql_using" not in op.kw:
            way = _way(op.existing_type, op.modify_type)
            if way is not None:
                said = op.modify_type.compile(dialect=turn.dialect)
                op.kw["postgresql_using"] = f"{turn.quoted(op.column_name)}{way}::{said}"
                op.__class__ = Cast  # it stays the one that the draft knows
            if way is not None or _kind(op.existing_type) != _kind(op.modify_type):
                _default(turn, steps, op)


def _default(turn, steps, op):
    """No cast leads from the default to the new type: it goes before, and comes again after."""
    table = turn.full(op.table_name, op.schema)
    old, new = (turn.find("column", table, op.column_name, old=side) for side in (True, False))
    if old is None or new is None or not old.attributes["default"]:
        return
    steps.about(old, new)
    alter = f"ALTER TABLE {turn.name(table)} ALTER COLUMN {turn.quoted(op.column_name)}"
    steps.before("column", execute(f"{alter} DROP DEFAULT"), makes=True)
    changed = any(one is new and "default" in attributes for _, one, attributes in turn.changes)
    if new.attributes["default"] and not changed:
        default = texts.said(turn, new.attributes["default"])
        made = call(
            "alter_column", op.table_name, op.column_name, server_default=text(default), schema=op.schema
        )
        steps.after("column", made)
    op.modify_server_default = False


def _way(old, new):
    """What stands between a column and the cast to its new type, None where no cast need be written."""
    before, now = _kind(old), _kind(new)
    if before == now == "array":  # each element is cast
        inner = _kind(new.item_type)
        return None if inner in ("text", _kind(old.item_type)) else ""
    if now == "text" or (before == now and now != "enum") or {before, now} & {"", "array"}:
        return None
    if "boolean" in (before, now):
        return "::integer" if {before, now} <= {"boolean", "number"} else "::text"
    if {before, now} <= {"number"} or {before, now} <= {"time"}:
        return None
    return "::text"


def _kind(type_):
    for kind, classes in _KINDS.items():
        if isinstance(type_, classes):
            return kind
    return type(type_).__name__.lower()
