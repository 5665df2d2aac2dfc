"""migrate-guard fix: write the missing revision, test it, and only then put it into the working tree."""

import sys
from dataclasses import replace

from migrate_guard import fix as missing_revision
from migrate_guard.environments import none_found
from migrate_guard.errors import GitError, GuardError
from migrate_guard.findings.remedy import Request, Stage, Write
from migrate_guard.judging import judge
from migrate_guard.judging.case import Case
from migrate_guard.judging.run import Run
from migrate_guard.judging.scope import Asked, Scope
from migrate_guard.report import differences, remedies
from migrate_guard.report.text import screen

_THERE_AND_BACK = "upgrade, compare, downgrade, upgrade"
_ONE_WAY = "upgrade, compare; there is no downgrade() to test"
_MOST = 8  # tables that the line names


def fix(run: Run, request: Request, python: str | None = None) -> int:
    """Write a revision for each environment that lacks one. Returns the exit code: 0 also where nothing is missing."""
    scope = Scope(staged=request.staged)
    case = run.case(scope, python)
    if not case.subject.environments:
        raise GuardError(f"{case.subject.source.label} holds no Alembic environment.")
    return write(run, case, request, scope, _asking(run.environ))


def hook(run: Run, python: str | None = None) -> int:
    """As a hook: for the index, never staged, and the commit fails so that the file is reviewed."""
    return max((_hook(run, scope, python) for scope in run.scopes(Asked(staged=True))), default=0)


def _hook(run, scope, python):
    case = run.case(scope, python)
    if not case.subject.environments:
        none_found.explain(case.subject.source, case.subject.settings.exclude, case.subject.settings.declared)
        return 0
    report = judge.report(case, scope)
    if report.exit_code == 0:
        return 0
    if scope.checkout or not missing_revision.is_all(case, report):
        print(screen(report, scope, run.environ, sys.stdout), end="")
        return report.exit_code
    return write(run, case, Request(staged=True, stage=False, show=True), scope) or 1


def write(
    run: Run,
    case: Case,
    request: Request,
    scope: Scope,
    ask: missing_revision.Ask = lambda question: None,
) -> int:
    """What fix does once there is a Case."""
    missing = missing_revision.make(case, request, ask)
    if missing.report.errors or missing.report.questions:
        print(screen(missing.report, scope, run.environ, sys.stdout), end="")
        return _unproved(run, case, request, scope, missing)
    if not missing.files:
        label, older = case.subject.source.label, missing.report.notices
        agree = f"Models and history agree in {label}: there is nothing to write."
        if older:
            agree = f"Nothing new to write for {label}."
        print("\n".join([agree, *older, *_unstaged(case)]))
        return 0
    if request.dry_run or request.sql:
        print("\n".join(_shown(missing, request)))
        return 0
    _put(run, case, scope, missing.files)
    if request.stage:
        _stage(case, missing.files)
    print("\n".join(_said(case, request, missing)))
    return 0


def _asking(environ):
    """Asks on the terminal that the command was typed in."""
    from migrate_guard.machine import terminal
    from migrate_guard.report import questions

    def more(words):
        return terminal.typed(words, environ)

    def ask(question):
        line = more(f"{questions.asked(question)}\n{questions.choices(question)}")
        while line and line.strip():
            found = questions.answer(question, line, more)
            if found:
                return found
            line = more(f"{line.strip()} is none of these.\n{questions.choices(question)}")
        return None

    return ask


def _unproved(run, case, request, scope, missing):
    drafts = [_marked(file) for file in missing.files if file.found]
    if drafts and request.draft:
        _put(run, case, scope, drafts)
        print(f"\nNot tested, and left unstaged: {', '.join(file.path for file in drafts)}")
        print("Its upgrade() raises until what is marked there has been settled. Then: migrate-guard check")
        return 1
    for file in drafts:
        print(f"\nThe draft of {file.path}:\n\n{file.text}")
    if drafts:
        asked = replace(request, stage=True, draft=True, dry_run=False, sql=False, answers=missing.answers)
        command = remedies.command(Write(asked), missing.report.places[drafts[0].environment])
        print(f"To have it there, untested and unstaged, and finish it by hand:\n  {command}")
    print("\nNothing was written.")
    return 1


def _marked(file):
    """With what is not proved, where that is not said by its text."""
    from migrate_guard.fix.draft import marked

    if file.raises:
        return file
    marks = ["\n".join([finding.fact, *differences.lines(finding)]) for finding in file.found]
    return replace(file, content=marked(file.content.decode(), marks).encode())


