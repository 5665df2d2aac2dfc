"""Renames, done on the judged database as a revision would do them, so that the next comparison begins with them."""

import re

from alembic.operations import Operations
from sqlalchemy.exc import SQLAlchemyError

from migrate_guard.protocol.dialects import family
from migrate_guard.protocol.messages import Rename
from migrate_guard.worker.basis import compat
from migrate_guard.worker.basis.escapes import escaped, quoted
from migrate_guard.worker.basis.failures import CannotCheck
from migrate_guard.worker.compare.rename_step import RenameStep

_CONSTRAINTS = ("unique constraint", "foreign key", "check constraint", "primary key", "exclusion constraint")
_BY_HAND = "The database itself refuses. Take what is in the way out in a revision of its own, rename, and put it back."
_LONGEST = 63  # what PostgreSQL keeps of a name
# The sequences that belong to columns of a table: their names, and the columns'
_OWNED = """
SELECT s.relname, a.attname FROM pg_depend d
JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
    AND d.refobjid = to_regclass('{}')
ORDER BY s.relname
"""


class Renames:
    """Those that were ordered so far, by the URL of their database. ``waiting``: some are to be performed."""

    def __init__(self):
        self.waiting = False
        self._ordered = {}
        self._made = {}

    def order(self, renames, names, schemas):
        """``names`` maps URLs to what the databases are called, ``schemas`` to the default schemas they were seen with."""
        self.waiting = True
        self._ordered = {
            url: [(rename, schemas[url]) for rename in renames if rename.database == name]
            for url, name in names.items()
        }

    def perform(self, migration_context):
        """What was ordered last, in the session of env.py's own, as a step of a migration."""
        url = compat.url_text(migration_context.connection.engine.url)
        self.waiting = False
        done = []
        with migration_context.begin_transaction(_per_migration=True):
            for rename, schemas in self._ordered.get(url, ()):
                done += _performed(rename, schemas, migration_context)
        known = self._made.setdefault(url, [])
        told = [step.to_diff_tuple() for step in known]
        known += [step for step in done if step.to_diff_tuple() not in told]

    def draft(self, migration_context, revision, scripts):
        """Put all that were done into the revision that ``scripts`` drafts: before the rest, taken back after it."""
        made = self._made.get(compat.url_text(migration_context.connection.engine.url), ())
        script = scripts[-1]
        script.upgrade_ops_list[-1].ops[:0] = made
        script.downgrade_ops_list[-1].ops += [step.reverse() for step in reversed(made)]


def outermost(context):
    """Whatever else was put into the scripts of ``context`` (RevisionContext) begins with what is renamed."""
    for script in context.generated_revisions:
        for upgrade_ops, downgrade_ops in zip(script.upgrade_ops_list, script.downgrade_ops_list):
            upgrade_ops.ops.sort(key=lambda op: not isinstance(op, RenameStep))
            downgrade_ops.ops.sort(
                key=lambda op: 2 if getattr(op, "is_late", False) else isinstance(op, RenameStep)
            )


def _performed(rename, schemas, migration_context):
    operations = Operations(migration_context)
    for step in _steps(rename, schemas, migration_context.connection):
        try:
            step.perform(operations)
        except SQLAlchemyError as error:
            said = str(getattr(error, "orig", None) or error)
            table = f"{rename.table}." if rename.kind == "column" else ""
            raise CannotCheck(
                f"renaming {rename.kind} {table}{rename.old} to {rename.new}", said, _BY_HAND
            ) from error
        yield step


def _steps(rename, schemas, connection):
    """Lazily: each is to be performed before the next one is made. Nothing where the dialect has no word for it."""
    namer = _Namer(connection, schemas)
    dialect = family(connection.dialect.name)
    if rename.kind == "table":
        yield from _table(rename, namer, dialect)
    elif rename.kind == "column":
        yield from _column(rename, namer, dialect)
    elif dialect == "postgresql" and rename.kind == "index":
        yield namer.step(
            rename, lambda old, new: f"ALTER INDEX {namer.beside(rename.table)}{old} RENAME TO {new}"
        )
    elif dialect == "postgresql" and rename.kind in _CONSTRAINTS:
        yield namer.altering(rename, lambda old, new: f"RENAME CONSTRAINT {old} TO {new}")
    elif dialect == "mysql" and rename.kind == "index":
        yield namer.altering(rename, lambda old, new: f"RENAME INDEX {old} TO {new}")
    elif dialect == "mysql" and rename.kind in ("foreign key", "check constraint"):
        yield from namer.made_anew(rename)


