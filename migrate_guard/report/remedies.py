"""The commands that mend a finding, as the person at the terminal can type them."""

import posixpath
import shlex

from migrate_guard.findings.remedy import (
    Downgrade,
    Join,
    Merge,
    Place,
    Remedy,
    Request,
    Restore,
    Stage,
    Write,
)


def command(remedy: Remedy, place: Place) -> str:
    """The one command that is ``remedy``, typed at ``place``."""
    match remedy:
        case Write(request):
            return _write(request, place.own)
        case Join(environment, staged):
            return _join(environment, staged, place.own)
        case Merge():
            return _alembic(place, "merge", '-m "merge heads" heads')
        case Downgrade(revision):
            return _alembic(place, "downgrade", revision)
        case Stage():
            return stage(remedy, place.prefix)
        case Restore(commit, paths):
            return " ".join(["git checkout", shlex.quote(commit), "--", *_typed(paths, place.prefix)])


def stage(remedy: Stage, prefix: str) -> str:
    """The ``git add``, typed where the person stands: ``prefix``, relative to the top."""
    return " ".join(["git add", *(["-f"] if remedy.ignored else []), *_typed(remedy.paths, prefix)])


def _typed(paths, prefix):
    return [shlex.quote(posixpath.relpath(path, prefix or ".")) for path in paths]


def _write(request: Request, own: str) -> str:
    message = ["-m", _quoted(request.message)] if request.message else []
    merge = [] if request.merge is None else ["--merge", *request.merge]
    valued = {
        "--env": request.environment, "--head": request.head, "--branch": request.branch,
        "--version-path": request.version_path,
    }  # fmt: skip
    chosen = {
        "--splice": request.splice, "--no-stage": not request.stage, "--amend": request.amend, "--draft": request.draft,
        "--dry-run": request.dry_run, "--sql": request.sql,
    }  # fmt: skip
    more = [f"{option} {shlex.quote(value)}" for option, value in valued.items() if value]
    more += [option for option, given in chosen.items() if given]
    return " ".join(
        [own, "fix", *_staged(request.staged), *message, *merge, *more, *request.answers.options()]
    )


def _join(environment, staged, own):
    named = ["--env", shlex.quote(environment)] if environment else []
    return " ".join([own, "fix", "--merge", *_staged(staged), *named])


def _staged(staged):
    return ["--staged"] if staged else []


def _alembic(place, command, arguments):
    environment = place.environment
    if environment.flask:
        usual = posixpath.join(environment.folder, "migrations") == environment.directory
        inner = posixpath.relpath(environment.directory, environment.folder or ".")
        where = "" if usual else f"-d {shlex.quote(inner)} "
        line = f"{place.alembic} db {command} {where}{arguments}"
    else:
        ini = posixpath.basename(environment.ini)
        where = f"-c {shlex.quote(ini)} " if ini not in ("", "alembic.ini") else ""
        where += f"-n {shlex.quote(environment.section)} " if environment.section != "alembic" else ""
        where += "".join(f"-x {shlex.quote(x)} " for x in environment.x)
        line = f"{place.alembic} {where}{command} {arguments}"
    return f"(cd {shlex.quote(environment.folder)} && {line})" if environment.folder else line


def _quoted(text):
    return shlex.quote(text) if set(text) & set('"$`\\!') else f'"{text}"'
