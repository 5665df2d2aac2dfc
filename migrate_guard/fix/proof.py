"""The proof of a revision: upgraded, compared, downgraded and upgraded again in a process that has not written it."""

from collections.abc import Iterable
from dataclasses import replace

from migrate_guard.checks.facts import Old
from migrate_guard.findings import fingerprints
from migrate_guard.findings.finding import Finding
from migrate_guard.fix.decision import errors
from migrate_guard.history.environment import Environment
from migrate_guard.history.look import Look
from migrate_guard.history.step import Step
from migrate_guard.judging.case import Case
from migrate_guard.judging.facts import gather, looked_at_again
from migrate_guard.protocol.messages import ProveOrder
from migrate_guard.protocol.observation import Observation
from migrate_guard.repository.revisions import History

_SETTLE = """\
The revision says it, and the difference stays: the database keeps it in another way. Either leave it out, in the \
model of {named}, or write into upgrade() what the database keeps:
info={{"migrate_guard": {{"ignore": ["drift"], "reason": "..."}}}}
op.execute("ALTER TABLE {table} ...")"""


def prove(
    case: Case,
    environment: Environment,
    history: History,
    look: Look,
    ids: Iterable[str],
    old: Old,
) -> tuple[Observation, list[Finding]]:
    """(Observation, findings) of a source that holds the revisions ``ids`` besides; ``look`` is what lacked them.

    ``old`` may stay as it was.
    """
    proved = case.again(environment, look, ProveOrder(proved=tuple(ids)))
    proved.seen()
    facts = replace(gather(case, environment, history, proved), old=_untouched(old, look.seen()))
    facts, _ = looked_at_again(case, facts, proved)
    before = {operation.identity for operation in look.seen().operations}
    return proved.seen(), [_said(finding, facts, before) for finding in errors(facts)]


def _untouched(old, seen):
    """``old`` without what the new revision is for, in whatever words it may be there once more."""
    points = fingerprints.points(seen)
    written = {point.fingerprint for point in points.values() if point not in old.points}
    return replace(old, points=frozenset(one for one in old.points if one.fingerprint not in written))


def not_compared(proved: Observation, step: Step | None) -> list[str]:
    """What a person has to know of a proof that says less than others do."""
    said = [f"older migrations were not run: {step.said}."] if step else []
    if proved.stood:
        return said
    engines = ", ".join(dict.fromkeys(proved.engines))
    return [
        *said,
        f"what the downgrade leaves was not compared: nothing here describes a database of {engines}",
    ]


def _said(finding, facts, before):
    """As what the new revision has brought, or has not mended."""
    hint = finding.hint
    if finding.name == "drift" and not (hint or finding.asked):
        hint = _settle(
            [op for op in facts.new_operations if op.identity in before and not op.by_hand and op.kind]
        )
    fact = f"with the new revision, {finding.fact}"
    return replace(finding, fact=fact, remedy=None, written=False, hint=hint)


def _settle(operations):
    if not operations:
        return ""
    first = operations[0]
    named = f"{first.table}.{first.name}" if first.kind == "column" else first.table
    return _SETTLE.format(named=named, table=first.table)
