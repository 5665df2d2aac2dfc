"""migrate-guard heads: the static part alone, for hosts without the project's environment."""

from migrate_guard.checks.graph import graph
from migrate_guard.environments import none_found
from migrate_guard.errors import ProjectError
from migrate_guard.findings.finding import Report
from migrate_guard.report.text import render
from migrate_guard.repository import gate


def heads(context, staged=False, ref=None) -> int:
    if context.skipped or (staged and gate.decide(context.repo) == gate.NOTHING_RELEVANT):
        return 0
    judge = context.judge(staged, ref)
    if not judge.environments:
        none_found.explain(judge)
        return 0
    report = Report(judge.source.label, places=judge.places())
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
    print(render(report, quiet=context.in_hook, in_hook=context.in_hook, bold=context.bold), end="")
    return report.exit_code


def _said(environment, history):
    ids = ", ".join(head.id for head in history.heads) or "none"
    return f"{environment.name or '.'}: {len(history.revisions)} revisions, heads: {ids}"
