"""What the models say of themselves that they are to be left alone with: ``info={"migrate_guard": ...}``."""

from migrate_guard.worker.basis import compat
from migrate_guard.worker.compare import objects

_KEY = "migrate_guard"


def find(migration_context):
    """(qualified table, full name of the table, column or "", names, reason) of each table and column that says so."""
    default = objects.default_schema(migration_context.connection)
    for metadata in compat.collections(migration_context.opts.get("target_metadata")):
        for table in metadata.tables.values():
            for column, owner in [("", table), *((column.name, column) for column in table.columns)]:
                if _KEY in owner.info:
                    qualified = objects.qualified(table.name, table.schema, default)
                    yield (qualified, table.fullname, column, *_said(owner.info[_KEY]))


def _said(value):
    """(names, reason), empty where ``value`` does not have them as it should."""
    if not isinstance(value, dict):
        return (), ""
    names, reason = value.get("ignore"), value.get("reason")
    names = [names] if isinstance(names, str) else names
    names = tuple(map(str, names)) if isinstance(names, (list, tuple, set, frozenset)) else ()
    return names, reason.strip() if isinstance(reason, str) else ""
