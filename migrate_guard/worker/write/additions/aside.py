"""What an engine will not alter under is taken out, and put back after it."""

from typing import Dict, NamedTuple, Set

from alembic.operations import ops

from migrate_guard.worker.compare.leaning import Known, Side, known
from migrate_guard.worker.compare.operations import flat
from migrate_guard.worker.write import order
from migrate_guard.worker.write.effects import ALTER, DROP, MAKE


class Change(NamedTuple):
    """What one direction of a revision does: ``retyped`` are columns of another type, ``remade`` what goes and comes again.

    ``gone`` is all that goes, ``come`` all that comes, and ``swapped`` are types that another one takes the place of.
    ``old`` and ``new`` are the two sides.
    """

    retyped: Set[Known]
    remade: Set[Known]
    gone: Set[Known]
    come: Set[Known]
    swapped: Set[Known]
    old: Side
    new: Side


def take(turn, steps, operations, is_blocked, drop, make):
    """Take out, with ``drop(turn, one)``, all that ``is_blocked(one, change)``, and put it back with ``make(turn, one)``.

    ``operations`` are all of this direction so far.
    """
    change = _change(turn, operations)
    staying = [one for one in turn.old if _stays(one, change)]
    while True:
        found = [one for one in staying if known(one) not in change.remade and is_blocked(one, change)]
        if not found:
            return
        for one in found:
            steps.before(one.kind, drop(turn, one), of=one)
            steps.after(one.kind, make(turn, one), of=one)
            change.remade.add(known(one))
            change.gone.add(known(one))


def _stays(one, change):
    return known(one) not in change.gone and known(one) in change.new.by_known


def _change(turn, operations):
    actions: Dict[str, Set[Known]] = {MAKE: set(), DROP: set(), ALTER: set()}
    for effect in order.effects_of(operations, turn):
        actions[effect.action].add(effect.known)
    retyped = {
        ("column", turn.full(op.table_name, op.schema), op.column_name) for op in _retyping(turn.operations)
    }
    remade = actions[MAKE] & actions[DROP]
    swapped: Set[Known] = set()
    for old, new, attributes in turn.changes:
        if old is None or new is None:
            continue
        if new.kind == "column" and {"type", "collation"} & {*attributes}:
            retyped.add(known(new))
        elif new.kind == "column" and "generated" in attributes and new.attributes["generated"]:
            remade.add(known(new))
        elif new.kind not in ("column", "table", "enum", "domain", "sequence") and {*attributes} - {
            "name",
            "comment",
        }:
            remade.add(known(old))
            actions[DROP].add(known(old))
    for op in operations:
        types = [one.known for one in getattr(op, "effects", ()) if one.known[0] in ("enum", "domain")]
        columns = [one.known for one in getattr(op, "effects", ()) if one.known[0] == "column"]
        if types and columns:
            swapped.update(types)
            retyped.update(columns)
    return Change(retyped, remade, actions[DROP], actions[MAKE], swapped, Side(turn.old), Side(turn.new))


def _retyping(operations):
    return [op for op in flat(operations) if isinstance(op, ops.AlterColumnOp) and op.modify_type is not None]
