"""What autogenerate does not write: one module per family of dialects, each with write(turn, steps)."""

from importlib import import_module
from typing import Any, Dict, List, Tuple

from migrate_guard.protocol.dialects import family
from migrate_guard.worker.compare.rename_step import RenameStep
from migrate_guard.worker.write import order
from migrate_guard.worker.write.additions import cycles, state
from migrate_guard.worker.write.additions.code import Code, Steps
from migrate_guard.worker.write.additions.turn import Turn, models_tables


def add(upgrade, downgrade, changes, history, models, database):
    """Put ``changes`` (protocol.Change) of one database into the operations of both directions.

    ``history`` and ``models`` are what each side describes, ``database`` is a passes.Comparison. Returns whether an
    operation that nobody here knows has another one before it, or after it, than in the draft.
    """
    tables = models_tables(database.options["target_metadata"])
    module = import_module(f"{__name__}.{family(database.dialect.name)}")
    there = _grouped((change.history, change.models, change.attribute) for change in changes)
    back = _grouped((change.models, change.history, change.attribute) for change in changes)
    drafted = Turn(there, history, models, upgrade.ops, database, tables, True)
    after = module.composed(state.upgraded(drafted, changes), history, models)
    crossed = False
    for turn in (
        Turn(there, history, after, upgrade.ops, database, tables, True),
        Turn(back, after, history, downgrade.ops, database, tables, False),
    ):
        renames = [op for op in turn.operations if isinstance(op, RenameStep)]
        turn.operations[:] = [op for op in turn.operations if not isinstance(op, RenameStep)]
        if module.SPLITS:
            cycles.break_up(turn)
        steps = Steps()
        turn.changes = [change for change in turn.changes if not _goes_along(turn, *change)]
        module.write(turn, steps)
        steps.put_around(turn.operations)
        crossed = order.arrange(turn.operations, turn, module.SPLITS) or crossed
        steps.enclose(turn.operations)
        for op in turn.operations:
            op.is_late = bool(renames) and not turn.is_upgrade and module.is_named_late(op)
        turn.operations[:] = [*renames, *turn.operations]  # where they go is decided for all together
    return crossed


def _goes_along(turn, old, new, attributes):
    """Whether it is gone with its table."""
    one = new or old
    there = turn.find("table", one.table, one.table) or turn.find("view", "", one.table)
    return not turn.is_upgrade and bool(one.table) and there is None and (new is None or one.kind == "table")


def uncertain(scripts):
    """What the draft leaves to be decided, in words."""
    return [
        op.uncertain
        for script in scripts
        for part in script.upgrade_ops_list
        for op in part.ops
        if isinstance(op, Code) and op.uncertain
    ]


def _grouped(changes):
    """(old, new, attributes) of each object once."""
    groups: Dict[tuple, Tuple[Any, Any, List[str]]] = {}
    for old, new, attribute in changes:
        sides = tuple(one and (one.kind, one.table, one.name) for one in (old, new))
        groups.setdefault(sides, (old, new, []))[2].append(attribute)
    return list(groups.values())
