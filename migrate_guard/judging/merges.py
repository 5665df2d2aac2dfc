"""Merges: what becomes of a database that stands at one of the heads that are joined."""

from collections.abc import Iterable, Iterator

from migrate_guard.history.environment import Environment
from migrate_guard.history.graph import Graph
from migrate_guard.history.look import Look
from migrate_guard.history.step import in_a_line
from migrate_guard.judging.case import Case
from migrate_guard.protocol.messages import CheckOrder


def new(case: Case, graph: Graph) -> Iterator[str]:
    """The heads that revisions join which no commit before ``case`` has."""
    judged = case.subject.source
    merges = [one for one in graph.revisions if len(one.down_revisions) > 1]
    changed = [{*judged.changed_since(commit)} for commit in case.before] if merges else []
    for one in merges:
        if changed and all(one.path in paths for paths in changed):
            yield from one.down_revisions


def from_each(case: Case, environment: Environment, look: Look, heads: Iterable[str]) -> list[str]:
    """What a person has to know of databases that stand at one of the ``heads`` that were joined.

    ``look`` is how they were joined: an empty database takes one order, a developer's own may take another.
    """
    if look.step:
        return ["The upgrade of a database at only one of the heads was not tested."]
    return list(filter(None, (_upgraded(case, environment, look, head) for head in heads)))


def _upgraded(case, environment, look, head):
    found = case.again(environment, look, CheckOrder(first=head))
    if found.failure:
        return f"The upgrade of a database at {head} could not be tested: {found.failure.message}"
    seen = found.seen()
    failed = seen.upgrade_failed
    if failed:
        return f"A database at {head} cannot upgrade: revision {failed.revision} fails there ({in_a_line(failed.error)})."
    points = {one.identity for one in seen.operations} - {one.identity for one in look.seen().operations}
    if points:
        return f"A database at {head} differs from the models after the upgrade, a new one does not."
    return ""
