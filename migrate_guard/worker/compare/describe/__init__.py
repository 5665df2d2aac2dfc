"""What is in a database, in its own words: one module per dialect, each with describe(connection)."""

from importlib import import_module

_MODULES = {"postgresql": "postgresql", "mysql": "mysql", "mariadb": "mysql", "sqlite": "sqlite"}


def knows(dialect):
    return dialect.name in _MODULES


def describe(connection):
    """The DatabaseObjects of the database that ``connection`` leads to, which is left as it was."""
    module = import_module(f"{__name__}.{_MODULES[connection.dialect.name]}")
    return module.describe(connection)
