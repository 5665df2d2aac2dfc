"""SQLite alters little: a table is made anew, as its text says, and takes the rows of the old one."""

import re

from alembic.operations import ops

from migrate_guard.worker.compare.operations import flat
from migrate_guard.worker.compare.shape import says
from migrate_guard.worker.write.additions import sqlite_texts
from migrate_guard.worker.write.additions.code import Code, Comment, execute, undecided
from migrate_guard.worker.write.fills import FilledColumn

_ALTERS = (ops.AlterColumnOp, ops.AddConstraintOp, ops.DropConstraintOp)
_OF_TABLE = {"table", "column", "check constraint", "primary key", "unique constraint", "foreign key"}
_HEAD = re.compile(r"""CREATE TABLE\s+(?:"(?:[^"]|"")*"|\[[^]]*\]|`[^`]*`|'[^']*'|[^\s(]+)\s*""", re.I)

# Whether the operations on one table may stand apart
SPLITS = False


def composed(after, history, models):
    """See sqlite_texts."""
    return sqlite_texts.composed(after, history, models)


def is_named_late(op):
    """Whether ``op``, of a downgrade, says names that are back only after what was renamed."""
    return False


def write(turn, steps):
    """All changes of ``turn`` (Turn) into ``steps``."""
    anew = {one.name for one in turn.new if one.kind == "table" and _has_to_be_made(turn, one)}
    for name in sorted(anew):
        _make_anew(turn, steps, name)
    for old, new, _ in turn.changes:
        one = new or old
        if one.kind in ("index", "trigger", "view") and not (one.kind == "index" and one.table in anew):
            steps.about(old, new)
            if old:
                steps.before(one.kind, execute(f"DROP {one.kind.upper()} {_named(turn, old)}"))
            if new:
                steps.after(one.kind, _made(turn, new))
    made = _made_by_batches(turn)
    if any(says(one.text, name) for name in made for one in (*turn.old, *turn.new) if one.kind == "view"):
        # Else it looks into views, which read a table that is not there for the moment.
        steps.around(execute("PRAGMA legacy_alter_table=ON"), execute("PRAGMA legacy_alter_table=OFF"))
    referred = sorted(name for name in {*anew, *made} if _is_referred(turn, name))
    if referred and turn.database.foreign_keys:
        steps.around(*_without_foreign_keys(referred))


def _made_by_batches(turn):
    """The tables that Alembic's batches make anew."""
    return {
        _table_of(turn, op) for op in flat(turn.operations) if isinstance(op, (*_ALTERS, ops.DropColumnOp))
    }


def _is_referred(turn, table):
    said = f"REFERENCES {table.rpartition('.')[2].lower()} ("
    return any(
        one.kind == "foreign key" and said in one.attributes["definition"] for one in (*turn.old, *turn.new)
    )


def _without_foreign_keys(tables):
    """(what comes before all else, what comes after it)."""
    connection = "{op}get_bind().connection.commit()"
    heeded = "SQLite still heeds foreign keys: with {} go the rows that refer to it".format(", ".join(tables))
    off = Code(
        "# A table that SQLite drops takes the rows along that refer to it. In a transaction the next line but one does nothing.",
        connection,
        '{op}execute("PRAGMA foreign_keys=OFF")',
        'if {op}get_bind().exec_driver_sql("PRAGMA foreign_keys").scalar():',
        f"    raise RuntimeError({heeded!r})",
    )
    return off, Code(connection, '{op}execute("PRAGMA foreign_keys=ON")')


def _has_to_be_made(turn, table):
    if not turn.find("table", table.table, table.name, old=True):
        return False
    if any(
        (new or old).kind in _OF_TABLE and (new or old).table == table.name for old, new, _ in turn.changes
    ):
        return True
    alters = any(isinstance(op, _ALTERS) for op in _operations(turn, table.name))
    return alters and any(_is_lost_in_batch(one, table.name) for one in (*turn.old, *turn.new))


def _is_lost_in_batch(one, table):
    """Alembic's batch makes the table anew from what SQLAlchemy's reflection tells, and that is not all."""
    if one.table != table:
        return False
    said = one.attributes
    return one.kind in ("check constraint", "trigger") or any(
        said.get(attribute) for attribute in ("options", "autoincrement", "generated", "collation")
    )


