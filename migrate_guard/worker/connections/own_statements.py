"""Statements of our own on a scratch database, with the project's own driver: no other is needed."""

import traceback

from migrate_guard.protocol.dialects import ON_SERVERS
from migrate_guard.worker.connections.drivers import ours


class StatementFailed(Exception):
    """A statement of our own on a scratch database; its text, and what the server says. ``at`` counts from 0."""

    def __init__(self, statement, said, at):
        super().__init__(f"{statement}\n{said}")
        self.at = at


def dial(dialect, cargs, arguments):
    """Connect with the driver of ``dialect``, past all that keeps the project's code from it."""
    with ours(dialect.driver):
        return dialect.connect(*cargs, **arguments)


def run(dialect, url, statements):
    """On the database at ``url``. Raises StatementFailed."""
    cargs, cparams = dialect.create_connect_args(url)
    connection = dial(dialect, cargs, cparams)
    if dialect.name in ON_SERVERS:  # CREATE DATABASE needs it; elsewhere a driver may not know it
        dialect.set_isolation_level(connection, "AUTOCOMMIT")
    cursor = connection.cursor()
    for at, statement in enumerate(statements):
        try:
            cursor.execute(statement)
        except Exception as error:
            words = "".join(traceback.format_exception_only(type(error), error)).strip()
            raise StatementFailed(statement, words, at) from error
    cursor.close()
    dialect.do_commit(connection)
    dialect.do_close(connection)
