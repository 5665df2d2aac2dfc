"""The revision that a source lacks: written and proved in the snapshot, and only then put into the working tree."""

import os
from dataclasses import replace

from migrate_guard import protocol
from migrate_guard.checks.drift import verb
from migrate_guard.checks.facts import identity
from migrate_guard.errors import GuardError
from migrate_guard.findings import Report
from migrate_guard.missing_revision.decision import Decision, errors, in_the_way


def is_all(judge, report: Report) -> bool:
    """Whether a new revision would mend all that the report has, and can be written without further questions."""
    if report.exit_code != 1 or not all(finding.written for finding in report.errors):
        return False
    drifting = {finding.environment for finding in report.errors}
    lacking = [environment for environment in judge.environments if environment.name in drifting]
    return all(len(judge.history(environment).graph.heads) < 2 for environment in lacking)


def write(judge, request) -> tuple[Report, list[str], set[str]]:
    """A revision for each environment of the Judge's source that lacks one: the new files, and their models' files.

    Nothing appears where the report has errors.
    """
    report, written, models = Report(judge.source.label), [], set()
    for environment in judge.environments:
        seen, found, left = _write(judge, environment, request)
        report.findings += found
        report.notices += [
            f"autogenerate does not see it, write it by hand: {verb(op)} {op.what}" for op in left
        ]
        if seen:
            written += seen.written
            models |= {operation.path for operation in seen.operations if operation.path}
    if report.errors:
        return report, [], set()
    _appear(judge, written)
    return report, written, models


def _write(judge, environment, request):
    """What was seen when a revision was written into the snapshot, the findings that stand in the way, and the
    operations that are left to be written by hand.
    """
    history = judge.history(environment)
    found = in_the_way(judge.facts(environment, history)) if history.is_whole else []
    if found:
        return None, found, []
    seen = judge.observe(
        environment,
        Decision(judge, environment, history),
        mode=protocol.WRITE,
        message=request.message,
        head=request.head,
    )
    found = in_the_way(judge.facts(environment, history, seen))
    if found or not seen.written:
        return None, found, []
    proved = judge.observe(environment)
    by_hand = {identity(operation) for operation in seen.operations if operation.by_hand}
    left = [operation for operation in proved.operations if identity(operation) in by_hand]
    proved.operations = [operation for operation in proved.operations if operation not in left]
    return (
        seen,
        [
            _left(finding)
            for finding in errors(judge.looked_at_again(judge.facts(environment, history, proved)))
        ],
        left,
    )


def _left(finding):
    return replace(finding, fact=f"with the new revision, {finding.fact}", command="", written=False)


def _appear(judge, paths):
    for path in paths:
        if os.path.lexists(os.path.join(judge.repo.root, path)):
            raise GuardError(
                f"{path} exists already and was left alone.", hint="Move it away, or git add it."
            )
    for path in paths:
        target = os.path.join(judge.repo.root, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(os.path.join(judge.observer.snapshot(), path), "rb") as made, open(target, "xb") as file:
            file.write(made.read())