def _put(run, case, scope, files):
    """Where it is still what was tested that the files are for. Raises GuardError."""
    from migrate_guard.fix import place
    from migrate_guard.machine import locks

    with locks.holding_folder(case.subject.repo.git_dir):
        label = case.subject.source.label
        if run.case(scope).subject.source.tree != case.subject.source.tree:
            raise GuardError(
                f"{label} has changed since the migration was tested for it, and nothing was written.",
                hint="Run the command again: another run may have written the migration.",
            )
        place.require_free(case.subject.repo.root, [file.path for file in files if not file.amends])
        for file in files:
            (place.exchange if file.amends else place.put)(case.subject.repo, file.path, file.content)


def _stage(case, files):
    paths = [file.path for file in files]
    try:
        case.subject.repo.stage(paths)
    except GitError as error:
        error.message = f"{', '.join(paths)}: written and tested, but not staged: {error.message}"
        raise


def _unstaged(case, but=()):
    """What a run that was interrupted has left to be done."""
    found = [one for environment in case.subject.environments for one in case.history(environment).on_disk]
    left = sorted({one.path for one in found if one.path not in but and one.state != "left out"})
    if left:
        ignored = any(one.state == "ignored" for one in found if one.path in left)
        yield "On disk, and not staged:"
        yield f"  {remedies.stage(Stage(tuple(left), ignored), case.subject.repo.prefix)}"


def _shown(missing, request):
    """What is there to be seen where nothing is written."""
    for file in missing.files:
        if request.dry_run:
            yield f"Would write {file.path}:\n\n{file.text}"
        for ran in file.ran if request.sql else ():
            yield f"-- {file.path}{f', database {ran.database}' if ran.database else ''}"
            yield from (f"\n{statement}" for statement in ran.statements)
    if request.dry_run:
        yield from missing.report.notices
        yield from _about_rows(missing)
        yield f"{_tested(missing)} Nothing was written."


def _said(case, request, missing):
    paths = [file.path for file in missing.files]
    for file in missing.files:
        done = f"Folded it into {file.path}" if file.amends else f"Wrote {file.path}"
        yield f"{done}{' and staged it' if request.stage else ''}."
        if request.show:
            yield f"\n{file.text}"
        if file.amends:
            yield f"It is {file.amends} still: a database that is there already must be downgraded first, with the old file:"
            yield f"  {remedies.command(file.back, missing.report.places[file.environment])}"
    yield from missing.report.notices
    yield from _about_rows(missing)
    yield from _partly_staged(case, missing.models)
    yield from _unstaged(case, paths)
    for_disk = request.stage and not request.staged
    behind = sorted(case.unstaged() & missing.models) if for_disk else []
    if request.stage and not behind:
        yield f"{_tested(missing)} Review it, then commit."
        return
    yield f"{_tested(missing)} Review it, then:"
    yield f"  {remedies.stage(Stage(tuple(behind or paths)), case.subject.repo.prefix)}"


def _tested(missing):
    """What was run, and over which rows."""
    tested = [file.tested for file in missing.files]
    done = _ONE_WAY if any(one.one_way for one in tested) else _THERE_AND_BACK
    filled = list(dict.fromkeys(table for one in tested for part in one.filled for table in part.tables))
    without = dict(pair for one in tested for part in one.filled for pair in part.without)
    why = next((one.why_none for one in tested if one.why_none), "")
    more = [f"{len(filled) - _MOST} more"] if len(filled) > _MOST else []
    said = [f"with rows in {', '.join([*filled[:_MOST], *more])}"] if filled else []
    if without:
        said.append(
            f"without rows in {', '.join(f'{table} ({reason})' for table, reason in without.items())}"
        )
    if why:
        said.append(f"without rows ({why})")
    if not said:
        said.append("without rows, since it changes no table that is there")
    return f"Tested {'; '.join(said)}: {done}. Your database is unchanged."


def _about_rows(missing):
    """What becomes of values, and how to count the rows that one side refuses."""
    tested = [file.tested for file in missing.files]
    given_up = dict.fromkeys(
        f"{one.table}.{one.column} ({one.what})" if one.column else f"{one.table} ({one.what})"
        for part in tested
        for one in part.given_up
    )
    if given_up:
        yield f"Values that the upgrade does not keep: {', '.join(given_up)}."
    for downgraded, word in ((False, "upgrade"), (True, "downgrade")):
        refused = dict.fromkeys(
            (one.what, one.query) for part in tested for one in part.refuses if one.downgraded is downgraded
        )
        for what, query in refused:
            yield f"The {word} stops at rows that {what} refuses. Count yours:\n  {query}"


def _partly_staged(case, models):
    """Which version of a model was used, where the index has one and the disk another."""
    both = sorted(models & case.unstaged() & case.subject.repo.staged())
    if both:
        yield f"{', '.join(both)}: staged in part; the revision is for {case.subject.source.label}."
