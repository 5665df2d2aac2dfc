"""What env.py has run on a connection so far, to be run once more on another one."""

import re
from typing import NamedTuple

from sqlalchemy import event
from sqlalchemy.engine import Engine

_RAN = "_migrate_guard_ran"
# What makes no table, and belongs to the database whichever connection runs it
_GROUND = re.compile(r"\s*CREATE\s+(SCHEMA|EXTENSION)\b", re.I)
# What env.py makes where it does not find it
_MAKES = re.compile(r"^(\s*CREATE\s+(?:SCHEMA|EXTENSION|TABLE)\s+)(?!IF\b)", re.I)
# What sets up a session, and changes nothing else
_SESSION = re.compile(r"\s*(SET|ATTACH|PRAGMA|USE)\b", re.I)
_OF_TWOPHASE = re.compile(r"XA |PREPARE TRANSACTION |(COMMIT|ROLLBACK) PREPARED ")


class Statement(NamedTuple):
    """A statement with its ``parameters``, a list of them where it ran for ``many``."""

    text: str
    parameters: object = None
    many: bool = False

    def again(self, connection, dbapi_connection):
        """Run it on ``dbapi_connection``, which is to be beneath ``connection``."""
        dialect, cursor = connection.dialect, dbapi_connection.cursor()
        if self.many:
            dialect.do_executemany(cursor, self.text, self.parameters)
        elif self.parameters:
            dialect.do_execute(cursor, self.text, self.parameters)
        else:
            dialect.do_execute_no_params(cursor, self.text)
        cursor.close()

    def where_missing(self):
        """The same for a database in which a start dump may have made it."""
        return self._replace(text=_MAKES.sub(r"\1IF NOT EXISTS ", self.text, count=1))

    @property
    def is_ground(self):
        return bool(_GROUND.match(self.text))

    @property
    def is_of_session(self):
        return bool(_SESSION.match(self.text))


class Ended(NamedTuple):
    """A transaction that ended: ``how`` is "commit" or "rollback"."""

    how: str

    def again(self, connection, dbapi_connection):
        getattr(connection.dialect, "do_" + self.how)(dbapi_connection)


class TwoPhase(NamedTuple):
    """A ``step`` of a transaction in two phases ("prepare_twophase"), and what its event told of it."""

    step: str
    arguments: tuple

    def again(self, connection, dbapi_connection):
        getattr(connection.dialect, "do_" + self.step)(connection, *self.arguments)


def install():
    """Record the ends of transactions. Which statements are recorded, the exchange says: see note()."""
    for how in ("commit", "rollback"):
        event.listen(Engine, how, lambda connection, how=how: of(connection).append(Ended(how)))
    for step in ("begin_twophase", "prepare_twophase"):
        event.listen(Engine, step, lambda connection, xid, step=step: _note_twophase(connection, step, xid))
    for step in ("commit_twophase", "rollback_twophase"):
        event.listen(
            Engine,
            step,
            lambda connection, xid, prepared, step=step: _note_twophase(connection, step, xid, prepared),
        )


def _note_twophase(connection, step, *arguments):
    of(connection).append(TwoPhase(step, arguments))


def note(connection, statement):
    """``statement`` (Statement) has run on ``connection``."""
    if not _OF_TWOPHASE.match(statement.text):  # the dialect's own, which has an event
        of(connection).append(statement)


def of(connection):
    """The list of all that was recorded of ``connection`` since it was taken."""
    return vars(connection).setdefault(_RAN, [])


def take(connection):
    """What was recorded of ``connection``, which begins anew."""
    return vars(connection).pop(_RAN, [])
