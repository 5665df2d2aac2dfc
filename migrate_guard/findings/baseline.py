"""Pure: the findings that a project accepts, in migrate-guard-baseline.toml, and what the models ignore themselves."""

import datetime
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from migrate_guard import toml
from migrate_guard.errors import ConfigError
from migrate_guard.findings import fingerprints
from migrate_guard.protocol.messages import Ignored, Operation
from migrate_guard.protocol.observation import Observation

FILE = "migrate-guard-baseline.toml"
# What of one table or column a model itself can have left alone
IGNORABLE = ("drift",)
_TAKES = {"what": str, "reason": str, "until": datetime.date}
_LINE = 'Each line is like this one: 4cd7aef533 = {what = "...", reason = "...", until = 2030-12-31}'
_HEAD = """\
# What migrate-guard leaves alone: a line for each finding. Each needs a reason; until = 2030-12-31 ends it after that day.
# "migrate-guard baseline" adds what is found and takes away what is gone; reasons and dates stay.
"""


@dataclass(frozen=True)
class Entry:
    """One accepted finding. ``until`` is the last day that it counts, None for always; ``line`` counts from 1."""

    fingerprint: str
    what: str
    reason: str = ""
    until: datetime.date | None = None
    line: int = 0

    def counts(self, today: datetime.date) -> bool:
        return bool(self.reason) and not self.is_expired(today)

    def is_expired(self, today: datetime.date) -> bool:
        return self.until is not None and self.until < today


def read(text: bytes | None) -> list[Entry]:
    """The entries of the file, none where there is no file. Raises ConfigError where it is not as it should be.

    Of two lines for one finding, as two branches leave them, the first that has a reason is taken.
    """
    found: dict[str, Entry] = {}
    for number, line in enumerate((text or b"").decode(errors="replace").splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            entry = _entry(line, number)
            if not found.get(entry.fingerprint, entry).reason or entry.fingerprint not in found:
                found[entry.fingerprint] = entry
    return list(found.values())


def _entry(line, number):
    try:
        ((fingerprint, values),) = toml.loads(line).items()
        if not values or not all(isinstance(value, _TAKES[name]) for name, value in values.items()):
            raise ValueError("a value is of another kind")
    except (ValueError, KeyError, AttributeError):
        raise ConfigError(f"{FILE}:{number} cannot be read.", cause=line.strip(), hint=_LINE) from None
    until = values.get("until")
    if isinstance(until, datetime.datetime):
        until = until.date()
    return Entry(fingerprint, values.get("what", ""), values.get("reason", "").strip(), until, number)


def text(entries: list[Entry]) -> str:
    """The file, in the order of fingerprints: a line for each entry, so that git can merge it line by line."""
    return _HEAD + "".join(map(_line, sorted(entries, key=lambda entry: entry.fingerprint)))


def _line(entry):
    until = f", until = {entry.until}" if entry.until else ""
    return (
        f"{entry.fingerprint} = {{what = {_quoted(entry.what)}, reason = {_quoted(entry.reason)}{until}}}\n"
    )


def _quoted(value):
    # TOML's basic strings and JSON's share their escapes, but for this one
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def updated(entries: Iterable[Entry], found: Mapping[str, str], reason: str = "") -> list[Entry]:
    """An entry for each of ``found`` (fingerprint: what): that of ``entries`` where it has one.

    ``reason`` is for those that have none.
    """
    before = {entry.fingerprint: entry for entry in entries}
    return [
        replace(entry, reason=entry.reason or reason)
        for entry in (before.get(mark) or Entry(mark, what) for mark, what in found.items())
    ]


def apply(
    observation: Observation, accepted: frozenset[str], by_application: Collection[str] = ()
) -> Observation:
    """Without what the models ignore, what is ``accepted``, by its fingerprint, and tables ``by_application``, by patterns."""
    marks = fingerprints.of_operations(fingerprints.everything(observation))

    def why(operation):
        if any(_covers(one, operation) for one in observation.ignores):
            return "ignored"
        if any(fnmatchcase(operation.table, pattern) for pattern in by_application):
            return "by application"
        return "accepted" if marks[operation] in accepted else ""

    def left(operations, wanted=""):
        return tuple(operation for operation in operations if why(operation) == wanted)

    both = (*observation.operations, *observation.extras)
    return replace(
        observation,
        operations=left(observation.operations),
        extras=left(observation.extras),
        ignored=(*observation.ignored, *left(both, "ignored")),
        accepted=(*observation.accepted, *left(both, "accepted")),
        by_application=(*observation.by_application, *left(both, "by application")),
    )


def _covers(ignored: Ignored, operation: Operation) -> bool:
    if not ignored.reason or "drift" not in ignored.names or ignored.database != operation.database:
        return False
    if not ignored.column:
        return operation.kind != "" and operation.table == ignored.table
    column = ("column", ignored.table, ignored.column)
    return (operation.kind, operation.table, operation.name) == column
