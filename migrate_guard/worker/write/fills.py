"""NOT NULL columns of tables that may hold rows: the column comes if it is new, the rows get a value, then it is required."""

import re
from typing import Any, Dict

from alembic.operations import ops
from sqlalchemy import text
from sqlalchemy.schema import DefaultClause
from sqlalchemy.types import String, TypeDecorator

from migrate_guard.worker.basis import compat
from migrate_guard.worker.basis.escapes import escaped, quoted

_UPDATE = re.compile(r"update\s", re.I)
# What is SQL where a column does not hold text: numbers, words of SQL's own, calls, literals with their quotes
_SQL = re.compile(r"[-+]?[\d.]+(e[-+]?\d+)?|true|false|current_\w+|.*\(.*\).*|\w*'.*'(::.*)?", re.I | re.S)
_QUOTED = re.compile(r"'.*'", re.S)


class FilledColumn(ops.AddColumnOp):
    """One whose rows get a value before anything else is done to its table."""


def fill(context, op, order, dialect):
    """Put what ``order`` (Fill) says around ``op``, which adds or alters a column in what ``context`` (RevisionContext)
    drafts.
    """
    for script in context.generated_revisions:
        for upgrade_ops in script.upgrade_ops_list:
            _replace(upgrade_ops, op, order, dialect)


def _replace(container, op, order, dialect):
    """What has to follow ``container``, where ``op`` was in it."""
    for at, one in enumerate(container.ops):
        first = [one]
        if one is op:
            first, following = _expanded(op, order, dialect)
            if isinstance(container, ops.ModifyTableOps):  # within one batch everything happens at once
                container.ops[at : at + 1] = first
                return following
        elif isinstance(one, ops.OpContainer):
            following = _replace(one, op, order, dialect)
            first = [] if one.is_empty() else first
        else:
            continue
        if first != [one] or following:
            container.ops[at : at + 1] = [*first, *following]
            return []
    return []


def _expanded(op, order, dialect):
    """(what takes its place in the batch of its table, what follows that)."""
    if isinstance(op, ops.AlterColumnOp):
        return [], [
            _filling(op, op.column_name, _where_null(op, order, dialect)),
            ops.ModifyTableOps(op.table_name, [op], schema=op.schema),
        ]
    column = compat.copied(op.column)
    known = {"existing_type": column.type, "schema": op.schema}
    if column.comment:
        known["existing_comment"] = column.comment
    if order.default:
        column.server_default = DefaultClause(_default(order.default, column.type))
        change: Dict[str, Any] = {"modify_server_default": None, "existing_nullable": False}
        update = []
    else:
        column.nullable = True
        change = {"modify_nullable": False}
        update = [_filling(op, column.name, _update(op, column.name, order.backfill, dialect))]
    added = FilledColumn(op.table_name, column, schema=op.schema)
    alter = ops.AlterColumnOp(op.table_name, column.name, **change, **known)
    return [added], [*update, ops.ModifyTableOps(op.table_name, [alter], schema=op.schema)]


def _filling(op, column, sql):
    made = ops.ExecuteSQLOp(escaped(sql))
    made.filled = (op.table_name, op.schema, column)  # type: ignore[attr-defined]  # for the order of all operations
    return made


def _default(value, type_):
    return text(escaped(value)) if _is_sql(value, type_) else value


def _is_sql(value, type_):
    while isinstance(type_, TypeDecorator):
        type_ = type_.impl
    return _QUOTED.fullmatch(value) if isinstance(type_, String) else _SQL.fullmatch(value)


def _where_null(op, order, dialect):
    sql = order.backfill
    if not sql:
        value = order.default
        sql = value if _is_sql(value, op.existing_type) else "'{}'".format(value.replace("'", "''"))
    said = _update(op, op.column_name, sql, dialect)
    if said == sql:
        return said
    return f"{said} WHERE {quoted(dialect.identifier_preparer, op.column_name)} IS NULL"


def _update(op, column, sql, dialect):
    if _UPDATE.match(sql):
        return sql
    preparer = dialect.identifier_preparer
    schema = f"{preparer.quote_schema(op.schema)}." if op.schema else ""
    return f"UPDATE {schema}{quoted(preparer, op.table_name)} SET {quoted(preparer, column)} = {sql}"