def _table(rename, namer, dialect):
    schema, old = namer.parts(rename.old)
    _, new = namer.parts(rename.new)
    options = {"schema": schema} if schema else {}
    yield RenameStep(("rename_table", (old, new), options), ("rename_table", (new, old), options))
    if dialect == "postgresql":
        yield from namer.sequences(rename.new, lambda column: (f"{old}_{column}", f"{new}_{column}"))


def _column(rename, namer, dialect):
    schema, table = namer.parts(rename.table)
    if dialect == "mysql":  # Alembic would state the whole column anew, and lose what it does not know of
        yield namer.altering(rename, lambda old, new: f"RENAME COLUMN {old} TO {new}")
        return
    options = {"schema": schema} if schema else {}
    yield RenameStep(
        ("alter_column", (table, rename.old), {"new_column_name": rename.new, **options}),
        ("alter_column", (table, rename.new), {"new_column_name": rename.old, **options}),
    )
    if dialect == "postgresql":
        stems = {rename.new: (f"{table}_{rename.old}", f"{table}_{rename.new}")}
        yield from namer.sequences(rename.table, stems.get)


def _executed(statement, back):
    return RenameStep(("execute", (escaped(statement),), {}), ("execute", (escaped(back),), {}))


class _Namer:
    """Names as a revision writes them: without the schema that the session finds by itself."""

    def __init__(self, connection, schemas):
        self._connection, self._schemas = connection, schemas
        self._preparer = connection.dialect.identifier_preparer

    def parts(self, name):
        """(schema or None, name) of one of a description."""
        schema, _, own = name.rpartition(".")
        return (None if schema in self._schemas else schema or None), own

    def beside(self, table):
        """The schema of ``table`` as it stands before a name."""
        schema, _ = self.parts(table)
        return f"{self._preparer.quote_schema(schema)}." if schema else ""

    def quoted(self, table):
        return self.beside(table) + quoted(self._preparer, self.parts(table)[1])

    def altering(self, rename, change):
        return self.step(
            rename, lambda old, new: f"ALTER TABLE {self.quoted(rename.table)} {change(old, new)}"
        )

    def step(self, rename, statement):
        """``statement`` makes one of the quoted names, the old and the new."""
        names = [quoted(self._preparer, name) for name in (rename.old, rename.new)]
        return _executed(statement(*names), statement(*reversed(names)))

    def made_anew(self, rename):
        """MySQL renames no constraint. In two statements: within one, InnoDB may take both for the same."""
        statement = f"SHOW CREATE TABLE {self.quoted(rename.table)}"
        (_, text, *_) = compat.aside(self._connection).exec_driver_sql(statement).fetchone()
        name = self._preparer.quote_identifier(rename.old).replace("%%", "%")
        found = re.search(rf"^ +CONSTRAINT {re.escape(name)} (.+?),?$", text, re.M)
        if found:  # else it stands with its column, and has no name of its own
            table = f"ALTER TABLE {self.quoted(rename.table)}"
            old, new = (quoted(self._preparer, name) for name in (rename.old, rename.new))
            yield _executed(f"{table} DROP CONSTRAINT {old}", f"{table} ADD CONSTRAINT {old} {found[1]}")
            yield _executed(f"{table} ADD CONSTRAINT {new} {found[1]}", f"{table} DROP CONSTRAINT {new}")

    def sequences(self, table, stems):
        """Those of serial and identity columns. A name that somebody chose stays.

        ``stems`` gives the old and the new beginning of the sequence's name by the name of the column, or None.
        """
        place = self.quoted(table).replace("'", "''")
        aside = compat.aside(self._connection)
        for sequence, column in aside.exec_driver_sql(_OWNED.format(place)).fetchall():
            old, new = (f"{stem}_seq" for stem in stems(column) or ("", ""))
            if sequence == old and len(new.encode()) <= _LONGEST:
                yield self.step(
                    Rename("", "sequence", table, old, new),
                    lambda old, new: f"ALTER SEQUENCE {self.beside(table)}{old} RENAME TO {new}",
                )
