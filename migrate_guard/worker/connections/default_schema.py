"""The default schema that a dialect has in mind: that of the database which it asked last."""

from contextlib import contextmanager

from migrate_guard.worker.basis import compat


def ask(connection):
    """The dialect knows that of the database which ``connection`` leads to."""
    dialect = connection.dialect
    dialect.default_schema_name = type(dialect)._get_default_schema_name(dialect, compat.aside(connection))
    dialect.do_rollback(connection.connection)


@contextmanager
def asked(connection):
    """In this block. MySQL's is the database: what the dialect knows of another one is wrong here."""
    dialect, before = connection.dialect, connection.dialect.default_schema_name
    ask(connection)
    try:
        yield
    finally:
        dialect.default_schema_name = before
