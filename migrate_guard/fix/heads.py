"""More heads than a history may have: refused, and joined by a merge revision of Alembic's where that is asked for."""

from collections.abc import Iterable
from dataclasses import replace

from migrate_guard.findings.finding import Finding
from migrate_guard.findings.remedy import Join, Request
from migrate_guard.history.environment import Environment
from migrate_guard.judging.case import Case
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
