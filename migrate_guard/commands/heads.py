"""migrate-guard heads: the static part alone, for hosts without the project's environment."""

import sys

from migrate_guard.judging.run import Run
from migrate_guard.judging.scope import Asked


def heads(run: Run, asked: Asked) -> int:
    """Judge the history of what is asked for, say what was found and return the exit code: the worst of several refs."""
    return max((_heads(run, scope) for scope in run.scopes(asked)), default=0)


def _heads(run, scope):
    from migrate_guard.checks.graph import graph
    from migrate_guard.environments import none_found
    from migrate_guard.errors import ProjectError
    from migrate_guard.findings.finding import Report
    from migrate_guard.judging.facts import gather
    from migrate_guard.report.text import screen

    case = run.case(scope)
    if not case.subject.environments:
        none_found.explain(case.subject.source, case.subject.settings.exclude, case.subject.settings.declared)
        return 0
    findings, failures, notices = [], [], []
    for environment in case.subject.environments:
        history = case.history(environment)
        for entry in history.unreadable:
            error = ProjectError(
                f"{entry.path}: {entry.why}.", hint="migrate-guard check lets Alembic read it."
            )
            failures.append((environment.name, error))
        if not history.unreadable:
            findings += graph(gather(case, environment, history))
            notices.append(_said(environment, history.graph))
    report = Report(
        case.subject.source.label,
        tuple(findings),
        tuple(failures),
        notices=tuple(notices),
        places=case.places({}),
        checkout=scope.checkout,
    )
    print(screen(report, scope, run.environ, sys.stdout), end="")
    return report.exit_code


def _said(environment, history):
    ids = ", ".join(head.id for head in history.heads) or "none"
    return f"{environment.name or '.'}: {len(history.revisions)} revisions, heads: {ids}"
