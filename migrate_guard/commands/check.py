"""migrate-guard check"""

import sys

from migrate_guard.judging.run import Run
from migrate_guard.judging.scope import Asked


def check(run: Run, asked: Asked, python: str | None = None) -> int:
    """Judge what is asked for, say what was found and return the exit code: the worst of several refs."""
    worst, gap = 0, ""
    for scope in run.scopes(asked):
        code, shown = _check(run, scope, python)
        if shown:
            print(gap + shown, end="")
            gap = "\n"
        worst = max(worst, code)
    return worst


def _check(run, scope, python):
    """The exit code, and the screen where it is still to be shown."""
    case = run.case(scope, python)
    if not case.subject.environments:
        from migrate_guard.environments import none_found

        none_found.explain(case.subject.source, case.subject.settings.exclude, case.subject.settings.declared)
        return 0, ""
    from dataclasses import replace

    from migrate_guard.judging import judge
    from migrate_guard.report.text import screen

    report = judge.report(case, scope)
    if not scope.hook:  # by hand fix asks, once it is called
        report = replace(report, questions=())
    shown = screen(report, scope, run.environ, sys.stdout)
    prompted = scope.may_ask and _prompted(run, case, report, scope, shown)
    return report.exit_code, "" if prompted else shown


def _prompted(run, case, report, scope, shown):
    """Whether the person was asked; the screen has then been shown on the terminal."""
    from migrate_guard import fix
    from migrate_guard.commands.fix import write
    from migrate_guard.findings.remedy import Request
    from migrate_guard.machine import terminal

    if not fix.is_all(case, report):
        return False
    answer = terminal.ask(shown, report.suggestion, run.environ)
    if answer and answer.message is not None:
        request = Request(answer.message or report.suggestion, staged=True, stage=False)
        write(run, case, request, scope)
    return answer is not None
