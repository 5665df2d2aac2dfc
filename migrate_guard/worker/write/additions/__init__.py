"""What autogenerate does not write: one module per family of dialects, each with write(turn, steps)."""

from importlib import import_module
from typing import Any, Dict, List, Tuple

from migrate_guard.protocol.dialects import family
from migrate_guard.worker.write.additions.code import Code, Steps
from migrate_guard.worker.write.additions.turn import Turn, models_tables


def add(upgrade, downgrade, changes, history, models, database):
    """Put ``changes`` (protocol.Change) of one database into the operations of both directions.

    ``history`` and ``models`` are what each side describes, ``database`` is a passes.Comparison.
    """
    tables = models_tables(database.options["target_metadata"])
    module = import_module(f"{__name__}.{family(database.dialect.name)}")
    there = _grouped((change.history, change.models, change.attribute) for change in changes)
    back = _grouped((change.models, change.history, change.attribute) for change in changes)
    for turn in (
        Turn(there, history, models, upgrade.ops, database, tables, True),
        Turn(back, models, history, downgrade.ops, database, tables, False),
    ):
        steps = Steps()
        module.write(turn, steps)
        steps.put_around(turn.operations)


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