def _operations(turn, table):
    return [op for op in flat(turn.operations) if _table_of(turn, op) == table]


def _table_of(turn, op):
    if isinstance(op, ops.CreateForeignKeyOp):
        return turn.full(op.source_table, op.kw.get("source_schema"))
    name = getattr(op, "table_name", None)
    return name and turn.full(name, op.schema)


def _make_anew(turn, steps, name):
    steps.about(turn.find("table", name, name, old=True), turn.find("table", name, name))
    dropped = _take_over(turn, name)
    old, new = (turn.find("table", name, name, old=side) for side in (True, False))
    before, now = (_columns(side, name) for side in (turn.old, turn.new))
    kept = [column for key, column in before.items() if key not in now and key not in dropped]
    head = _HEAD.match(new.text)
    if kept or not head:
        names = ", ".join(one.name for one in kept)
        what = f"what becomes of {names}, which only the history has" if kept else "how it is altered"
        steps.after("table", undecided(f"table {name} has to be made anew, with its rows: {what}"))
        return
    schema, _, table = name.rpartition(".")
    aside = ".".join(map(turn.quoted, filter(None, (schema, f"_alembic_tmp_{table}"))))
    there = {*before, *_filled(turn, name)}
    columns = [one.name for key, one in now.items() if key in there and not one.attributes["generated"]]
    said = ", ".join(map(turn.quoted, columns))
    statements = [f"CREATE TABLE {aside} {new.text[head.end() :]}"]
    if columns:
        statements.append(f"INSERT INTO {aside} ({said})\nSELECT {said} FROM {turn.name(name)}")
    if old.attributes["autoincrement"] and new.attributes["autoincrement"]:
        statements += _count_on(table)
    statements += [
        f"DROP TABLE {turn.name(name)}",
        # else it looks into views and triggers, which speak of a table that is not there for the moment
        "PRAGMA legacy_alter_table=ON",
        f"ALTER TABLE {aside} RENAME TO {turn.quoted(table)}",
        "PRAGMA legacy_alter_table=OFF",
    ]
    steps.after("table", Comment(f"SQLite cannot alter {table} in place: it is made anew, with its rows."))
    for statement in statements:
        steps.after("table", execute(statement))
    for one in _belonging(turn, name):
        steps.after("table", _made(turn, one))


def _take_over(turn, table):
    """Remove Alembic's own operations on ``table``, but for columns that are there and filled before; the columns that
    they drop.
    """
    own = [op for op in _operations(turn, table) if not isinstance(op, FilledColumn)]
    turn.leave_out(own)
    return {op.column_name.lower() for op in own if isinstance(op, ops.DropColumnOp)}


def _filled(turn, table):
    return [op.column.name.lower() for op in _operations(turn, table) if isinstance(op, FilledColumn)]


def _columns(objects, table):
    return {one.name.lower(): one for one in objects if (one.kind, one.table) == ("column", table)}


def _count_on(table):
    name = table.replace("'", "''")
    return [
        f"DELETE FROM sqlite_sequence WHERE name = '_alembic_tmp_{name}'",
        f"INSERT INTO sqlite_sequence (name, seq)\nSELECT '_alembic_tmp_{name}', seq FROM sqlite_sequence WHERE name = '{name}'",
    ]


def _belonging(turn, table):
    """The indexes of the new table; triggers of both sides, since only revisions may make them, but what changes."""
    changed = [(new or old).name for old, new, _ in turn.changes if (new or old).kind == "trigger"]
    indexes = [one for one in turn.new if one.kind == "index" and one.table == table]
    triggers = {
        one.name: one for one in [*turn.old, *turn.new] if one.kind == "trigger" and one.table == table
    }
    return [*indexes, *(one for name, one in triggers.items() if name not in changed)]


def _made(turn, one):
    own = turn.own_index(one) if one.kind == "index" else None
    return own or execute(one.text)


def _named(turn, one):
    schema = (one.table or one.name).rpartition(".")[0]
    return ".".join(map(turn.quoted, filter(None, (schema, one.name.rpartition(".")[2]))))
