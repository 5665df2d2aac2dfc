"""What was there before: the commits that count as old are judged as well, where anything is found."""

from dataclasses import replace

from migrate_guard.checks.facts import Facts, Old
from migrate_guard.errors import GuardError, ProjectError
from migrate_guard.findings import fingerprints
from migrate_guard.history.environment import Environment, same
from migrate_guard.history.step import in_a_line
from migrate_guard.judging.case import Case
from migrate_guard.judging.facts import unimported
from migrate_guard.judging.scope import Scope
from migrate_guard.repository.git import short


class Past:
    """Of what ``case`` has: the commits that ``scope`` calls old, each a Case of its own once it is asked."""

    def __init__(self, case: Case, scope: Scope) -> None:
        self._case, self._scope = case, scope
        self._alone = len(case.subject.environments) == 1
        self._cases: dict[str, Case] = {}

    def told(self, facts: Facts) -> tuple[Facts, list[str]]:
        """(``facts`` with what is old, notices): each commit is asked, as long as anything is new.

        Nothing is excused by one that cannot be judged, and a notice says so.
        """
        facts, notices = replace(facts, old=Old(self._scope.before)), []
        for commit in self._scope.old:
            if not facts.has_new:
                break
            try:
                found = _lacks(self._at(commit), facts.environment, self._alone)
            except GuardError as error:
                whose = "all that is found" if len(self._scope.old) == 1 else f"what only {short(commit)} has"
                notices.append(f"{whose} counts as new, since {_unknown(commit, error)}.")
            else:
                points, modules = facts.old.points | found.points, facts.old.unimported | found.unimported
                facts = replace(facts, old=Old(self._scope.before, points, modules))
        return facts, notices

    def _at(self, commit):
        """From where it can be judged as the source is: another side of a merge, from where the two have parted."""
        if commit not in self._cases:
            if all(step is None or self._holds(commit, step) for step in self._case.steps.values()):
                self._cases[commit] = self._case.at(commit, steps=self._case.steps)
            else:
                parted = self._case.subject.repo.common(self._scope.old[0], commit)
                self._cases[commit] = self._case.at(commit, newest=parted)
        return self._cases[commit]

    def _holds(self, commit, step):
        return self._case.subject.repo.common(step.commit, commit) == step.commit


def _lacks(case: Case, environment: Environment, alone: bool) -> Old:
    """What the same environment has wrong in ``case``. Raises GuardError where that cannot be told."""
    found = same(environment, case.subject.environments, alone)
    if found is None:
        return Old()
    seen = case.first(found)
    modules = unimported(case, found, seen)
    failed = seen.upgrade_failed
    if failed:
        raise ProjectError(f"revision {failed.revision} raises", cause=in_a_line(failed.error))
    marks = frozenset(fingerprints.of_module(one.tables) for one in modules)
    return Old(points=frozenset(fingerprints.points(seen).values()), unimported=marks)


def _unknown(commit, error):
    first = (error.cause.splitlines() or [""])[0]
    said = ": ".join(filter(None, (error.message.rstrip("."), first.rstrip("."))))
    return f"{short(commit)} cannot be judged: {said}"
