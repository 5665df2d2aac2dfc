"""A run on a server at an address: its databases are named after it, and it lives as long as its session there.

What belongs to a run whose session has ended is removed by the next run, wherever either of them was started.
"""

import re
import secrets
from abc import ABC, abstractmethod

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from migrate_guard.protocol.messages import Scratch

PREFIX = "migrate_guard_"
RUN = re.compile(PREFIX + "[0-9a-f]{16}")
_LOCK_OF_ROLES = "migrate_guard roles"
_SECONDS_BETWEEN_LOOKS = 0.1


class Run(ABC):
    """One run on a server; ``gone(seconds)`` waits, and tells whether the controller has gone meanwhile."""

    def __init__(self, connection, target, gone):
        self._connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        self._target = target
        self._gone = gone
        self._run = PREFIX + secrets.token_hex(8)
        self._given = 0
        self._databases, self._roles = [], []
        self._alone = False

    # --- what a kind of server says of itself

    kind: str
    version: str
    _TRY_LOCK: str
    _UNLOCK: str

    @staticmethod
    @abstractmethod
    def _marker(run):
        """The database that tells what belongs to ``run``."""

    @abstractmethod
    def _begin(self):
        """Give the session what the run is known by as long as it lives; tell kind and version."""

    @abstractmethod
    def _create(self, name):
        """A new database, marked."""

    @abstractmethod
    def _found(self):
        """{run: databases}, of those that this user may drop."""

    @abstractmethod
    def _living(self, runs):
        """What has a session now, ``runs`` among them."""

    @abstractmethod
    def _noted(self, run):
        """The roles that ``run`` has noted."""

    @abstractmethod
    def _note(self, roles):
        """Note the roles of this run."""

    @abstractmethod
    def _is_there(self, name):
        """Whether there is a database of that name."""

    @abstractmethod
    def _drop(self, name):
        """Drop a database, whoever is connected to it."""

    @abstractmethod
    def _accounts(self, role):
        """The accounts that ``role`` names."""

    @abstractmethod
    def _drop_role(self, role):
        """Drop its accounts."""

    # --- the life of a run

    def open(self):
        """Begin the run's life; what of ended runs could not be removed, in words."""
        self._begin()
        return self._reap()

    def new(self, _turn):
        """The Scratch that leads to one more database."""
        self._given += 1
        name = f"{self._run}_{self._given}"
        self._databases.append(name)
        self._create(name)
        return Scratch(self._target.address(name))

    def expect(self, names):
        """The roles ``names`` are about to be made; those that are there already are not ours to drop."""
        while not self._alone:
            # Roles belong to the server: runs that make them take turns.
            self._alone = bool(self._value(self._TRY_LOCK, name=_LOCK_OF_ROLES))
            if not self._alone and self._gone(_SECONDS_BETWEEN_LOOKS):
                raise ConnectionAbortedError("the run has ended")
        self._reap()
        new = [name for name in dict.fromkeys(names) if name not in self._roles and not self._accounts(name)]
        if new:
            self._roles += new
            self._note(self._roles)

    def release(self):
        """Remove all that was made since the last time; what could not be, in words."""
        databases, roles = self._databases, self._roles
        self._databases, self._roles = [], []
        left = self._remove(self._run, databases, roles) if databases else []
        if self._alone:
            self._value(self._UNLOCK, name=_LOCK_OF_ROLES)
            self._alone = False
        return left

    def close(self):
        """The run ends."""
        self.release()

    def _reap(self):
        left, found = [], self._found()
        # Only now: a run that has begun since has nothing among what was found.
        living = {self._run, *self._living(found)}
        for run in sorted(set(found) - living):
            try:
                left += self._remove(run, found[run], self._noted(run))
            except DBAPIError:
                if run in self._found():
                    raise
        return left

    def _remove(self, run, databases, roles):
        left = []
        for name in databases:
            left += self._removed("database", name, self._drop, self._is_there)
        for name in roles:
            left += self._removed("role", name, self._drop_role, self._accounts)
        # What is left is still marked: the next run tries again.
        return left or self._removed("database", self._marker(run), self._drop, self._is_there)

    def _removed(self, what, name, drop, is_there):
        try:
            drop(name)
        except DBAPIError as error:
            if is_there(name):  # not by another run that cleans up as well
                return [f"{what} {name}: {self._target.words(error)}"]
        return []

    def _do(self, statement, **values):
        return self._connection.execute(text(statement), values)

    def _value(self, statement, **values):
        return self._do(statement, **values).scalar()

    def _rows(self, statement, **values):
        return self._do(statement, **values).fetchall()

    def _quoted(self, name):
        return self._connection.dialect.identifier_preparer.quote_identifier(name).replace(":", r"\:")
