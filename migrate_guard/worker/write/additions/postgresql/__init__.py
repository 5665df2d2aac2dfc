"""What autogenerate does not write, on PostgreSQL: from one description of an object to another."""

from migrate_guard.worker.write.additions import aside
from migrate_guard.worker.write.additions.postgresql import (
    by_hand,
    casts,
    columns,
    dependents,
    enums,
    schema_objects,
    tables,
)

_KINDS = {
    **dict.fromkeys(dependents.CONSTRAINTS, dependents.write_constraint),
    "index": dependents.write_index,
    "view": dependents.write_view,
    "table": tables.write,
    "column": columns.write,
    "domain": schema_objects.write_domain,
    "sequence": schema_objects.write_sequence,
    "function": schema_objects.write_function,
    "trigger": schema_objects.write_trigger,
    "schema": schema_objects.write_schema,
    **dict.fromkeys(("policy", "rule", "statistics", "composite type", "extension"), by_hand.write),
}

# Whether the operations on one table may stand apart
SPLITS = True


def composed(after, history, models):
    """Only SQLite keeps texts of tables."""
    return after


def is_named_late(op):
    """Whether ``op``, of a downgrade, says names that are back only after what was renamed."""
    return False


def write(turn, steps):
    """All changes of ``turn`` (Turn) into ``steps``."""
    casts.write(turn, steps)
    columns.write_serials(turn, steps)
    columns.write_plain_keys(turn)
    enums.write(turn, steps)
    for old, new, attributes in turn.changes:
        kind = (new or old).kind
        if kind in _KINDS:
            steps.about(old, new)
            _KINDS[kind](turn, steps, old, new, attributes)
    aside.take(
        turn, steps, [*turn.operations, *steps.all], dependents.is_blocked, dependents.drop, dependents.create
    )
