"""What a statement leaves on a server, which outlives its database: the controller is told before it is too late."""

import re

from sqlalchemy import event
from sqlalchemy.engine import Engine

from migrate_guard.protocol.dialects import family
from migrate_guard.protocol.messages import RolesWanted
from migrate_guard.worker.connections import roles

_DATABASE = re.compile(r"\s*CREATE\s+(OR\s+REPLACE\s+)?(DATABASE|SCHEMA)\b", re.I)


class ServerWide:
    """Watches all that the project runs."""

    def __init__(self, channel):
        self._channel = channel

    def install(self):
        event.listen(Engine, "before_cursor_execute", self._before_execute)
        event.listen(Engine, "after_cursor_execute", self._after_execute)

    def expect(self, statement, dialect):
        """``statement`` is about to run on a server of ``dialect``: it may make roles."""
        names = roles.made_by(statement, dialect)
        if names is not None:
            self._channel.ask(RolesWanted(dialect, names))

    def _before_execute(self, connection, cursor, statement, parameters, context, executemany):
        self.expect(statement, connection.dialect.name)

    def _after_execute(self, connection, cursor, statement, parameters, context, executemany):
        dialect = connection.engine.url.get_backend_name()
        made = _DATABASE.match(statement)
        if made and (made[2].upper() == "DATABASE" or family(dialect) == "mysql"):
            self._channel.ask(RolesWanted(dialect, []))
