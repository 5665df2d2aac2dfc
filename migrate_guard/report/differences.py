"""Each difference of a finding as a person reads it: what is to be done, and which side says what."""

from collections.abc import Iterator

from migrate_guard.findings.finding import Finding
from migrate_guard.protocol.messages import Operation
from migrate_guard.schema.words import said, what

_MODELS = "models say something else at each import"


def lines(finding: Finding) -> list[str]:
    """All that is known of ``finding`` beyond its fact."""
    found = [line for one in finding.operations for line in _difference(one, _unsteady(finding, one))]
    return [*found, *finding.detail]


def _unsteady(finding, operation):
    if operation not in finding.unsteady:
        return ""
    return "migrations say something else at each run" if finding.unsteady_migrations else _MODELS


def _difference(operation: Operation, unsteady: str) -> Iterator[str]:
    place = f"{operation.path}:{operation.line}: " if operation.path else ""
    database = f" (database {operation.database})" if operation.database else ""
    yield f"{place}{operation.direction} {what(operation)}{database}{_only_side(operation)}"
    yield f"    {_whose(operation)}"
    if operation.by_hand:
        yield "    autogenerate does not see it, migrate-guard fix does"
    if unsteady:
        yield f"    the {unsteady}"


def _only_side(operation):
    """What it says, where there is one side that says something."""
    side = operation.history if operation.models is None else operation.models
    return f": {said(operation, side)}" if side and operation.direction != "alter" else ""


def _whose(operation):
    if operation.direction == "add":
        return "the models have it, the history does not"
    if operation.direction == "drop":
        return "the history has it, the models do not"
    models, history = said(operation, operation.models), said(operation, operation.history)
    return f"the models say {models}, the history says {history}"
