"""Where an address gives one database for a URL, its connections take turns in it; nobody else gets in."""

import re

from migrate_guard.protocol.messages import Failed

_ONLY_READS = re.compile(r"\s*(SELECT|SHOW|SET|PRAGMA|EXPLAIN|VALUES)\b", re.I)
_HINT = "Give a second empty database: a list in scratch_url, or after a space in MIGRATE_GUARD_SCRATCH_URL."


class Turns:
    """The turns in the database ``name``, which one URL has.

    First come throwaway connections, one or several; then, when all are closed and the database was emptied, the
    one that env.py gives to ``context.configure``. From then on each has to become that one, or only read.
    """

    def __init__(self, name, channel):
        self.name = name
        self._channel = channel
        self._open = {}
        self._may_write = set()
        self._wrote = set()
        self.judged = False

    def judge(self):
        """All are closed and it was emptied: from now on it is the judged one."""
        self.judged = True

    def opening(self):
        """Another connection is about to be made. Raises ConnectionError where it must not be."""
        if self.judged and not self.alone():
            raise self._refusal("another one is still open")

    def opened(self, connection, record, judged):
        """``connection`` was made for ``record`` of a pool, None without one; ``judged``: it leads to the judged one."""
        self._open[id(connection)] = (connection, record)
        if judged:
            self._may_write.add(id(connection))

    def closed(self, connection):
        """``connection`` is gone; it may be one of another database."""
        self._open.pop(id(connection), None)
        self._may_write.discard(id(connection))
        self._wrote.discard(id(connection))

    def alone(self, but=None):
        """Whether no connection but ``but`` is in use; those that wait in their pools are closed."""
        for connection, record in list(self._open.values()):
            if connection is not but and record is not None and not record.in_use:
                record.invalidate()
                self.closed(connection)
        return not any(connection is not but for connection, _ in self._open.values())

    def ran(self, connection, statement):
        """``statement`` has run on ``connection``."""
        at_stake = self.judged and id(connection) in self._open.keys() - self._may_write
        if at_stake and not _ONLY_READS.match(statement):
            self._wrote.add(id(connection))

    def given_to_configure(self, connection):
        """``connection`` is the one that may write to the judged database."""
        self._may_write.add(id(connection))
        self._wrote.discard(id(connection))

    def returned(self, connection):
        """It goes back to its pool."""
        if id(connection) in self._wrote:
            self._wrote.discard(id(connection))
            self._refusal("it wrote to the database in which the history was replayed")

    def _refusal(self, why):
        # At once: env.py may swallow what comes of it.
        doing = "a connection besides the one that env.py gives to context.configure()"
        self._channel.send(
            Failed(doing, f"{why}, and there is one scratch database for both", [], hint=_HINT)
        )
        return ConnectionError(f"{doing}: {why}")
