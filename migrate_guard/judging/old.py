"""What was there before: the commits that count as old are judged as well, where anything is found."""

from dataclasses import replace

from migrate_guard.checks.facts import Facts, Old
from migrate_guard.errors import GuardError, ProjectError
from migrate_guard.findings import fingerprints
from migrate_guard.history.environment import same
from migrate_guard.history.look import Look
from migrate_guard.history.step import in_a_line
from migrate_guard.judging.case import Case
from migrate_guard.judging.facts import unimported
from migrate_guard.judging.lent import CannotBeLent
from migrate_guard.judging.scope import Scope
from migrate_guard.protocol.messages import Operation
from migrate_guard.repository import source
from migrate_guard.repository.git import short
from migrate_guard.schema.moved import moved, takes_from
from migrate_guard.schema.verdict import held


def before(case: Case, facts: Facts, look: Look) -> tuple[Old, list[str]]:
    """What of ``facts`` the commits before ``case`` have already, and notices; ``look`` is what they are of."""
    if not facts.has_new:
        return Old(), []
    told, notices = Past(case, Scope(old=case.before, before="before")).told(facts, look)
    return told.old, notices


def was_clean(case: Case, facts: Facts) -> bool:
    """Whether nothing was wrong with the commits before, which is known without another look."""
    trees = [source.commit(case.subject.source.repo, commit).tree for commit in case.before]
    alone = facts.strict or not facts.extras
    return alone and bool(trees) and all(case.recalled(facts.environment, tree) for tree in trees)


class Past:
    """Of what ``case`` has: the commits that ``scope`` calls old, each a Case of its own once it is asked."""

    def __init__(self, case: Case, scope: Scope) -> None:
        self._case, self._scope = case, scope
        self._alone = len(case.subject.environments) == 1
        self._cases: dict[tuple[str, str | None, bool], Case] = {}

    def told(self, facts: Facts, look: Look) -> tuple[Facts, list[str]]:
        """(``facts`` with what is old, notices): each commit is asked, as long as anything is new.

        It is judged as ``look``, of which ``facts`` are, was, from where it can be; another side of a merge, from where
        the two have parted.
        Nothing is excused by one that cannot be judged, and a notice says so.
        """
        facts, notices = replace(facts, old=Old(self._scope.before)), []
        for commit in self._scope.old:
            if not facts.has_new:
                break
            try:
                found = self._measured(commit, facts, look)
            except GuardError as error:
                whose = "all that is found" if len(self._scope.old) == 1 else f"what only {short(commit)} has"
                notices.append(f"{whose} counts as new, since {_unknown(commit, error)}.")
            else:
                old = facts.old
                known = old.points | found.points, old.unimported | found.unimported, old.had | found.had
                facts = replace(facts, old=Old(self._scope.before, *known))
        return facts, notices

    def moved(self, facts: Facts, look: Look) -> tuple[Operation, ...]:
        """What unchanged migrations make otherwise than at each of the commits; () where that cannot be told.

        Only where migrations import code of the project is anything looked at.
        """
        judged, environment = self._case.subject.source, facts.environment
        own = [path for path in judged.entries if environment.holds(path)]
        if look.step or not takes_from(judged.read(own).values(), judged.entries.keys() - {*own}):
            return ()
        found: tuple[Operation, ...] = ()
        for commit in self._scope.old:
            changed = judged.changed_since(commit)
            if any(map(environment.holds, changed)) or not any(path.endswith(".py") for path in changed):
                return ()
            try:
                case = self._at(commit, None, alike=True)
                there = same(environment, case.subject.environments, self._alone)
                found = moved(case.first(there, look).seen(), look.seen()) if there else ()
            except GuardError:
                return ()  # of what is old, a notice says that the commit cannot be judged
            if not found:
                return ()
        return found

    def _measured(self, commit, facts, look):
        """By the settings of what is judged: others would find other things. By its own only where those fail there."""
        try:
            found = self._lacks(commit, facts, look, alike=True)
        except CannotBeLent:
            raise
        except GuardError:
            found = None
        return self._lacks(commit, facts, look, alike=False) or Old() if found is None else found

    def _lacks(self, commit, facts, look, alike):
        """What the same environment has wrong at ``commit``, and what its models had of the extras; None if it has none.

        Raises GuardError where that cannot be told.
        """
        environment = facts.environment
        like = look if look.step is None or self._holds(commit, look.step) else None
        newest = None if like else self._case.subject.repo.common(self._scope.old[0], commit)
        case = self._at(commit, newest, alike)
        found = same(environment, case.subject.environments, self._alone)
        if found is None:
            return None
        seen = case.first(found, like).seen()
        modules = unimported(case, found, seen)
        failed = seen.upgrade_failed
        if failed:
            raise ProjectError(f"revision {failed.revision} raises", cause=in_a_line(failed.error))
        marks = frozenset(fingerprints.of_module(one.tables) for one in modules)
        had = frozenset(one.identity for one in facts.extras if held(seen, one))
        return Old(points=frozenset(fingerprints.points(seen).values()), unimported=marks, had=had)

    def _at(self, commit, newest, alike):
        asked = commit, newest, alike
        if asked not in self._cases:
            self._cases[asked] = self._case.at(*asked)
        return self._cases[asked]

    def _holds(self, commit, step):
        return self._case.subject.repo.common(step.commit, commit) == step.commit


def _unknown(commit, error):
    first = (error.cause.splitlines() or [""])[0]
    said = ": ".join(filter(None, (error.message.rstrip("."), first.rstrip("."))))
    return f"{short(commit)} cannot be judged: {said}"
