"""New NOT NULL columns of tables that may hold rows: the column comes, the rows get a value, then it is required."""

import re

from alembic.operations import ops
from sqlalchemy import text
from sqlalchemy.schema import DefaultClause
from sqlalchemy.types import String, TypeDecorator

from migrate_guard.worker import compat
from migrate_guard.worker.escapes import escaped, quoted

_UPDATE = re.compile(r"update\s", re.I)
# What is SQL where a column does not hold text: numbers, words of SQL's own, calls, literals with their quotes
_SQL = re.compile(r"[-+]?[\d.]+(e[-+]?\d+)?|true|false|current_\w+|.*\(.*\).*|\w*'.*'(::.*)?", re.I | re.S)
_QUOTED = re.compile(r"'.*'", re.S)


class FilledColumn(ops.AddColumnOp):
    """One whose rows get a value before anything else is done to its table."""


def fill(context, op, order, dialect):
    """Put what ``order`` (Fill) says around ``op``, an AddColumnOp of what ``context`` (RevisionContext) drafts."""
    for script in context.generated_revisions:
        for upgrade_ops in script.upgrade_ops_list:
            _replace(upgrade_ops, op, order, dialect)


def _replace(container, op, order, dialect):
    """What has to follow ``container``, where ``op`` was in it."""
    for at, one in enumerate(container.ops):
        if one is op:
            added, following = _expanded(op, order, dialect)
            container.ops[at] = added
            if isinstance(container, ops.ModifyTableOps):  # within one batch everything happens at once
                return following
        else:
            following = _replace(one, op, order, dialect) if isinstance(one, ops.OpContainer) else []
        container.ops[at + 1 : at + 1] = following
    return []


def _expanded(op, order, dialect):
    """(the operation that adds the column, those that follow once it is there)."""
    column = compat.copied(op.column)
    known = {"existing_type": column.type, "schema": op.schema}
    if column.comment:
        known["existing_comment"] = column.comment
    if order.default:
        column.server_default = DefaultClause(_default(order.default, column.type))
        change = {"modify_server_default": None, "existing_nullable": False}
        update = []
    else:
        column.nullable = True
        change = {"modify_nullable": False}
        update = [ops.ExecuteSQLOp(escaped(_update(op, order.backfill, dialect)))]
    added = FilledColumn(op.table_name, column, schema=op.schema)
    alter = ops.AlterColumnOp(op.table_name, column.name, **change, **known)
    return added, [*update, ops.ModifyTableOps(op.table_name, [alter], schema=op.schema)]


def _default(value, type_):
    while isinstance(type_, TypeDecorator):
        type_ = type_.impl
    is_sql = _QUOTED.fullmatch(value) if isinstance(type_, String) else _SQL.fullmatch(value)
    return text(escaped(value)) if is_sql else value


def _update(op, sql, dialect):
    if _UPDATE.match(sql):
        return sql
    preparer = dialect.identifier_preparer
    schema = f"{preparer.quote_schema(op.schema)}." if op.schema else ""
    return f"UPDATE {schema}{quoted(preparer, op.table_name)} SET {quoted(preparer, op.column.name)} = {sql}"
