"""One direction of a revision: what there is, what there shall be, and how both are named in its code."""

import re

from alembic.operations import ops
from sqlalchemy import DefaultClause

from migrate_guard.worker.basis import compat
from migrate_guard.worker.compare import objects
from migrate_guard.worker.compare.operations import flat, take_out
from migrate_guard.worker.write.fills import FilledColumn


class Turn:
    """``changes`` are triples (old, new, attributes); ``old`` and ``new`` all that each side describes.

    ``operations`` are Alembic's own of this direction, ``tables`` those of the models.
    """

    def __init__(self, changes, old, new, operations, database, tables, is_upgrade):
        self.changes = changes
        self.old, self.new = old, new
        self.operations = operations
        self.is_upgrade = is_upgrade
        self.database = database
        self._tables = tables
        self.dialect, self._default = database.dialect, database.schema
        self.version = tuple(database.dialect.server_version_info or ())
        self.is_mariadb = getattr(self.dialect, "is_mariadb", False)
        self.quoted = self.dialect.identifier_preparer.quote

    # --- names

    def split(self, full):
        """(name, schema), the schema None where it is the default one."""
        schema, _, name = full.rpartition(".")
        return name, (schema if schema != self._default else "") or None

    def name(self, full):
        """A full name as it is written in SQL."""
        name, schema = self.split(full)
        return ".".join(map(self.quoted, filter(None, (schema, name))))

    def schema_in_front(self, full):
        """The schema of ``full`` as it stands before a name, "" for the default one."""
        schema = self.split(full)[1]
        return f"{self.quoted(schema)}." if schema else ""

    def full(self, name, schema):
        """As the description names ``name`` of Alembic's ``schema``."""
        return objects.qualified(name, schema, self._default)

    def short(self, text):
        """``text`` of the database without the default schema, which is found without its name."""
        if not self._default:
            return text
        pattern = r"('(?:[^']|'')*')|(?<![\w.\"])" + re.escape(self.quoted(self._default)) + r"\."
        return re.sub(pattern, lambda found: found[1] or "", text)

    @staticmethod
    def literal(text):
        """``text`` as a literal of SQL."""
        return "'{}'".format(text.replace("'", "''"))

    def owned(self, column):
        """The sequence that PostgreSQL makes for a column."""
        name = f"{self.split(column.table)[0]}_{column.name}_seq"
        return self.schema_in_front(column.table) + self.quoted(name)

    def take_over(self, table, column, *kinds):
        """Alembic's own operations on ``column`` of these ``kinds``, which leave the draft."""
        found = [
            op
            for op in flat(self.operations)
            if isinstance(op, kinds)
            and self.full(op.table_name, op.schema) == table
            and _column(op) == column
        ]
        self.leave_out(found)
        return found

    def leave_out(self, unwanted):
        """Take the operations ``unwanted`` out of the draft."""
        take_out(self.operations, lambda op: any(op is one for one in unwanted))

    # --- what belongs together

    def find(self, kind, table, name, old=False):
        """The object of the new side, or of the ``old`` one; None where it has none."""
        for one in self.old if old else self.new:
            if (one.kind, one.table, one.name) == (kind, table, name):
                return one
        return None

    def uses(self, enum, value):
        """Whether something of the new schema is made from ``value``, or rows get it."""
        literal = self.literal(value)
        for one in self.new:
            if one.kind == "column":
                default = one.attributes["default"] == literal and one.attributes["type"].startswith(
                    enum.name
                )
            else:
                default = False
            if default or any(f"{literal}::{enum.name}" in text for text in one.attributes.values()):
                return True
        return any(said == value or literal in said for said in self._filled())

    def _filled(self):
        """What Alembic's operations give to rows, as text."""
        for op in flat(self.operations):
            if isinstance(op, ops.ExecuteSQLOp):
                yield str(op.sqltext)
            elif isinstance(op, FilledColumn) and isinstance(op.column.server_default, DefaultClause):
                yield str(op.column.server_default.arg)

    def own_index(self, one):
        """The operation that makes the models' index, None where they have none of this name."""
        for table in self._tables if self.is_upgrade else ():
            if self.full(table.name, table.schema) == one.table:
                for index in table.indexes:
                    if index.name == one.name:
                        return ops.CreateIndexOp.from_index(index)
        return None


def _column(op):
    return op.column.name if isinstance(op, ops.AddColumnOp) else op.column_name


def models_tables(target_metadata):
    """All tables of the models' metadata."""
    return [table for metadata in compat.collections(target_metadata) for table in metadata.tables.values()]
