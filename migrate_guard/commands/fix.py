"""migrate-guard fix: write the missing revision, prove it, and only then put it into the working tree."""

from migrate_guard import remedies
from migrate_guard.errors import GuardError
from migrate_guard.request import Request


def fix(context, request, python=None) -> int:
    """Write a revision for each environment that lacks one. Returns the exit code: 0 also where nothing is missing."""
    judge = context.judge(request.staged, python=python)
    if not judge.environments:
        raise GuardError(f"{judge.source.label} holds no Alembic environment.")
    return write(context, judge, request)


def hook(context, python=None) -> int:
    """As a hook: for the index, never staged, and the commit fails so that the file is reviewed."""
    outcome = context.judged(staged=True, python=python)
    if outcome is None or outcome.report.exit_code == 0:
        return 0
    from migrate_guard import missing_revision

    if not missing_revision.is_all(outcome.judge, outcome.report):
        print(context.screen(outcome.report), end="")
        return outcome.report.exit_code
    request = Request(staged=True, stage=False)
    return write(context, outcome.judge, request) or 1


def write(context, judge, request) -> int:
    """What fix does once there is a Judge."""
    from migrate_guard import missing_revision

    report, written, models = missing_revision.write(judge, request)
    if report.errors:
        print(context.screen(report), end="")
        print("\nNothing was written.")
        return 1
    if not written:
        print(f"Models and history agree in {judge.source.label}: there is nothing to write.")
        return 0
    if request.stage:
        judge.repo.run("add", "--", *written)
    behind = sorted(judge.unstaged_paths() & models) if request.stage else []
    print("\n".join(_said(written, request.stage, behind, judge.repo.prefix, report.notices)))
    return 0


def _said(written, staged, behind, prefix, left):
    yield from (f"Wrote {path}{' and staged it' if staged else ''}." for path in written)
    result = "what is left has to be written into it by hand" if left else "nothing is left"
    yield from left
    if staged and not behind:
        yield f"Replayed and compared again: {result}. Review it, then {'stage it and ' if left else ''}commit."
        return
    yield f"Replayed and compared again: {result}. Review it, then:"
    yield f"  {remedies.add(behind or written, prefix)}"
