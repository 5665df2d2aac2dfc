"""The objects that Alembic's operations are about, named as a database names its own (protocol.DatabaseObject)."""

from alembic.operations import ops

from migrate_guard.worker.basis import compat

_CONSTRAINTS = {
    "unique_constraint": "unique constraint",
    "unique": "unique constraint",
    "foreign_key_constraint": "foreign key",
    "foreignkey": "foreign key",
    "check_constraint": "check constraint",
    "column_check_constraint": "check constraint",
    "table_or_column_check_constraint": "check constraint",
    "check": "check constraint",
    "primary_key_constraint": "primary key",
    "primary": "primary key",
    "exclude_constraint": "exclusion constraint",
}


def of(op, default):
    """(kind, table, name) of what ``op`` is about; None where it is no operation of Alembic's own.

    ``default`` is what default_schema() said while the database was compared.
    """
    if isinstance(op, (ops.CreateTableOp, ops.DropTableOp, ops.CreateTableCommentOp, ops.DropTableCommentOp)):
        table = qualified(op.table_name, op.schema, default)
        return "table", table, table
    if isinstance(op, ops.AddColumnOp):
        return "column", qualified(op.table_name, op.schema, default), op.column.name
    if isinstance(op, (ops.DropColumnOp, ops.AlterColumnOp)):
        return "column", qualified(op.table_name, op.schema, default), op.column_name
    if isinstance(op, (ops.CreateIndexOp, ops.DropIndexOp)):
        return "index", qualified(op.table_name, op.schema, default), str(op.index_name or "")
    if isinstance(op, ops.AddConstraintOp):
        constraint = op.to_constraint()
        kind = _CONSTRAINTS.get(constraint.__visit_name__)
        table = qualified(constraint.table.name, constraint.table.schema, default)
        return kind and (kind, table, str(constraint.name or ""))
    if isinstance(op, ops.DropConstraintOp):
        kind = _CONSTRAINTS.get(op.constraint_type or "")
        return kind and (kind, qualified(op.table_name, op.schema, default), str(op.constraint_name or ""))
    return None


def content(op):
    """The definition of a constraint without a name; "" for all else, and where it cannot be told."""
    if not isinstance(op, (ops.AddConstraintOp, ops.DropConstraintOp)):
        return ""
    try:
        constraint = op.to_constraint()
    except ValueError:  # of an operation that does not know what it drops
        return ""
    if constraint.name:
        return ""
    columns = [column.name for column in getattr(constraint, "columns", ())]
    return f"({', '.join(columns)})" if columns else str(getattr(constraint, "sqltext", ""))


def default_schema(connection):
    """The schema that the database's description writes before a table's name; "" where it writes none."""
    if connection.dialect.name != "postgresql":
        return ""
    translated = connection.get_execution_options().get("schema_translate_map", {}).get(None)
    return (
        translated or compat.aside(connection).exec_driver_sql("SELECT current_schema()").fetchone()[0] or ""
    )


def qualified(table, schema, default):
    """As the database's description names it."""
    schema = schema or default
    return f"{schema}.{table}" if schema else str(table)


def attributes(op):
    """What of the object ``op`` changes, [""] for all of it."""
    if not isinstance(op, ops.AlterColumnOp):
        comment = isinstance(op, (ops.CreateTableCommentOp, ops.DropTableCommentOp))
        return ["comment"] if comment else [""]
    changes = (
        ("type", op.modify_type is not None),
        ("nullable", op.modify_nullable is not None),
        ("default", op.modify_server_default is not False),
        ("comment", op.modify_comment is not False),
        ("name", op.modify_name is not None),
    )
    return [name for name, changed in changes if changed]
