"""More heads than a history may have: refused, and joined by a merge revision of Alembic's where that is asked for."""

from collections.abc import Iterable
from dataclasses import replace

from migrate_guard.findings.finding import Finding
from migrate_guard.findings.remedy import Join, Request
from migrate_guard.history.environment import Environment
from migrate_guard.history.look import Look
from migrate_guard.history.step import in_a_line
from migrate_guard.judging.case import Case
from migrate_guard.protocol.messages import CheckOrder
from migrate_guard.protocol.observation import Draft

_HEADS = "multiple-heads"
_MESSAGE = "merge heads"


def can_be_joined(found: Iterable[Finding]) -> bool:
    """Whether a merge would mend all of the findings that a new revision does not mend."""
    heads = [finding for finding in found if finding.name == _HEADS]
    return (
        bool(heads)
        and all(finding.remedy for finding in heads)
        and {one.name for one in found} <= {_HEADS, "drift"}
    )


def offered(found: list[Finding], join_: Join) -> list[Finding]:
    """The findings, where heads are to be joined with a remedy of ours."""
    return [replace(one, remedy=join_) if one.name == _HEADS and one.remedy else one for one in found]


def join(case: Case, environment: Environment, request: Request) -> Draft:
    """What was written into the snapshot. Raises GuardError."""
    with case.apart(environment) as session:
        return session.merge(request.merge or ("heads",), request.message or _MESSAGE)


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
