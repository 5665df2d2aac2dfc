"""The scratch databases that stand for the URLs of engines: each is made ready before anybody connects to it."""

from typing import NamedTuple, Optional

from sqlalchemy.engine import URL

from migrate_guard.protocol.messages import JUDGED, THROWAWAY, Failed, ScratchWanted, StartDump
from migrate_guard.worker.basis import compat
from migrate_guard.worker.connections.own_statements import StatementFailed, run
from migrate_guard.worker.connections.turns import Turns

_MEND_SETUP = "Mend scratch_setup in [tool.migrate-guard], or the file that it names."
_RESTORING = (
    "The file is what start in [tool.migrate-guard] names. Where it needs a role or the like, make that in scratch_setup; "
    "what scratch_setup makes as well is left out there. To make the file anew: migrate-guard scratch dump"
)


class Database(NamedTuple):
    """A scratch database that is ready: ``url`` leads to it.

    ``turns`` are those that its connections take, None where each has one to itself. ``is_set_up``: scratch_setup
    ran in it. ``start`` is what its history begins with, None where that is nothing.
    """

    url: URL
    turns: Optional[Turns]
    is_set_up: bool
    start: Optional[StartDump]


class ScratchDatabases:
    """One for each URL and purpose: the same URL is the same database, as in life."""

    def __init__(self, channel, files, server_wide):
        self._channel, self._files, self._server_wide = channel, files, server_wide
        self._made = {}

    def of(self, binding, purpose):
        """The Database for the connections of ``binding`` that are wanted for ``purpose``."""
        key = (compat.url_text(binding.url), purpose)
        if key not in self._made:
            self._made[key] = self._make(binding, purpose)
        return self._made[key]

    def start_of(self, url):
        """The StartDump that the judged database of ``url`` began with, None where it began with nothing."""
        made = self._found(url, JUDGED)
        return made.start if made else None

    def is_set_up(self, url, purpose):
        """Whether scratch_setup ran in the database that stands for ``url``."""
        made = self._found(url, purpose)
        return bool(made and made.is_set_up)

    def turns_of(self, url):
        """The Turns of the throwaway database of ``url``, None where connections take none."""
        made = self._found(url, THROWAWAY)
        return made.turns if made else None

    def closed(self, dbapi_connection):
        """It is gone, whoever closed it."""
        for turns in self._all_turns():
            turns.closed(dbapi_connection)

    def returned(self, dbapi_connection):
        """It goes back to its pool."""
        for turns in self._all_turns():
            turns.returned(dbapi_connection)

    def _all_turns(self):
        return [made.turns for made in list(self._made.values()) if made.turns]

    def _found(self, url, purpose):
        return self._made.get((compat.url_text(url), purpose))

    def _make(self, binding, purpose):
        turns = self.turns_of(binding.url)
        scratch = self._ask(binding, purpose, turns.name if turns and turns.alone() else "")
        dialect, url = binding.dialect, _url(binding, scratch)
        if scratch.create_from:
            _create(dialect, url, scratch)
        if scratch.setup:
            self._set_up(dialect, url, scratch.setup)
        if scratch.start:
            self._begin(dialect, url, scratch.start)
        if turns and turns.name == scratch.turn:
            turns.judge()
        else:
            turns = Turns(scratch.turn, self._channel) if scratch.turn else None
        return Database(url, turns, bool(scratch.setup), scratch.start)

    def _ask(self, binding, purpose, turn):
        url = binding.url
        name = url.database or "" if purpose == JUDGED else ""
        dialect, driver = url.get_backend_name(), binding.dialect.driver
        scratch = self._channel.ask(
            ScratchWanted(dialect, driver, name, turn, purpose, compat.hidden_text(url))
        )
        if dialect == "sqlite":
            self._files.lend(scratch.address["database"])
        return scratch

    def _set_up(self, dialect, url, statements):
        for statement in statements:
            self._server_wide.expect(statement, dialect.name)
        try:
            run(dialect, url, statements)
        except StatementFailed as error:
            # At once: env.py may swallow what comes of it.
            self._channel.send(Failed("scratch_setup", str(error), [], hint=_MEND_SETUP))
            raise

    def _begin(self, dialect, url, start):
        try:
            run(dialect, url, [statement for _, statement in start.statements])
        except StatementFailed as error:
            # At once: env.py may swallow what comes of it.
            line, _ = start.statements[error.at]
            self._channel.send(Failed(f"restoring {start.file}:{line}", str(error), [], hint=_RESTORING))
            raise


def _url(binding, scratch):
    bare = binding.url.set(username=None, password=None, host=None, port=None, database=None)
    return bare.set(**{"query": compat.without_encryption(binding.dialect.driver), **scratch.address})


def _create(dialect, url, scratch):
    name = dialect.identifier_preparer.quote_identifier(url.database)
    statements = ["DROP DATABASE IF EXISTS " + name] if scratch.replaces else []
    statements.append(" ".join(["CREATE DATABASE", name, scratch.create_with]))
    run(dialect, url.set(database=scratch.create_from), statements)
