"""Which scratch database for which dialect: the first rung that can give one."""

import os
import secrets
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from migrate_guard.advice import full_disk
from migrate_guard.errors import ScratchError
from migrate_guard.protocol.dialects import ON_SERVERS, family
from migrate_guard.protocol.messages import CONFIGURED, JUDGED, THROWAWAY, ScratchWanted, StartDump
from migrate_guard.scratch import own, statements
from migrate_guard.scratch.address import ONE_MORE, Addresses, AtAddresses, Keepers
from migrate_guard.scratch.pins import Pins
from migrate_guard.scratch.server import Server
from migrate_guard.scratch.starts import Start, Starts

_KILLED = ("signal SIGKILL", "signal 9")
_TRY_AGAIN = (
    "Run it again. If nobody ended the server, memory may have run out: see what the system's log says."
)
# By family: the database of a server from which others are created
_CREATE_FROM = {"postgresql": "postgres", "mysql": "information_schema"}

# Databases that a new server has
_TAKEN = (
    "postgres",
    "template0",
    "template1",
    "mysql",
    "information_schema",
    "performance_schema",
    "sys",
    "test",
)


class Needs(NamedTuple):
    """What the settings say of scratch databases: scratch_url, engine, the text of scratch_setup by dialect, start."""

    urls: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
    setup: Mapping[str, str] = MappingProxyType({})
    starts: tuple[Start, ...] = ()


class Database(NamedTuple):
    """A scratch database: ``address`` are the parts of a URL that lead to it.

    ``create_from`` is a database of the same server from which it has yet to be created, "" where connecting makes
    it, or it is there, and ``create_with`` are options for that; ``replaces``: one of its name goes first, where there is one. ``setup`` are the statements to
    run on it first. ``engine`` says what it is: the server, its version and where it was found. ``turn`` names it
    where there may be no other left for its URL. ``judged``: a history is replayed into it, which begins with ``start``.
    """

    address: dict
    create_from: str
    engine: str
    setup: tuple[str, ...] = ()
    replaces: bool = False
    turn: str = ""
    judged: bool = False
    start: StartDump | None = None
    create_with: str = ""


class _Given(NamedTuple):
    asked: ScratchWanted
    database: Database


class Ladder:
    """The scratch databases of one run, to be closed at its end.

    ``run`` is the run's own folder, ``templates`` one that outlives it. A server is started when a first database
    of it is wanted, and serves the whole run unless somebody leaves traces in it that outlive a database.
    """

    def __init__(self, run: str, templates: str, environ: Mapping[str, str]) -> None:
        self._run, self._environ = run, environ
        self._templates = templates
        self._servers: dict[tuple, tuple[Server, str, list[str]]] = {}
        self._addresses = Addresses(run, environ)

    def databases(self, needs: Needs, keepers: Keepers | None = None) -> "Databases":
        """Those of one observation, to be used in a ``with`` block; ``keepers`` make those at addresses."""
        refuse = Pins(needs.engines).refuse
        at_addresses = AtAddresses(self._addresses, keepers, needs.urls, refuse)
        return Databases(self, at_addresses, self._run, needs)

    def server(self, dialect: str, needs: Needs, above: str) -> tuple[Server, str, list[str]]:
        """(Server, what it is in words, notices) of our own; ``above`` says why no address is used."""
        key = (dialect, needs.engines)
        if key not in self._servers:
            kind, notices = own.find(dialect, needs.engines, self._environ, above)
            self._servers[key] = (Server(kind, self._run, self._templates), kind.words, notices)
        return self._servers[key]

    def discard(self, dialect: str, needs: Needs) -> None:
        """Its roles would be there in the next observation."""
        self._stop((dialect, needs.engines))

    def require_working(self, doing: str, words: str) -> None:
        full, ended = [full_disk.line(words)], []
        for key, (server, engine, _) in list(self._servers.items()):
            how = server.ended()
            full.append(full_disk.line(server.log()))
            if how:
                fact = f"the scratch server, {engine}, ended with {how} while {doing}."
                ended.append(ScratchError(fact, _TRY_AGAIN if how in _KILLED else "", server.complaints()))
                self._stop(key)
        if any(full):
            raise ScratchError(
                f"the disk was full while {doing}.", cause=next(filter(None, full)), hint=full_disk.HINT
            )
        if ended:
            raise ended[0]

    def _stop(self, key):
        if key in self._servers:
            server, *_ = self._servers.pop(key)
            server.stop()

    def close(self) -> None:
        self._addresses.close()
        for server, *_ in self._servers.values():
            server.stop()


