"""The proof over rows: the new revision once more, on tables that hold something, and what that leads to."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from migrate_guard.errors import GuardError
from migrate_guard.findings.finding import Finding
from migrate_guard.history.environment import Environment
from migrate_guard.history.look import Look
from migrate_guard.history.step import in_a_line
from migrate_guard.judging.case import Case
from migrate_guard.protocol.messages import Filled, GivenUp, Refuses, Rename, RowsOrder
from migrate_guard.protocol.observation import Observation
from migrate_guard.questions import name, required
from migrate_guard.questions.answers import Answers

_MOST = 5  # rows that a finding names


@dataclass(frozen=True)
class Tested:
    """What a proof ran over: the tables that were ``filled``, ``why_none`` where none could be.

    ``findings`` keep the revision from being written, ``notes`` do not. ``refuses`` are rows that one side alone takes,
    ``given_up`` values that the models do not keep. ``one_way``: there is no downgrade().
    """

    filled: tuple[Filled, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    refuses: tuple[Refuses, ...] = ()
    given_up: tuple[GivenUp, ...] = ()
    one_way: bool = False
    why_none: str = ""


def order(
    look: Look, proved: Observation, ids: Iterable[str], renames: Iterable[Rename], answers: Answers
) -> RowsOrder:
    """``look`` is what lacked the revisions ``ids``, ``proved`` how they were proved without rows."""
    needed = [name(operation) for operation in required(look.seen().operations)]
    given = {column for column, _ in (*answers.defaults, *answers.backfills)}
    return RowsOrder(
        proved=tuple(ids),
        later=tuple(one for one in proved.described if not one.models),
        ran=proved.ran,
        renames=tuple(renames),
        filled=tuple(given),
        empty=tuple(column for column in needed if column not in given),
        below=True,
        back=not proved.no_way_back,
    )


def run(case: Case, environment: Environment, look: Look, wanted: RowsOrder, own: bool) -> Tested:
    """``wanted`` see order; ``own``: no line of what is tested was written by a person."""
    if not wanted.later:
        return Tested(one_way=not wanted.back, why_none="nothing here describes the database")
    try:
        seen = _seen(case, environment, look, wanted)
        if not _is_wrong(seen):
            return _tested(seen, wanted)
        if not _is_together(seen):
            return _judged(seen, environment, wanted, own)
        apart = _seen(case, environment, look, replace(wanted, below=False))
        if _is_wrong(apart):
            return _judged(apart, environment, wanted, own)
        alone = _seen(case, environment, look, replace(wanted, alone=True))
    except GuardError as error:
        return Tested(one_way=not wanted.back, why_none=error.message.rstrip("."))
    if alone.upgrade_failed:
        return _tested(apart, wanted, notes=(_note(alone.upgrade_failed, alone),))
    if alone.rows_lost:
        return _tested(apart, wanted)
    found = _findings(seen, environment, " in one upgrade with the migration before it")
    return _tested(apart, wanted, findings=found)


def _seen(case, environment, look, wanted):
    return case.again(environment, look, wanted).seen()


def _is_wrong(seen):
    return bool(seen.upgrade_failed or seen.downgrade_failed or seen.rows_lost)


def _is_together(seen):
    failed = seen.upgrade_failed
    return bool(failed and failed.together) or any(one.together for one in seen.rows_lost)


def _judged(seen, environment, wanted, own):
    failed = seen.upgrade_failed or seen.downgrade_failed
    if failed and not own:
        return _tested(seen, wanted, notes=(_note(failed, seen),))
    return _tested(seen, wanted, findings=_findings(seen, environment))


def _tested(seen, wanted, **more):
    return Tested(seen.filled, refuses=seen.refuses, given_up=seen.given_up, one_way=not wanted.back, **more)


def _note(failed, seen):
    tables = ", ".join(dict.fromkeys(table for one in seen.filled for table in one.tables))
    return (
        f"{failed.path}:{failed.line}: revision {failed.revision} fails with made-up rows in {tables}, and passes without: "
        f"{in_a_line(failed.error)}"
    )


def _findings(seen, environment, together=""):
    tables = ", ".join(dict.fromkeys(table for one in seen.filled for table in one.tables))
    for failed, word, found in (
        (seen.upgrade_failed, "upgrade", "upgrade-fails"),
        (seen.downgrade_failed, "downgrade", "irreversible-revision"),
    ):
        if failed:
            fact = f"the {word} of the new migration fails with rows in {tables}{together}."
            detail = tuple(failed.error.splitlines())
            return (
                Finding(found, environment.name, fact, detail=detail, path=failed.path, line=failed.line),
            )
    back = seen.rows_lost[0].downgraded
    word, found = ("downgrade", "irreversible-revision") if back else ("upgrade", "upgrade-fails")
    lost = [f"{one.table}: the row {one.row}: {one.what}" for one in seen.rows_lost if one.downgraded is back]
    more = [f"and {len(lost) - _MOST} more"] if len(lost) > _MOST else []
    fact = f"the {word} of the new migration does not keep all rows{together}."
    return (Finding(found, environment.name, fact, detail=(*lost[:_MOST], *more)),)
