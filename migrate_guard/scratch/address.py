"""Scratch databases at the addresses of the settings: on servers there, or in empty databases that were given."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from migrate_guard.errors import ScratchError
from migrate_guard.protocol.dialects import ON_SERVERS, family, of_url
from migrate_guard.protocol.keeping import Kept, Refused, Release
from migrate_guard.protocol.lines import Message
from migrate_guard.protocol.messages import MARKER, RolesWanted, ScratchWanted
from migrate_guard.scratch.pins import NAMES

_VARIABLE = "MIGRATE_GUARD_SCRATCH_URL"
_SETTING = "scratch_url in [tool.migrate-guard]"
_MEND = "Mend the address."
_LEAVE_OUT = "Mend the address, or leave it out: a server of this machine is used then."
_BY_HAND = (
    f"Only an empty database is used: give another one, or empty this one, with its table {MARKER}, by hand."
)
ONE_MORE = (
    "Give another empty database: a list in scratch_url, or after a space in MIGRATE_GUARD_SCRATCH_URL."
)
# What Refused says: the fact, and the way out, where it depends on the server for each kind
_FACTS: dict[str, tuple[str, str | dict[str, str]]] = {
    "read": (
        "the address for {dialect} cannot be used.",
        "It is written like {dialect}://user:password@host:port/database",
    ),
    "connect": (
        "no connection to {place} as {user}.",
        {"postgresql": _LEAVE_OUT, "mysql": _LEAVE_OUT, "": _MEND},
    ),
    "open": (
        "{place} cannot be used as {user}.",
        {"postgresql": _LEAVE_OUT, "mysql": _LEAVE_OUT, "": _MEND},
    ),
    "create": (
        "{user} cannot create a database at {place}.",
        {
            "postgresql": 'Where it lacks the right: ALTER ROLE "{user}" CREATEDB',
            "mysql": "Where it lacks the right: GRANT ALL ON `migrate\\_guard\\_%`.* TO {user}",
            "": "",
        },
    ),
    "roles": (
        "the roles that a revision makes at {place} could not be noted, to be dropped again.",
        {
            "postgresql": "A user with CREATEDB can.",
            "mysql": "The user needs to see the accounts that are there: GRANT SELECT ON mysql.user TO {user}",
        },
    ),
    "remove": ("{place} could not be emptied.", _BY_HAND),
    "empty": ("{place} is not empty, and was left alone.", _BY_HAND),
    "foreign": (
        "{place} belongs to a run on another machine, or before a restart of this one.",
        "Wait until it has ended. Where it has: " + _BY_HAND[0].lower() + _BY_HAND[1:],
    ),
    "busy": (
        "{place} is in use by another run.",
        "Wait until it has ended, or give one more empty database.",
    ),
}


class Keeper(Protocol):
    """A process of the project's interpreter that keeps one address."""

    opened: Kept | Refused

    def ask(self, message: Message) -> Any:
        """The message that it answers with. Raises ScratchError."""

    def close(self) -> None:
        """It removes what it has made, and ends."""


class Keepers(Protocol):
    """Who starts them, for one interpreter."""

    interpreter: tuple[str, ...]

    def start(self, url: str, dialect: str, driver: str, log: str) -> Keeper:
        """One that keeps what is at ``url``; ``log`` is a file for what it prints."""


