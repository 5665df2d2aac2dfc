"""What is in a database, in its own words: one module per family of dialects, each with describe(connection)."""

from importlib import import_module

from migrate_guard.protocol.dialects import family

_FAMILIES = ("postgresql", "mysql", "sqlite")


def knows(dialect):
    """Whether the databases of ``dialect`` can be described."""
    return family(dialect.name) in _FAMILIES


def describe(connection):
    """The DatabaseObjects of the database that ``connection`` leads to, which is left as it was."""
    module = import_module(f"{__name__}.{family(connection.dialect.name)}")
    return module.describe(connection)
