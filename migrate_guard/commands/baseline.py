"""migrate-guard baseline: record what is found, so that only what is new counts."""

import os
import sys
from dataclasses import replace

from migrate_guard.errors import GuardError
from migrate_guard.findings import baseline
from migrate_guard.findings.remedy import Stage
from migrate_guard.judging import judge
from migrate_guard.judging.run import Run
from migrate_guard.judging.scope import WORKING_TREE, Asked
from migrate_guard.report import remedies
from migrate_guard.report.text import screen

_ATTRIBUTES = ".gitattributes"


def record(run: Run, reason: str = "", python: str | None = None, against: str | None = None) -> int:
    """Bring the baseline file up to what the working tree has; returns the exit code.

    With ``against`` only what is there at the merge base with it, too, is recorded anew.
    """
    (scope,) = run.scopes(Asked(against=against)) or (WORKING_TREE,)
    case = run.case(scope, python)
    report = judge.report(case, scope)
    if not case.subject.environments:
        raise GuardError(f"{case.subject.source.label} holds no Alembic environment.")
    if not report.whole:
        report = replace(report, questions=())  # it is not for a revision that this was called
        print(screen(report, scope, run.environ, sys.stdout), end="")
        print("\nNothing was recorded, since not all could be looked for.")
        return report.exit_code or 1
    before = case.baseline
    entries = baseline.updated(before, report.recordable, reason)
    if not entries and not before:
        print("There is nothing to record.")
        return 0
    print("\n".join(_written(case.subject.repo, before, entries)))
    return 0


def _written(repo, before, entries):
    kept = {entry.fingerprint for entry in before} & {entry.fingerprint for entry in entries}
    new, gone = len(entries) - len(kept), len(before) - len(kept)
    path = os.path.join(repo.root, baseline.FILE)
    if not entries:
        os.unlink(path)
        yield f"Removed {baseline.FILE}: nothing is found for it any more."
        return
    _replace(path, baseline.text(entries))
    yield f"Wrote {baseline.FILE}: {new} new, {len(kept)} kept, {gone} taken out."
    paths = [baseline.FILE]
    if _merged_by_lines(repo):
        paths.append(_ATTRIBUTES)
        yield f"Wrote {_ATTRIBUTES}: where two branches add to it, git keeps the lines of both."
    missing = sum(not entry.reason for entry in entries)
    if missing:
        count = (
            "1 entry needs a reason, and counts"
            if missing == 1
            else f"{missing} entries need a reason, and count"
        )
        yield f"{count} for nothing without one. Then:"
    else:
        yield "Review it, then:"
    yield f"  {remedies.stage(Stage(tuple(paths)), repo.prefix)}"


def _replace(path, text):
    beside = f"{path}.{os.getpid()}"
    try:
        with open(beside, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(beside, path)
    finally:
        if os.path.exists(beside):
            os.unlink(beside)


def _merged_by_lines(repo):
    """Whether git had to be told to merge the file that way."""
    if repo.attribute("merge", baseline.FILE) != "unspecified":
        return False
    path = os.path.join(repo.root, _ATTRIBUTES)
    text = ""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
    gap = "\n" if text and not text.endswith("\n") else ""
    _replace(path, f"{text}{gap}{baseline.FILE} merge=union\n")
    return True
