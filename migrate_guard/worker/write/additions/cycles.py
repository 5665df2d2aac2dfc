"""Tables that refer to each other: such foreign keys come after all of them, and go before."""

from typing import Dict, Set

from alembic.operations import ops
from sqlalchemy import ForeignKeyConstraint

from migrate_guard.worker.compare.leaning import Side


def break_up(turn):
    """Take foreign keys that cannot stand in a CREATE TABLE out of those of ``turn``, and drop them before the tables."""
    _made(turn)
    _dropped(turn)


def _made(turn):
    created = {
        turn.full(op.table_name, op.schema): op for op in turn.operations if isinstance(op, ops.CreateTableOp)
    }
    keys = _keys(Side(turn.new), created)
    late = [(table, key) for table, key in keys if _is_late(created[table], key)]
    if _in_circles([one for one in keys if one not in late]):
        late = list(dict.fromkeys([*late, *_in_circles(keys)]))
    after = []
    for table, key in late:
        op = created[table]
        constraint = _constraint(op, key)
        if constraint is None:
            continue
        op.columns = [one for one in op.columns if one is not constraint]
        made = ops.CreateForeignKeyOp.from_constraint(constraint)
        made.constraint_name = made.constraint_name or key.name
        made.kw.pop("use_alter", None)
        after.append(ops.ModifyTableOps(op.table_name, [made], schema=op.schema))
    if after:
        last = max(at for at, op in enumerate(turn.operations) if isinstance(op, ops.CreateTableOp))
        turn.operations[last + 1 : last + 1] = after


def _dropped(turn):
    dropped = {
        turn.full(op.table_name, op.schema): op for op in turn.operations if isinstance(op, ops.DropTableOp)
    }
    before = []
    for table, key in _in_circles(_keys(Side(turn.old), dropped)):
        op = dropped[table]
        gone = ops.DropConstraintOp(key.name, op.table_name, type_="foreignkey", schema=op.schema)
        before.append(ops.ModifyTableOps(op.table_name, [gone], schema=op.schema))
    turn.operations[:0] = before


def _keys(side, tables):
    """Pairs (table, Key) of foreign keys between ``tables``; one to the table itself is no matter."""
    return [
        (name, key)
        for name in tables
        if name in side.shape.tables
        for key in side.shape.tables[name].keys
        if key.table in tables and key.table != name
    ]


def _in_circles(keys):
    """Those that lead back to where they start."""
    leads: Dict[str, Set[str]] = {}
    for table, key in keys:
        leads.setdefault(table, set()).add(key.table)

    def reached(start):
        seen, waiting = set(), [start]
        while waiting:
            for one in leads.get(waiting.pop(), ()):
                if one not in seen:
                    seen.add(one)
                    waiting.append(one)
        return seen

    return [(table, key) for table, key in keys if table in reached(key.table)]


def _is_late(op, key):
    constraint = _constraint(op, key)
    return constraint is not None and constraint.use_alter


def _constraint(op, key):
    """That of the models which became ``key``."""
    for one in op.columns:
        if isinstance(one, ForeignKeyConstraint):
            columns = [element.parent.name for element in one.elements]
            named = one.name is None or str(one.name) == key.name
            if [name.lower() for name in columns] == [name.lower() for name in key.columns] and named:
                return one
    return None
