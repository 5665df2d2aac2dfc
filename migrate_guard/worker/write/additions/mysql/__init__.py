"""What autogenerate does not write, on MySQL and MariaDB."""

from alembic.operations import ops

from migrate_guard.worker.compare.operations import flat
from migrate_guard.worker.write.additions import aside
from migrate_guard.worker.write.additions.mysql import columns, keys, schema_objects, tables, values
from migrate_guard.worker.write.effects import MAKE

_KINDS = {
    "table": tables.write,
    "primary key": tables.write_primary_key,
    "check constraint": keys.write_constraint,
    "foreign key": keys.write_constraint,
    "index": keys.write_index,
    "view": schema_objects.write_view,
    "trigger": schema_objects.write_trigger,
    "function": schema_objects.write_function,
    "sequence": schema_objects.write_sequence,
}

# Whether the operations on one table may stand apart
SPLITS = True


def composed(after, history, models):
    """Only SQLite keeps texts of tables."""
    return after


def is_named_late(op):
    """Whether ``op``, of a downgrade, says names that are back only after what was renamed: a view keeps those of then."""
    return any(one.action == MAKE and one.known[0] == "view" for one in getattr(op, "effects", ()))


def write(turn, steps):
    """All changes of ``turn`` (Turn) into ``steps``."""
    _leave_to_tables(turn)
    values.write(turn, steps)
    changed = {
        (new.table, new.name): new for old, new, _ in turn.changes if new and old and new.kind == "column"
    }
    changed.update(_altered(turn))
    for old, new, attributes in turn.changes:
        kind = (new or old).kind
        if kind == "check constraint" and columns.is_of_column(turn, new or old):
            one = new or old
            changed[one.table, one.name] = turn.find("column", one.table, one.name)
        elif kind in _KINDS:
            steps.about(old, new)
            _KINDS[kind](turn, steps, old, new, attributes)
    for column in changed.values():
        old = turn.find("column", column.table, column.name, old=True)
        steps.about(old, column)
        columns.write(turn, steps, old, column)
    aside.take(turn, steps, [*turn.operations, *steps.all], keys.is_blocked, keys.drop, keys.add)


def _leave_to_tables(turn):
    """An index goes along with its table: by itself a foreign key may hold it (1553)."""
    dropped = {
        turn.full(op.table_name, op.schema) for op in turn.operations if isinstance(op, ops.DropTableOp)
    }
    gone = [
        op
        for op in flat(turn.operations)
        if isinstance(op, ops.DropIndexOp) and turn.full(op.table_name, op.schema) in dropped
    ]
    turn.leave_out(gone)


def _altered(turn):
    """Columns that Alembic alters without saying all that they are."""
    for op in flat(turn.operations):
        if isinstance(op, ops.AlterColumnOp):
            column = turn.find("column", op.table_name, op.column_name)
            if column and (
                columns.check_of(turn, column)
                or column.attributes["generated"]
                or "on update" in column.attributes["extra"].lower()
            ):
                yield (column.table, column.name), column
