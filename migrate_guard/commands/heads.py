"""migrate-guard heads: the static part alone, for hosts without the project's environment."""

import posixpath
import sys

from migrate_guard.judging.run import Run
from migrate_guard.judging.scope import Asked

# Further ones are counted
_NAMED = 5


def heads(run: Run, asked: Asked) -> int:
    """Judge the history of what is asked for, say what was found and return the exit code: the worst of several refs."""
    return max((_heads(run, scope) for scope in run.scopes(asked)), default=0)


def _heads(run, scope):
    from migrate_guard.checks.graph import graph, older_heads
    from migrate_guard.environments import none_found
    from migrate_guard.errors import ProjectError
    from migrate_guard.findings.finding import Report
    from migrate_guard.judging.facts import gather
    from migrate_guard.report.text import screen

    case = run.case(scope)
    if not case.subject.environments:
        none_found.explain(case.subject.source, case.subject.settings.exclude, case.subject.settings.declared)
        return 0
    unread = _unread(case.subject)
    partly = {_owner(path, case.subject.environments) for path in unread}
    findings, notices = [], []
    older: list[str] = []
    failures = [(folder, _not_read(paths)) for folder, paths in _by_folder(unread).items()]
    for environment in case.subject.environments:
        history = case.history(environment)
        for entry in history.unreadable:
            error = ProjectError(
                f"{entry.path}: {entry.why}.", hint="migrate-guard check lets Alembic read it."
            )
            failures.append((environment.name, error))
        notices += [
            f"{one.path}: only its ids were read, since {one.unread}."
            for one in history.graph.revisions
            if one.unread
        ]
        if not history.unreadable and environment.name not in partly:
            facts = gather(case, environment, history, scope=scope)
            findings += graph(facts)
            older += filter(None, [older_heads(facts)])
            notices.append(_said(environment, history.graph))
    report = Report(
        case.subject.source.label,
        tuple(findings),
        tuple(failures),
        notices=tuple(notices),
        older=tuple(older),
        places=case.places({}),
        checkout=scope.checkout,
    )
    print(screen(report, scope, run.environ, sys.stdout), end="")
    return report.exit_code


def _unread(subject):
    from migrate_guard.environments import excluded
    from migrate_guard.repository import revisions

    found = revisions.elsewhere(subject.source, subject.environments)
    return [path for path in found if not excluded(path, subject.settings.exclude)]


def _owner(path, environments):
    """The name of the environment that may keep ``path``, by its script directory or as the only one; None if unknown."""
    around = [one for one in environments if path.startswith(f"{one.directory}/") or len(environments) == 1]
    return max(around, key=lambda one: len(one.directory)).name if around else None


def _by_folder(paths):
    found: dict[str, list[str]] = {}
    for path in paths:
        found.setdefault(posixpath.dirname(path), []).append(path)
    return found


def _not_read(paths):
    from migrate_guard.errors import ProjectError

    several = len(paths) > 1
    named = [*paths[:_NAMED], *([f"and {len(paths) - _NAMED} more"] if len(paths) > _NAMED else [])]
    return ProjectError(
        f"{len(paths)} {'migrations were' if several else 'migration was'} not read: the settings of Alembic do not "
        f"name {'their' if several else 'its'} folder.",
        cause="\n".join(named),
        hint="Code may name it. migrate-guard check runs that code and reads them.\n"
        "Or name the folder in version_locations, in the ini.",
    )


def _said(environment, history):
    ids = ", ".join(head.id for head in history.heads) or "none"
    return f"{environment.name or '.'}: {len(history.revisions)} revisions, heads: {ids}"
