"""The same schema as ``metadata.create_all()`` makes, by the ALTERs and batch operations of a history."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint

BEGUN = "begun_as_"
SQLITE, POSTGRESQL = "sqlite", "postgresql"


def alter(metadata):
    bind = op.get_bind()
    dialect = bind.dialect.name
    for sequence in metadata._sequences.values():
        bind.execute(sa.schema.CreateSequence(sa.Sequence(sequence.name, increment=7)))
        op.execute(f"ALTER SEQUENCE {sequence.name} INCREMENT BY {sequence.increment or 1}")
    if dialect == POSTGRESQL:
        _types(metadata, bind)
    for table in metadata.sorted_tables:
        if table.kwargs or table._prefixes:
            raise NotImplementedError(f"no ALTER is known for the options of {table.name}")
        _begin(table)
        op.rename_table(BEGUN + table.name, table.name)
        columns = _add_columns(table)
        # PostgreSQL writes constraints and indexes down anew when it alters their columns.
        late = dialect == POSTGRESQL and not any(column.computed is not None for column in table.columns)
        if not late:
            _alter_columns(table, columns)
        _constraints(table, dialect)
        for index in sorted(table.indexes, key=lambda index: index.name):
            parts = [part.name if isinstance(part, sa.Column) else part for part in index.expressions]
            op.create_index(index.name, table.name, parts, unique=index.unique, **index.kwargs)
        if late:
            _alter_columns(table, columns)
        if table.comment:
            op.create_table_comment(table.name, "another")
            op.create_table_comment(table.name, table.comment, existing_comment="another")
    metadata.dispatch.after_create(metadata, bind)


def _begin(table):
    """With nothing but a primary key of one column, under another name."""
    first = next(iter(table.primary_key))
    counts = table.autoincrement_column is first
    op.create_table(
        BEGUN + table.name, sa.Column(first.name, first.type, primary_key=True, autoincrement=counts)
    )


def _types(metadata, bind):
    types = {column.type for table in metadata.sorted_tables for column in table.columns}
    for type_ in types:
        if isinstance(type_, sa.Enum) and type_.native_enum:
            first, *more = type_.enums
            # each before the last one, so that they sort otherwise than they were made
            op.execute(f"CREATE TYPE {type_.name} AS ENUM ('{more[-1]}')")
            for value in [first, *more[:-1]]:
                op.execute(f"ALTER TYPE {type_.name} ADD VALUE '{value}' BEFORE '{more[-1]}'")
        elif isinstance(type_, postgresql.DOMAIN):
            op.execute(f"CREATE DOMAIN {type_.name} AS {type_.data_type.compile(bind.dialect)}")
            if type_.check is not None:
                op.execute(f"ALTER DOMAIN {type_.name} ADD CHECK ({type_.check})")


def _another(type_):
    """What the column may have been before."""
    kind = type(type_)
    if kind is sa.String:
        return sa.Text() if op.get_bind().dialect.name == POSTGRESQL else sa.String(type_.length + 5)
    if kind is sa.Text:
        return sa.String(50)
    if kind is sa.Integer:
        return sa.SmallInteger()
    if kind is sa.Numeric and type_.precision:
        return sa.Numeric(type_.precision - 1, type_.scale)
    return type_


def _add_columns(table):
    """Of another name and type than they are to have, nullable; [(column, what was added)]."""
    first = next(iter(table.primary_key))
    made = []
    for column in table.columns:
        if column is first or column.computed is not None:
            continue
        default = column.server_default.arg if column.identity is None and column.server_default else None
        added = sa.Column(BEGUN + column.name, _another(column.type), server_default=default)
        op.add_column(table.name, added)
        said = {"existing_type": added.type, "existing_server_default": added.server_default}
        with op.batch_alter_table(table.name) as batch:
            batch.alter_column(added.name, new_column_name=column.name, existing_nullable=True, **said)
        made.append((column, said))
    return made


def _alter_columns(table, columns):
    for column, said in columns:
        changes = {"type_": column.type} if column.type is not said["existing_type"] else {}
        if column.comment:
            changes["comment"] = column.comment
        with op.batch_alter_table(table.name) as batch:
            batch.alter_column(column.name, nullable=column.nullable, **said, **changes)
        if column.identity is not None:
            identity = sa.Identity(always=column.identity.always)
            op.alter_column(table.name, column.name, server_default=identity)


def _constraints(table, dialect):
    """And generated columns, all in one batch: on SQLite the next one would lose the CHECKs, and fill the columns."""
    found = [*table.constraints, *(one for column in table.columns for one in column.constraints)]
    found = [one for one in found if not (getattr(one, "_type_bound", False) and dialect != SQLITE)]
    # a batch has a call for each that has a name
    unnamed = [one for one in found if isinstance(one, (CheckConstraint, UniqueConstraint)) and not isinstance(one.name, str)] if dialect == SQLITE else []
    with op.batch_alter_table(table.name, table_args=[_copy(one) for one in unnamed], recreate="always" if dialect == SQLITE else "auto") as batch:
        for column in table.columns:
            if column.computed is not None:
                batch.add_column(sa.Column(column.name, column.type, _generated(column)))
        for constraint in found:
            columns = [column.name for column in getattr(constraint, "columns", ())]
            if isinstance(constraint, PrimaryKeyConstraint):
                if len(columns) > 1:
                    _key(batch, table, columns, dialect)
            elif constraint in unnamed:
                continue
            elif isinstance(constraint, UniqueConstraint):
                batch.create_unique_constraint(constraint.name, columns, **constraint.kwargs)
            elif isinstance(constraint, ForeignKeyConstraint):
                theirs = [element.column.name for element in constraint.elements]
                batch.create_foreign_key(constraint.name or ("fk" if dialect == SQLITE else None), constraint.referred_table.name, columns, theirs)
            elif isinstance(constraint, CheckConstraint):
                batch.create_check_constraint(constraint.name, constraint.sqltext)
            elif isinstance(constraint, postgresql.ExcludeConstraint):
                parts = [(column, operator) for column, _, operator in constraint._render_exprs]
                batch.create_exclude_constraint(constraint.name, *parts)


def _generated(column):
    return sa.Computed(column.computed.sqltext, column.computed.persisted)


def _key(batch, table, columns, dialect):
    if dialect != SQLITE:
        batch.drop_constraint(f"{BEGUN}{table.name}_pkey", type_="primary")
    batch.create_primary_key("pk", columns)


def _copy(constraint):
    if isinstance(constraint, CheckConstraint):
        return CheckConstraint(str(constraint.sqltext))
    return UniqueConstraint(*[column.name for column in constraint.columns])
