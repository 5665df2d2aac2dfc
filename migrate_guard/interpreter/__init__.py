"""Find the project interpreter: the Python that holds the project's SQLAlchemy and Alembic."""

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from migrate_guard.config import Settings
from migrate_guard.errors import InterpreterError
from migrate_guard.interpreter import contents, hook_runners, places


@dataclass(frozen=True)
class Interpreter:
    """``place`` says in words where it was found; ``notes`` are what a person may want to know about it."""

    command: tuple[str, ...]
    place: str
    notes: tuple[str, ...] = ()


def find(
    settings: Settings, repo: places.Checkout, folders: Iterable[str], environ: Mapping[str, str]
) -> Interpreter:
    """The Python that ``settings`` names, else the first that holds SQLAlchemy and Alembic.

    ``folders`` are those in which the Alembic environment lives, relative to the repository, nearest first.
    Raises InterpreterError.
    """
    if settings.python:
        return _explicit(settings.python, repo.root, environ)
    project = places.project_of(repo, folders, environ)
    seen, tried = set(), []
    for candidate in places.candidates(project):
        identity = contents.identity(candidate.path)
        if identity in seen:
            continue
        if identity:
            seen.add(identity)
        python, lack = candidate.path, candidate.absent
        if candidate.path:
            python, lack = contents.examine(candidate.path, environ)
        if not lack:
            notes = candidate.notes + places.another_is_active(project, python)
            return Interpreter((python,), candidate.place, notes)
        tried.append((candidate.place, lack))
    raise _none_found(tried)


def _none_found(tried):
    width = max(len(place) for place, _ in tried)
    return InterpreterError(
        "No Python with the project's SQLAlchemy and Alembic was found.",
        cause="\n".join(f"{place:{width}}  {lack}" for place, lack in tried),
        hint="Make the project's environment, or name it in pyproject.toml:\n"
        '[tool.migrate-guard] python = ".venv", or in MIGRATE_GUARD_PYTHON=...',
    )


def _explicit(words, root, environ):
    named = " ".join(words)
    path = _path_of(words, root, environ)
    if len(words) == 1:
        python, lack = contents.examine(path, environ)
        command = (python,)
    else:
        command = (path, *words[1:])
        lack = contents.lack_of(command, environ, root) if os.path.exists(path) else "no such command"
    if lack:
        raise InterpreterError(
            f"The Python named for the project cannot be used: {named}",
            cause=f"{path}: {lack}",
            hint="Correct --python, MIGRATE_GUARD_PYTHON or [tool.migrate-guard] python;\n"
            "without any of them it is searched for.",
        )
    return Interpreter(command, f"named explicitly: {named}")


def _path_of(words, root, environ):
    first = os.path.expanduser(words[0])
    path = os.path.normpath(os.path.join(root, first))
    # the command `docker` is not the repository's folder docker/
    if os.sep in first or (len(words) == 1 and os.path.exists(path)):
        return path
    return shutil.which(first, path=hook_runners.path_without_theirs(environ)) or path