class Databases:
    """Gives the scratch databases of one observation."""

    def __init__(self, ladder: Ladder, at_addresses: AtAddresses, run: str, needs: Needs) -> None:
        self._ladder, self._at_addresses, self._run, self._needs = ladder, at_addresses, run, needs
        self._used_up: set[str] = set()
        self._set_up: set[str] = set()
        self._names: set[tuple[Server, str]] = set()
        # by the configured URL and the purpose
        self._given: dict[tuple[str, str], _Given] = {}
        self._handed: dict[tuple[str, str], _Given] = {}
        self._only: tuple[str, str] | None = None
        self._anew: list[str] = []
        self._notices: dict[str, Callable[[], list[str]]] = {}
        self._starts = Starts(needs.starts)
        self._judged: dict[str, Database] = {}

    def __enter__(self) -> "Databases":
        return self

    def __exit__(self, *_: object) -> None:
        self._at_addresses.release()
        for dialect in self._used_up:
            self._ladder.discard(dialect, self._needs)

    @property
    def notices(self) -> list[str]:
        """What a person may want to know about the databases so far."""
        ours = [notice for notices in self._notices.values() for notice in notices()]
        return [*self._at_addresses.notices, *ours]

    def hand_over(self) -> None:
        """What the worker that has ended was given, the next one gets as it is now: for the same URL and purpose."""
        self._given, self._handed, self._anew = {}, self._given, []
        judged = [key for key, given in self._handed.items() if _is_replayed_into(given.asked)]
        self._only = judged[0] if len(judged) == 1 else None

    def require_taken(self) -> None:
        """Raises ScratchError where a judged database was handed over, and another one was wanted in its place."""
        left = [given.asked.url for given in self._handed.values() if _is_replayed_into(given.asked)]
        if left and self._anew:
            raise ScratchError(
                f"the step starts in {', '.join(left)}, and the project is in {', '.join(self._anew)} by now.",
                hint='Nobody can tell which of them are the same. Replay: history = "replay" in [tool.migrate-guard].',
            )

    def new(self, asked: ScratchWanted) -> Database:
        """A new, empty database, or the one that was handed over. Raises ScratchError.

        On a server of our own it has the name that was asked for, unless another one has it. Of given databases it is
        the one whose turn it is, emptied, where no other is left.
        """
        handed = self._handed_over(asked)
        made = handed or self._made(asked)
        self._given[asked.url, asked.purpose] = _Given(asked, made)
        if not _is_replayed_into(asked):
            return made
        if not handed:
            self._anew.append(asked.url)
        self._judged[asked.url] = made = made._replace(judged=True, start=self._starts.of(asked))
        return made

    def judged(self, url: str) -> Database:
        """The one that stands for the configured ``url``, whose history was replayed."""
        return self._judged[url]

    def require_starts_used(self) -> None:
        """Raises ConfigError where a start is for a database that nothing asked for."""
        self._starts.require_all_used()

    def _handed_over(self, asked):
        key = (asked.url, asked.purpose)
        if key not in self._handed and _is_replayed_into(asked) and self._only in self._handed:
            key = self._only  # the project has one, and calls it something else by now
        if key not in self._handed:
            return None
        before, database = self._handed.pop(key)
        if family(before.dialect) != family(asked.dialect):
            raise ScratchError(
                f"the step starts on {before.dialect}, and the project is on {asked.dialect} by now.",
                hint=f'Name the one that judges: engine = "{asked.dialect}" in [tool.migrate-guard]. Or replay: history = "replay".',
            )
        shared = [given.database.turn for (_, purpose), given in self._handed.items() if purpose == JUDGED]
        if asked.purpose == THROWAWAY and database.turn in filter(None, shared):
            raise ScratchError(f"a step on {asked.dialect} needs a second scratch database.", hint=ONE_MORE)
        return database._replace(create_from="", replaces=False, setup=())

    def _made(self, asked):
        dialect, wanted = asked.dialect, asked.name
        name = f"scratch_{secrets.token_hex(8)}"
        if dialect == "sqlite":
            # Always a file: each connection to a memory database would be another one.
            file = os.path.join(self._run, f"{name}.sqlite")
            return Database({"database": file}, "", "SQLite", self._setup(dialect))
        at_address = self._at_addresses.new(dialect, asked.driver, asked.turn)
        if at_address:
            address, engine, turn = at_address
            return Database(address, "", engine, self._setup(dialect), turn=turn)
        if dialect in ON_SERVERS:
            server, engine, passed_over = self._ladder.server(
                dialect, self._needs, self._at_addresses.why_not(dialect)
            )
            self._notices[dialect] = lambda: [*passed_over, *server.notices()]
            named = bool(wanted) and wanted.lower() not in _TAKEN and (server, wanted) not in self._names
            if named:
                self._names.add((server, wanted))
            address, setup = server.address(wanted if named else name), self._setup(dialect)
            create_from, create_with = _CREATE_FROM[family(dialect)], server.create_with
            return Database(address, create_from, engine, setup, named, create_with=create_with)
        raise ScratchError(
            f"no scratch database can be made for {dialect}: give one, or better two, that are empty.",
            cause="Only for SQLite, PostgreSQL, MySQL and MariaDB are they made without an address.",
            hint=f'scratch_url = ["{dialect}://user:password@host:port/scratch_1", ...] in [tool.migrate-guard], '
            "or MIGRATE_GUARD_SCRATCH_URL.",
        )

    def _setup(self, dialect):
        """The statements for one more database; what a whole server shares is made with the first."""
        text = self._needs.setup.get(dialect, self._needs.setup.get("", "") if dialect != "sqlite" else "")
        wanted = statements.split(text, dialect)
        shared = [statement for statement in wanted if statements.is_server_wide(statement, dialect)]
        if dialect in self._set_up:
            return tuple(statement for statement in wanted if statement not in shared)
        self._set_up.add(dialect)
        if shared:
            self.expect_roles(dialect, [])
        return tuple(wanted)

    def require_working(self, doing: str, words: str) -> None:
        """Raises ScratchError where it is not the project's doing that something failed with ``words``."""
        self._ladder.require_working(doing, words)

    def expect_roles(self, dialect: str, names: list[str]) -> None:
        """Statements that make the roles ``names``, or databases, run on the server of ``dialect``."""
        if not self._at_addresses.expect_roles(dialect, names):
            self._used_up.add(dialect)


def _is_replayed_into(asked):
    """A file that is attached to a judged database comes with it, and has no history of its own."""
    return asked.purpose == JUDGED and asked.origin == CONFIGURED
