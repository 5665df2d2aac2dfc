"""migrate-guard fix: write the missing revision, prove it, and only then put it into the working tree."""

import os
import shlex

from migrate_guard import gate, protocol
from migrate_guard.checks import CHECKS
from migrate_guard.checks.drift import drift, message
from migrate_guard.checks.graph import graph
from migrate_guard.checks.unstaged import blocking
from migrate_guard.checks.upgrade import upgrade
from migrate_guard.errors import GuardError
from migrate_guard.findings import Report
from migrate_guard.report.text import render


def fix(context, text="", head="", staged=False, stage=True, python=None) -> int:
    """Write a revision for each environment that lacks one; ``text`` is its message, made up where empty.

    With ``stage`` the new files are added to the index. Returns the exit code: 0 also where nothing is missing.
    """
    judge = context.judge(staged, python=python)
    if not judge.environments:
        raise GuardError(f"{judge.source.label} holds no Alembic environment.")
    report = Report(judge.source.label)
    written = [path for env in judge.environments for path in _write(judge, env, report, text, head)]
    if report.errors:
        print(render(report, in_hook=context.in_hook, bold=context.bold), end="")
        print("\nNothing was written.")
        return 1
    if not written:
        print(f"Models and history agree in {judge.source.label}: there is nothing to write.")
        return 0
    _appear(judge, written)
    if stage:
        judge.repo.run("add", "--", *written)
    print("\n".join(_said(written, stage)))
    return 0


def hook(context, python=None) -> int:
    """As a hook: for the index, never staged, and the commit fails so that the file is reviewed."""
    if context.skipped or gate.decide(context.repo) == gate.NOTHING_RELEVANT:
        return 0
    judge = context.judge(staged=True, python=python)
    if not judge.environments:
        return 0
    report = judge.report()
    return 0 if report.exit_code == 0 else fix(context, staged=True, stage=False, python=python) or 1


def _write(judge, environment, report, text, head):
    """Paths of the revisions written into the snapshot; none where the report says why."""
    history = judge.history(environment)
    if not history.unreadable:
        report.findings += graph(judge.facts(environment, history))
        if report.errors:
            return []
    plain = judge.observe(environment)
    facts = judge.facts(environment, history, plain)
    if blocking(facts) or plain.upgrade_failed:
        report.findings += [found for check in CHECKS for found in check(facts)]
        return []
    if not plain.operations:
        return []
    seen = judge.observe(environment, protocol.WRITE, text or message(plain.operations), head)
    facts = judge.facts(environment, history, judge.observe(environment))
    report.findings += [found for check in (upgrade, drift) for found in check(facts)]
    return seen.written


def _appear(judge, paths):
    for path in paths:
        if os.path.lexists(os.path.join(judge.repo.root, path)):
            raise GuardError(f"{path} exists already and was left alone.", hint="Move it away, or git add it.")
    for path in paths:
        target = os.path.join(judge.repo.root, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(os.path.join(judge.snapshot(), path), "rb") as made, open(target, "xb") as file:
            file.write(made.read())


def _said(written, staged):
    yield from (f"Wrote {path}{' and staged it' if staged else ''}." for path in written)
    if staged:
        yield "Replayed and compared again: nothing is left. Review it, then commit."
    else:
        yield "Replayed and compared again: nothing is left. Review it, then:"
        yield f"  git add {' '.join(map(shlex.quote, written))}"
