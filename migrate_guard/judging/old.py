"""What was there before: the commits that count as old are judged as well, where anything is found."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from migrate_guard.checks.facts import Facts, Old
from migrate_guard.errors import GuardError
from migrate_guard.history.environment import Environment
from migrate_guard.judging.scope import Scope
from migrate_guard.repository.git import short


class Judged(Protocol):
    """A commit that can say what it has wrong."""

    def lacks(self, environment: Environment, alone: bool) -> Old:
        """Of the same environment. Raises GuardError where that cannot be told."""
        ...


def with_old(
    facts: Facts, scope: Scope, alone: bool, judged: Callable[[str], Judged]
) -> tuple[Facts, list[str]]:
    """(``facts`` with what is old, notices): each old commit is asked, as long as anything is new.

    Nothing is excused by one that cannot be judged, and a notice says so. ``judged`` gives what a commit's id stands for.
    ``alone``: no other environment is judged.
    """
    facts, notices = replace(facts, old=Old(scope.before)), []
    for commit in scope.old:
        if not facts.has_new:
            break
        try:
            found = judged(commit).lacks(facts.environment, alone)
        except GuardError as error:
            whose = "all that is found" if len(scope.old) == 1 else f"what only {short(commit)} has"
            notices.append(f"{whose} counts as new, since {_unknown(commit, error)}.")
        else:
            both = Old(scope.before, facts.old.points | found.points, facts.old.unimported | found.unimported)
            facts = replace(facts, old=both)
    return facts, notices


def _unknown(commit, error):
    first = (error.cause.splitlines() or [""])[0]
    said = ": ".join(filter(None, (error.message.rstrip("."), first.rstrip("."))))
    return f"{short(commit)} cannot be judged: {said}"
