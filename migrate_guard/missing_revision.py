"""The revision that a source lacks: written and proved in the snapshot, and only then put into the working tree."""

import os
from dataclasses import replace

from migrate_guard import protocol
from migrate_guard.checks import find
from migrate_guard.checks.drift import message, verb
from migrate_guard.checks.facts import identity
from migrate_guard.errors import GuardError
from migrate_guard.findings import ERROR, Report
from migrate_guard.schema import verdict


def is_all(judge, report: Report) -> bool:
    """Whether a new revision would mend all that the report has, and can be written without further questions."""
    if report.exit_code != 1 or not all(map(_mends, report.errors)):
        return False
    drifting = {finding.environment for finding in report.errors}
    lacking = [environment for environment in judge.environments if environment.name in drifting]
    return all(len(judge.history(environment).graph.heads) < 2 for environment in lacking)


def write(judge, text="", head="") -> tuple[Report, list[str], set[str]]:
    """A revision for each environment of the Judge's source that lacks one: the new files, and their models' files.

    ``text`` is the message, made from the operations where empty. Nothing appears where the report has errors.
    """
    report, written, models = Report(judge.source.label), [], set()
    for environment in judge.environments:
        seen, found, left = _write(judge, environment, text, head)
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


def _mends(finding):
    return finding.written


def _write(judge, environment, text, head):
    """What was seen when a revision was written into the snapshot, the findings that stand in the way, and the
    operations that are left to be written by hand.
    """
    history = judge.history(environment)
    found = _in_the_way(judge.facts(environment, history)) if history.is_whole else []
    if found:
        return None, found, []
    # Where the message is known and the graph has been seen, one run both looks and writes.
    at_once = text and history.is_whole
    seen = _write_there(judge, environment, text, head) if at_once else judge.observe(environment)
    found = _in_the_way(judge.facts(environment, history, seen))
    if found or not seen.operations:
        return None, found, []
    if not at_once:
        seen = _write_there(judge, environment, text or message(seen.operations), head)
    proved = judge.observe(environment)
    by_hand = {identity(operation) for operation in seen.operations if operation.by_hand}
    left = [operation for operation in proved.operations if identity(operation) in by_hand]
    proved.operations = [operation for operation in proved.operations if operation not in left]
    return (
        seen,
        [
            _left(finding)
            for finding in _errors(judge.looked_at_again(judge.facts(environment, history, proved)))
        ],
        left,
    )


def _write_there(judge, environment, text, head):
    return judge.observe(environment, mode=protocol.WRITE, message=text, head=head, orders=verdict.orders)


def _in_the_way(facts):
    errors = _errors(facts)
    return [] if all(map(_mends, errors)) else errors


def _errors(facts):
    # A module that nobody imports is no reason to write nothing, unless its tables would be dropped.
    dropping = tuple(module for module in facts.unimported if module.dropped)
    return [finding for finding in find(replace(facts, unimported=dropping)) if finding.severity == ERROR]


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
