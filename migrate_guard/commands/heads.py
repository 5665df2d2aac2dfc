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
    from migrate_guard.report.text import screen

    judge = run.judge(scope)
    if not judge.environments:
        none_found.explain(judge.source, judge.settings.exclude, judge.settings.declared)
        return 0
    report = Report(judge.source.label, places=judge.places(), checkout=scope.checkout)
    for environment in judge.environments:
        history = judge.history(environment)
        for entry in history.unreadable:
            error = ProjectError(
                f"{entry.path}: {entry.why}.", hint="migrate-guard check lets Alembic read it."
            )
            report.failures.append((environment.name, error))
        if not history.unreadable:
            report.findings += graph(judge.facts(environment, history))
            report.notices.append(_said(environment, history.graph))
    print(screen(report, scope, run.environ, sys.stdout), end="")
    return report.exit_code


def _said(environment, history):
    ids = ", ".join(head.id for head in history.heads) or "none"
    return f"{environment.name or '.'}: {len(history.revisions)} revisions, heads: {ids}"
