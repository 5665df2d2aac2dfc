"""Start dumps: what a judged database begins with, in the place of the revisions up to there."""

import re
from typing import NamedTuple

from migrate_guard.errors import ConfigError
from migrate_guard.protocol.dialects import family
from migrate_guard.protocol.messages import ScratchWanted, StartDump
from migrate_guard.scratch import statements
from migrate_guard.scratch.pins import DATABASES

_REMAKE = "Make it anew: migrate-guard scratch dump"
_DIALECTS = {words: dialect for dialect, words in DATABASES.items()}
# The first line of our own, and how the tools begin theirs
_FIRST_LINE = re.compile(r"-- start at .+ \((PostgreSQL|MySQL|MariaDB|SQLite) [\d.]+, migrate-guard ")
_HEADS = re.compile(r"^-- (PostgreSQL|MySQL|MariaDB) (?:database )?dump", re.M)
_HEAD_LENGTH = 300
_ROWS = re.compile(r"COPY\b.*\bFROM\s+stdin\b", re.I | re.S)
# Servers that are older than the tool do not know them all, and nothing waits here.
_TIMEOUTS = re.compile(r"SET\s+\w+_timeout\b", re.I)
_SCHEMA = re.compile(r"(CREATE\s+SCHEMA\s+)(?!IF\b)", re.I)


class Start(NamedTuple):
    """The ``text`` of ``file``, with which ``database`` stands at ``revisions``; "" is the only one that there is."""

    revisions: tuple[str, ...]
    file: str
    text: str
    database: str = ""


class Starts:
    """Those of one observation."""

    def __init__(self, starts: tuple[Start, ...]) -> None:
        self._starts = starts
        self._judged: list[ScratchWanted] = []

    def of(self, asked: ScratchWanted) -> StartDump | None:
        """What the judged database that is ``asked`` for begins with. Raises ConfigError."""
        self._judged.append(asked)
        self._require_clear()
        for start in self._starts:
            if start.database == "" or is_called(asked.name, start.database):
                return StartDump(start.file, list(start.revisions), _statements(start, asked.dialect))
        return None

    def _require_clear(self):
        if len(self._judged) > 1 and any(not start.database for start in self._starts):
            raise ConfigError(
                "start does not say which database it is for, and there are several.",
                cause="\n".join(self._configured()),
                hint='Add it to the table: database = "..."',
            )

    def require_all_used(self) -> None:
        """Raises ConfigError where one is for a database that there is not."""
        for start in self._starts:
            called = [one for one in self._judged if is_called(one.name, start.database)]
            if start.database and self._judged and not called:
                raise ConfigError(
                    f"start names the database {start.database}, and none is called so.",
                    cause="\n".join(self._configured()),
                    hint="database in the table start of [tool.migrate-guard] is the end of a URL.",
                )

    def _configured(self):
        return [asked.url for asked in self._judged]


def is_called(configured: str, database: str) -> bool:
    """Whether the database ``configured``, the end of a URL, is the one that a person calls ``database``."""
    return database in (configured, configured.rpartition("/")[2])


def _statements(start, dialect):
    made_by = _made_by(start.text)
    if made_by and family(_DIALECTS[made_by]) != family(dialect):
        raise ConfigError(
            f"{start.file} is a dump of {made_by}, and the database is one of {dialect}.", hint=f"{_REMAKE}."
        )
    found = statements.located(start.text, dialect)
    if not found:
        raise ConfigError(
            f"{start.file} holds no statement.",
            hint=f"{_REMAKE}. Where the shell has emptied it for > {start.file}: let it write another file.",
        )
    for line, statement in found:
        if dialect == "postgresql" and _ROWS.match(statement):
            raise ConfigError(
                f"{start.file}:{line} holds rows, and a start dump holds none.",
                hint=f"{_REMAKE}, or pg_dump --schema-only.",
            )
    if dialect != "postgresql":
        return found
    return [
        (
            line,
            _SCHEMA.sub(r"\1IF NOT EXISTS ", statement, count=1) if _SCHEMA.match(statement) else statement,
        )
        for line, statement in found
        if not _TIMEOUTS.match(statement)
    ]


def _made_by(text):
    found = _FIRST_LINE.match(text) or _HEADS.search(text[:_HEAD_LENGTH])
    return found[1] if found else ""
