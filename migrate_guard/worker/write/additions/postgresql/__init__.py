"""What autogenerate does not write, on PostgreSQL: from one description of an object to another."""

from migrate_guard.worker.write.additions.postgresql import (
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
}


def write(turn, steps):
    """All changes of ``turn`` (Turn) into ``steps``."""
    casts.write(turn)
    enums.write(turn, steps)
    for old, new, attributes in turn.changes:
        kind = (new or old).kind
        if kind in _KINDS:
            _KINDS[kind](turn, steps, old, new, attributes)
