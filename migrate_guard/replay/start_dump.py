"""A start dump: the structure of a database at a revision, proved by a scratch database that is made of it."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from migrate_guard.errors import ConfigError, ProjectError, ScratchError
from migrate_guard.history.environment import Environment
from migrate_guard.observing.session import Session
from migrate_guard.protocol import messages
from migrate_guard.repository.revisions import History
from migrate_guard.schema import words
from migrate_guard.schema.differences import differences
from migrate_guard.scratch import dumps
from migrate_guard.scratch.pins import DATABASES
from migrate_guard.scratch.starts import Start, is_called

_SHOWN = 10
_HEADS = ("head", "heads")


class Made(NamedTuple):
    """``text`` is the SQL, ``server`` what it was read from, ``revisions`` those that it stands at."""

    text: str
    server: str
    revisions: tuple[str, ...]
    tables: int
    restored_on: str


class Case(Protocol):
    """What of a case a dump is made by."""

    @property
    def environ(self) -> Mapping[str, str]: ...

    def history(self, environment: Environment) -> History: ...

    def apart(self, environment: Environment, starts: tuple[Start, ...] | None = None) -> Session: ...


def make(case: Case, environment: Environment, at: str, url: str, database: str, version: str) -> Made:
    """The dump of what the history gives ``at`` a revision, or of the database at ``url``, which is only read.

    ``at`` "" is where it stands. ``database`` says which one where the environment configures several, ``version`` is
    ours. Raises GuardError.
    """
    wanted = _wanted(case, environment, at)
    order, starts = messages.DumpOrder(to=wanted or ("heads",)), None
    if url:
        order, starts = messages.DumpOrder(to=(), original=dumps.only_read(url)), ()
    with case.apart(environment, starts) as session:
        seen = session.look(order)
        session.finish()
        _require_replayed(seen)
        standing = _one(seen.standing, database)
        _require_at(standing, wanted, url)
        address = dumps.address(url) if url else session.address(standing.url)
        text = dumps.made(standing.server, standing.version, address, case.environ)
    rows = "".join(f"{row};\n" for row in standing.rows)
    named = ", ".join(standing.revisions)
    text = f"-- start at {named} ({_server(standing)}, migrate-guard {version})\n\n{text.strip()}\n\n{rows}"
    restored_on = _prove(case, environment, standing, text)
    tables = sum(one.kind == "table" for one in standing.objects)
    return Made(text, _server(standing), tuple(standing.revisions), tables, restored_on)


def _wanted(case, environment, at):
    """The ids that ``at`` means; as it stands where only Alembic can tell."""
    history = case.history(environment)
    if not at or not history.is_whole:
        return [at] if at else []
    heads = [head.id for head in history.graph.heads]
    if at in _HEADS:
        return heads
    found = history.graph.find(at)
    if not found:
        raise ConfigError(
            f"{environment.name or '.'} has no revision {at}.",
            hint=f"--at takes one of its revisions; heads: {', '.join(heads)}.",
        )
    return [found.id]


def _require_replayed(seen):
    failed = seen.upgrade_failed
    if failed:
        raise ProjectError(
            f"the history cannot be replayed: revision {failed.revision} raises.",
            cause=f"{failed.path}:{failed.line}\n{failed.error}",
            hint="Where a database is kept that stands there, read that one: --url, or MIGRATE_GUARD_DUMP_URL.",
        )


def _one(standing, database):
    called = [one for one in standing if not database or is_called(one.database, database)]
    if len(called) == 1:
        return called[0]
    raise ConfigError(
        f"{len(called) or 'none'} of the databases that env.py configures could be meant.",
        cause="\n".join(one.url for one in standing),
        hint="Say which: --database NAME, the end of its URL.",
    )


def _require_at(standing, wanted, url):
    there = standing.revisions
    if not there:
        raise ConfigError(
            "the database has no row in its version table, so nobody knows where it stands.",
            hint="Give one that Alembic has upgraded or stamped." if url else "--at takes a revision.",
        )
    if url and wanted and set(there) != set(wanted):
        raise ConfigError(
            f"the database stands at {', '.join(there)}, not at {', '.join(wanted)}.",
            hint="Leave --at out to take where it stands, or upgrade a copy of it first.",
        )


def _prove(case, environment, original, text):
    """What it was restored on. Raises ScratchError where that is another database."""
    start = Start(tuple(original.revisions), "the dump", text, original.database)
    with case.apart(environment, (start,)) as session:
        seen = session.look(messages.DumpOrder(to=()))
    restored = next(one for one in seen.standing if one.url == original.url)
    found = _different(original.objects, restored.objects)
    if found:
        raise ScratchError(
            f"the dump was restored on {_server(restored)}, and is not what was read from {_server(original)}.",
            cause="\n".join(_said(one) for one in found[:_SHOWN]),
            hint="Use the server of the original: engine, or scratch_url, in [tool.migrate-guard].",
        )
    return _server(restored)


def _server(standing):
    return f"{DATABASES[standing.server]} {standing.version}"


def _different(original, restored):
    """Both ways: what only a history has is not always said."""
    found = {one[:4]: one for one in differences(original, restored)}
    for one in differences(restored, original):
        found.setdefault(one[:4], one._replace(models=one.history, history=one.models))
    return list(found.values())


def _said(one):
    what = [one.kind, one.name, f"of {one.table}" if one.table not in ("", one.name) else "", one.attribute]
    there, here = (_side(one, side) for side in (one.history, one.models))
    return f"{' '.join(filter(None, what))}: the original {there}, the restored one {here}"


def _side(one, side):
    if side is None:
        return "lacks it"
    return dict(side).get(one.attribute, "none") if one.attribute else words.said(one, side)
