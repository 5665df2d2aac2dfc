"""Tables that the application makes in a database of its own, which migrations do not reach."""

import os
import re
import sys

from sqlalchemy import event
from sqlalchemy.engine import Engine

from migrate_guard.protocol.messages import MadeElsewhere
from migrate_guard.worker.basis.places import is_inside
from migrate_guard.worker.compare.live import calls

_CREATE = re.compile(r"\s*CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([^\s(]+)", re.I)
_QUOTES = re.compile(r"[`\"\[\]]")


class Elsewhere:
    """Hears of each CREATE TABLE that does not run where the history is replayed. ``root`` is the snapshot."""

    def __init__(self, exchange, root):
        self._exchange, self._root = exchange, root
        self._made = {}
        self._listening = True

    def install(self):
        event.listen(Engine, "before_cursor_execute", self._before_execute)

    def stop(self):
        """The replay is over: what is made now is made by us."""
        self._listening = False

    def _before_execute(self, connection, cursor, statement, parameters, context, executemany):
        made = _CREATE.match(statement) if self._listening else None
        if made and not self._exchange.is_judged(connection):
            self._made.setdefault(_QUOTES.sub("", made[1]), self._caller())

    def _caller(self):
        """(file, line) of the innermost call by the project."""
        for frame in calls(sys._getframe(1)):
            file = frame.f_code.co_filename
            if not os.path.isabs(file):  # code that a library has generated
                continue
            file = os.path.realpath(file)
            if is_inside(file, self._root):
                return os.path.relpath(file, self._root), frame.f_lineno
        return "", 0

    def messages(self):
        return [MadeElsewhere(table, *place) for table, place in self._made.items()]
