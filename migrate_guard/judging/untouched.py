"""Which environments a commit cannot have touched: one that cannot be checked then does not stop it."""

from collections.abc import Iterable

from migrate_guard.environments import upwards
from migrate_guard.history.environment import Environment
from migrate_guard.history.meaning import meaning
from migrate_guard.repository import gate, source
from migrate_guard.repository.source import Source


def changed(judged: Source, commits: Iterable[str]) -> list[str]:
    """The paths in which ``judged`` differs from one of ``commits`` in something that is read, comments aside."""
    found: dict[str, None] = {}
    for commit in commits:
        before = source.commit(judged.repo, commit)
        paths = gate.relevant(judged.differences(commit))
        both = [
            one for one in paths if one.endswith(".py") and one in judged.entries and one in before.entries
        ]
        now, then = judged.read(both), before.read(both)
        same = {path for path in both if meaning(now[path]) == meaning(then[path])}
        found.update(dict.fromkeys(path for path in paths if path not in same))
    return list(found)


def can_belong(path: str, environment: Environment, others: Iterable[Environment]) -> bool:
    """Whether ``path`` may be part of ``environment``: what lies in the folder of another service is not."""
    above = set(upwards(path.rpartition("/")[0]))
    return not any(_are_apart(environment, one) and one.folder in above for one in others)


def _are_apart(one, other):
    """Whether neither lies in the folder of the other."""
    return one.folder not in upwards(other.folder) and other.folder not in upwards(one.folder)
