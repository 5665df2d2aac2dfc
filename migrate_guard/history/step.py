"""The step: an earlier commit's models and the revisions since, judged where the history cannot be replayed."""

import re
import sys
from collections.abc import Set
from dataclasses import dataclass, field

from migrate_guard.protocol.messages import BuiltFromModels
from migrate_guard.protocol.observation import Observation

# Those of SQLAlchemy, drivers and Alembic have a dot; a class of Python's own is part of what it says
_CLASSES = re.compile(r"^(?:\w+\.[\w.]+: )?(?:\([\w.]+\) )?(?:<class '[\w.]+'>: )?")


_OF_DATABASES = {
    "sqlalchemy", "alembic", "psycopg2", "psycopg", "asyncpg", "pg8000", "pymysql", "MySQLdb", "mysql", "mariadb", "aiomysql",
    "asyncmy", "aiosqlite", "oracledb", "cx_Oracle", "pyodbc", "pymssql", "duckdb", "clickhouse_driver", "snowflake",
}  # fmt: skip
# Flask's
_NO_CONTEXT = "Working outside of application context"


@dataclass(frozen=True)
class Step:
    """``commit`` is the id of the one that it starts from, and ``revisions`` are the ids of those that it holds.

    ``edited`` are revisions that a newer commit holds in another text, and that it therefore has to be without.
    ``because`` says why the history was not replayed from its base, "" where the setting asks for it. ``vacuous`` is
    what kept the replay from proving anything.
    """

    commit: str
    revisions: frozenset[str] = frozenset()
    edited: tuple[str, ...] = ()
    because: str = ""
    vacuous: tuple[BuiltFromModels, ...] = field(default=(), hash=False)

    @property
    def short(self) -> str:
        return self.commit[:8]

    @property
    def said(self) -> str:
        """The line of the verdict."""
        edited = f" (before {', '.join(self.edited)}, which has changed)" if self.edited else ""
        judged = f"the step from {self.short}{edited}, in which older drift cannot be seen"
        return f"{self.because}; judged instead: {judged}" if self.because else f"judged was {judged}"


def why(seen: Observation, revisions: Set[str]) -> str:
    """Why a replay that saw ``seen`` gives no verdict, where the start holds ``revisions``, by id or path; "" where it does.

    A revision that is new and fails is the commit's own doing.
    """
    failed = seen.upgrade_failed
    if failed and not revisions.isdisjoint((failed.revision, failed.path)):
        return f"revision {failed.revision} fails on an empty database: {in_a_line(failed.error)}"
    for built in seen.built:
        if not built.revision or built.revision in revisions:
            who = f"revision {built.revision}" if built.revision else built.path
            return f"{who} builds from the models as they are now"
    return ""


def is_of_settings(error: str) -> bool:
    """Whether ``error``, with which a revision failed, has nothing to do with what its database holds.

    An exception of Python's own may come of rows that an empty database lacks; one of another package does not, unless it
    is SQLAlchemy, Alembic or a driver. That of an option which nobody has set is of another package.
    """
    first = (error.splitlines() or [""])[0]
    name, _, words = first.partition(":")
    if name in ("ImportError", "ModuleNotFoundError") or _NO_CONTEXT in words:
        return True
    package, dot, _ = name.partition(".")
    python = sys.stdlib_module_names - {"configparser"}
    return bool(dot and name.replace(".", "").isidentifier()) and package not in _OF_DATABASES | python


def in_a_line(error: str) -> str:
    """What ``error``, the text of an exception of a database, says in a line."""
    return _CLASSES.sub("", (error.splitlines() or [""])[0]).rstrip(".")