class Addresses:
    """The keepers of one run, each kept until its end; ``folder`` takes what they print."""

    def __init__(self, folder: str, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self.setting = _VARIABLE if environ.get(_VARIABLE, "").strip() else _SETTING
        self._keepers: dict[tuple, Keeper] = {}
        self._started = 0

    def keeper(self, keepers: Keepers, url: str, dialect: str, driver: str) -> Keeper:
        """The one that keeps ``url``; where it cannot, its ``opened`` is Refused."""
        key = (keepers.interpreter, url, dialect, driver)
        if key not in self._keepers:
            self._started += 1
            log = os.path.join(self._folder, f"keeper-{self._started}.log")
            keeper = keepers.start(url, dialect, driver, log)
            if isinstance(keeper.opened, Refused):
                keeper.close()
                return keeper
            self._keepers[key] = keeper
        return self._keepers[key]

    def forget(self, keeper: Keeper) -> None:
        self._keepers = {key: kept for key, kept in self._keepers.items() if kept is not keeper}

    def close(self) -> None:
        for keeper in self._keepers.values():
            keeper.close()


class AtAddresses:
    """What one observation uses of ``urls``, given to ``keepers``.

    ``refuse(dialect, kind, version)`` says why a server must not judge, "" where it may.
    """

    def __init__(
        self,
        addresses: Addresses,
        keepers: Keepers | None,
        urls: Sequence[str],
        refuse: Callable[[str, str, str], str],
    ) -> None:
        self._addresses, self._keepers, self._refuse = addresses, keepers, refuse
        self._urls = [(url, of_url(url)) for url in urls]
        self._servers: dict[str, Keeper | None] = {}
        self._lent: list[Keeper] = []
        self._busy: list[Refused] = []
        self._forgotten: list[Keeper] = []
        self._passed_over: dict[str, list[str]] = {}
        self._tried: set[str] = set()
        self.notices: dict[str, None] = {}

    def new(self, dialect: str, driver: str, turn: str = "") -> tuple[dict[str, object], str, str] | None:
        """(parts of a URL, what it is in words, the name of its turn); None where no address is for ``dialect``.

        Raises ScratchError.
        """
        urls = [url for url, of in self._urls if family(of) == family(dialect)]
        if not urls:
            return None
        if dialect in ON_SERVERS:
            keeper, name = self._server(urls, dialect, driver), ""
            if keeper is None:
                return None
        else:
            name = self._lend(urls, dialect, driver) or turn
            if not name:
                raise self._no_other(dialect, urls)
            keeper = self._lent[int(name) - 1]
        made = self._ask(keeper, ScratchWanted(dialect, driver))
        return made.address, self._words(keeper.opened), name

    def why_not(self, dialect: str) -> str:
        """Why ``new`` gave None for a dialect of servers."""
        return ", ".join(self._passed_over.get(dialect, ["not set"]))

    def expect_roles(self, dialect: str, names: list[str]) -> bool:
        """Whether they will be made at an address, where they are dropped again."""
        keeper = self._servers.get(dialect)
        if keeper is None:
            return False
        self._ask(keeper, RolesWanted(dialect, names))
        return True

    def release(self) -> None:
        """Remove what was made; what could not be is in ``notices``."""
        for keeper in filter(None, [*self._servers.values(), *self._lent]):
            if keeper in self._forgotten:
                continue
            place = keeper.opened.place
            try:
                answer = keeper.ask(Release())
            except ScratchError as error:
                self._forget(keeper)
                self._notice(f"{place}: what was made there is removed by the next run: {error.message}.")
            else:
                left = [answer.error] if isinstance(answer, Refused) else answer.left
                self._notice(*(f"{place}: left there: {words}" for words in left))

    def _server(self, urls, dialect, driver):
        """The keeper of the first that fits, None where none does."""
        if dialect not in self._servers:
            self._servers[dialect] = next(
                filter(None, (self._fitting(url, dialect, driver) for url in urls)), None
            )
        return self._servers[dialect]

    def _fitting(self, url, dialect, driver):
        keeper = self._open(url, dialect, driver)
        opened = keeper.opened
        if isinstance(opened, Refused):
            raise self._error(opened, dialect)
        unfit = self._refuse(dialect, opened.kind, opened.version)
        if unfit:
            self._passed_over.setdefault(dialect, []).append(f"{self._words(opened)}: {unfit}")
            self._notice(f"{self._words(opened)} was passed over: {unfit}.")
            return None
        return keeper

    def _lend(self, urls, dialect, driver):
        """The number of a database that nobody uses yet, from 1 up; None where there is none."""
        for url in urls:
            if url in self._tried:
                continue
            self._tried.add(url)
            keeper = self._open(url, dialect, driver)
            if not isinstance(keeper.opened, Refused):
                self._lent.append(keeper)
                return str(len(self._lent))
            if keeper.opened.doing != "busy":
                raise self._error(keeper.opened, dialect)
            self._busy.append(keeper.opened)
        return None

    def _open(self, url, dialect, driver):
        assert self._keepers, "an address needs somebody to keep it"
        try:
            keeper = self._addresses.keeper(self._keepers, url, dialect, driver)
        except ScratchError as error:
            raise ScratchError(
                f"{self._addresses.setting}: the address for {dialect} cannot be used: {error.message}.",
                cause=error.cause,
                hint=error.hint or (_LEAVE_OUT if dialect in ON_SERVERS else _MEND),
            ) from None
        opened = keeper.opened
        if not isinstance(opened, Refused):
            if opened.dropped:
                names, place = ", ".join(opened.dropped), opened.place
                self._notice(
                    f"{place}: left out {names}, meant for {opened.other}; the project's driver is {driver}."
                )
            self._notice(*(f"{opened.place}: left there by an earlier run: {words}" for words in opened.left))
        return keeper

    def _ask(self, keeper, message):
        try:
            answer = keeper.ask(message)
        except ScratchError as error:
            self._forget(keeper)
            raise ScratchError(
                f"{self._addresses.setting}: {keeper.opened.place}: {error.message}.",
                cause=error.cause,
                hint=error.hint,
            ) from None
        if isinstance(answer, Refused):
            raise self._error(answer, message.dialect)
        return answer

    def _forget(self, keeper):
        self._addresses.forget(keeper)
        keeper.close()
        self._forgotten.append(keeper)

    def _notice(self, *notices):
        self.notices.update(dict.fromkeys(notices))

    @staticmethod
    def _words(opened):
        kind = NAMES.get(opened.kind, opened.kind)
        return " ".join(filter(None, [kind, opened.version, "at", opened.place]))

    def _error(self, refused, dialect):
        place, user = refused.place, refused.user or "the user"
        fact, ways = _FACTS[refused.doing]
        hint = ways if isinstance(ways, str) else ways.get(family(dialect)) or ways[""]
        return ScratchError(
            f"{self._addresses.setting}: " + fact.format(dialect=dialect, place=place, user=user),
            cause=refused.error,
            hint=hint.format(dialect=dialect, user=user),
        )

    def _no_other(self, dialect, urls):
        if not self._lent:
            return self._error(self._busy[0], dialect)
        several = "one database" if len(urls) == 1 else f"{len(urls)} databases"
        return ScratchError(
            f"{self._addresses.setting} gives {several} for {dialect}, and the project connects to one more.",
            cause="\n".join(f"{one.place} is in use: {one.error}" for one in self._busy),
            hint=ONE_MORE,
        )
