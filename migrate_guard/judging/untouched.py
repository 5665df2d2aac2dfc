"""Which environments a commit cannot have touched: they are not judged, or do not stop it where they cannot be."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from migrate_guard.advice import missing_module
from migrate_guard.environments import upwards
from migrate_guard.history.environment import Environment
from migrate_guard.history.meaning import code
from migrate_guard.history.record import Record
from migrate_guard.judging.case import Case
from migrate_guard.repository import declarations, gate, source
from migrate_guard.repository.source import Source

# What says which packages an interpreter has, besides
_LOCKS = (
    "*.lock",
    "pylock.*toml",
    "*requirements*.in",
    "requirements/*",
    "environment.yaml",
    ".python-version",
)


@dataclass(frozen=True)
class _Change:
    """The paths of what leads from a commit to what is judged: ``edited`` are in both, and differ in more than comments."""

    edited: frozenset[str]
    appearing: frozenset[str]
    before: frozenset[str]


def unread(case: Case, commits: Iterable[str]) -> dict[str, Record]:
    """The environments, by name, that read nothing of what changed since one of ``commits``, with what they do read.

    It takes a record of what was read of that very commit when nothing was wrong with it. Where tables are declared in a
    changed module that none of them reads, all are judged: one of them should know it.
    """
    judged = case.subject.source
    found: dict[str, Record] = {}
    for commit in commits:
        before = source.commit(judged.repo, commit)
        known = {one.name: case.recalled(one, before.tree) for one in case.subject.environments}
        records = {name: record for name, record in known.items() if record and name not in found}
        if records:
            change = _change(judged, before)
            if _declares(judged, change, known.values()) or _reinstalls(change):
                continue
            for name, record in records.items():
                if not record.touched(change.edited, change.appearing, change.before, judged.entries.keys()):
                    found[name] = record
    return found


def _declares(judged, change, records):
    """Whether a module that changed, and that nobody reads, may declare tables."""
    changed = change.edited | change.appearing
    nobody_reads = changed.difference(*(record.files for record in records if record))
    return bool(nobody_reads and declarations.find(judged, lambda path: path in nobody_reads))


def _reinstalls(change):
    """Whether other packages may be installed with the change: models, or what reads them, may come from these."""
    patterns = (*missing_module.REQUIREMENTS, *_LOCKS)
    return any(
        fnmatchcase(f"/{path}", f"*/{pattern}")
        for path in change.edited | change.appearing
        for pattern in patterns
    )


def _change(judged, before):
    differing = {path for path, _ in judged.entries.items() ^ before.entries.items()}
    both = {path for path in differing if path in judged.entries and path in before.entries}
    texts = [one for one in both if one.endswith(".py")]
    now, then = judged.read(texts), before.read(texts)
    same = {path for path in now.keys() & then.keys() if code(now[path]) == code(then[path])}
    return _Change(frozenset(both - same), frozenset(differing - both), frozenset(before.entries))


def changed(judged: Source, commits: Iterable[str]) -> list[str]:
    """The paths in which ``judged`` differs from one of ``commits`` in something that is read, comments aside."""
    found: dict[str, None] = {}
    for commit in commits:
        change = _change(judged, source.commit(judged.repo, commit))
        relevant = gate.relevant(judged.differences(commit))
        found.update(dict.fromkeys(path for path in relevant if path in change.edited | change.appearing))
    return list(found)


def can_belong(path: str, environment: Environment, others: Iterable[Environment]) -> bool:
    """Whether ``path`` may be part of ``environment``: what lies in the folder of another service is not."""
    above = set(upwards(path.rpartition("/")[0]))
    return not any(_are_apart(environment, one) and one.folder in above for one in others)


def _are_apart(one, other):
    """Whether neither lies in the folder of the other."""
    return one.folder not in upwards(other.folder) and other.folder not in upwards(one.folder)
