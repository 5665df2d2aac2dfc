"""The places where a project interpreter may be, in their order."""

import os
import re
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from migrate_guard.interpreter import contents, hook_runners, tools
from migrate_guard.machine.workspace import cache_folder

_NAMES = ("venv", "env", ".env")


@dataclass(frozen=True)
class Candidate:
    """``path`` is a Python or an environment's folder; where it is "", ``absent`` says why."""

    place: str
    path: str = ""
    absent: str = "no such folder"
    notes: tuple[str, ...] = ()


class Checkout(Protocol):
    """What of a Repository tells where the project and its main worktree are."""

    root: str
    git_dir: str
    common_dir: str


@dataclass(frozen=True)
class Project:
    """``folders`` from the innermost to the top; ``main`` the same in the main worktree, none if this is it."""

    root: str
    folders: tuple[str, ...]
    main: tuple[str, ...]
    git_hook: str
    environ: dict[str, str]


def project_of(repo: Checkout, folders: Iterable[str], environ: Mapping[str, str]) -> Project:
    relative: list[str] = []
    for folder in folders:
        while folder:
            relative.append(folder)
            folder = os.path.dirname(folder)
    relative = [*dict.fromkeys(relative), ""]
    main = os.path.dirname(repo.common_dir)
    linked = repo.git_dir != repo.common_dir and os.path.basename(repo.common_dir) == ".git"
    return Project(
        repo.root,
        tuple(os.path.normpath(os.path.join(repo.root, folder)) for folder in relative),
        tuple(os.path.normpath(os.path.join(main, folder)) for folder in relative) if linked else (),
        os.path.join(repo.common_dir, "hooks", "pre-commit"),
        dict(environ),
    )


def candidates(project: Project) -> Iterator[Candidate]:
    """Lazily: a later place often costs more than an earlier one."""
    for place in (
        _own,
        _named_for_uv,
        _in_project,
        _saved_by_pdm,
        _made_by_tools,
        _active,
        _in_git_hook,
        _asked,
    ):
        yield from place(project)


def _own(project):
    place = "the environment migrate-guard runs in"
    if hook_runners.owns(sys.prefix, project.environ):
        yield Candidate(place, absent="the hook's own")
    else:
        yield Candidate(place, sys.executable)


def _named_for_uv(project):
    named = project.environ.get("UV_PROJECT_ENVIRONMENT")
    if named:
        paths = dict.fromkeys(os.path.normpath(os.path.join(folder, named)) for folder in project.folders)
        for path in paths:
            yield Candidate(f"$UV_PROJECT_ENVIRONMENT, {shown(path, project.root)}", path)


def _in_project(project):
    yield from _in_folders(project.folders, project.root)
    if project.main:
        yield from _in_folders(project.main, project.main[-1], "main worktree: ", _main_note(project))


def _in_folders(folders, root, where="", notes=()):
    for folder in folders:
        path = os.path.join(folder, ".venv")
        yield Candidate(where + shown(path, root), _redirected(path), "a file without a path", notes)
    others = [os.path.join(folder, name) for folder in folders for name in _NAMES]
    found = [path for path in others if contents.is_environment(path)]
    for path in found:
        yield Candidate(where + shown(path, root), path, notes=notes)
    if not found:
        yield Candidate(where + ", ".join(_NAMES), absent="no environment of that name")


def _redirected(path):
    """PEP 832: instead of the folder there may be a file that holds its path."""
    if not os.path.isfile(path):
        return path
    named = tools.text(path).strip()
    return named and os.path.normpath(os.path.join(os.path.dirname(path), named))


def _saved_by_pdm(project):
    for folder, where, notes in _everywhere(project):
        path = tools.pdm(folder)
        if path:
            top = project.main[-1] if where else project.root
            place = where + shown(os.path.join(folder, ".pdm-python"), top)
            yield Candidate(place, os.path.join(folder, path), notes=notes)


def _made_by_tools(project):
    for folder, where, notes in _everywhere(project):
        for place, path in tools.left_on_disk(folder, project.environ):
            yield Candidate(where + place, path, notes=notes)


def _everywhere(project):
    yield from ((folder, "", ()) for folder in project.folders)
    yield from ((folder, "main worktree: ", _main_note(project)) for folder in project.main)


def _main_note(project):
    return (f"This is the environment of the main worktree, {shown(project.main[-1])}.",)


def _active(project):
    yield _active_virtual_environment(project.environ)
    if project.environ.get("CONDA_PREFIX"):
        yield _active_conda_environment(project.environ)
    on_path = _on_path(project.environ)
    for folder in on_path:
        yield Candidate(f"{shown(folder, project.root)}, on the PATH", folder)
    if not on_path:
        yield Candidate("environments on the PATH", absent="none")


def _active_virtual_environment(environ):
    folder = environ.get("VIRTUAL_ENV")
    if not folder:
        return Candidate("$VIRTUAL_ENV", absent="not set")
    if hook_runners.owns(folder, environ):
        return Candidate("$VIRTUAL_ENV", absent="the hook's own")
    return Candidate("$VIRTUAL_ENV", folder)


def _active_conda_environment(environ):
    folder = environ["CONDA_PREFIX"]
    if environ.get("CONDA_DEFAULT_ENV") == "base" or contents.is_conda_base(folder):
        return Candidate("$CONDA_PREFIX", absent="conda's base environment")
    return Candidate("$CONDA_PREFIX", folder)


def _on_path(environ):
    folders = []
    for entry in environ.get("PATH", "").split(os.pathsep):
        folder, name = os.path.split(entry.rstrip(os.sep))
        if (
            name == "bin"
            and os.path.isabs(folder)
            and contents.is_environment(folder)
            and not contents.is_conda_base(folder)
            and not hook_runners.owns(folder, environ)
        ):
            folders.append(folder)
    return folders


def _in_git_hook(project):
    """pre-commit writes the Python that it was installed with into git's hook."""
    found = re.search(r"^INSTALL_PYTHON=(.+)$", tools.text(project.git_hook), re.MULTILINE)
    try:
        words = shlex.split(found[1]) if found else []
    except ValueError:
        return  # a hook of somebody else's
    if words:
        yield Candidate("INSTALL_PYTHON in git's pre-commit hook", words[0])


def _asked(project):
    environ = _outside_the_hook(project.environ)
    cache = os.path.join(cache_folder(project.environ), "interpreters.json")
    for folder in project.folders:
        for place, path, reason in tools.asked(folder, environ, cache):
            yield Candidate(place, path, reason)


def _outside_the_hook(environ):
    """Without what is active: any tool would answer with that instead of with the project's environment."""
    dropped = ("VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV")
    kept = {name: value for name, value in environ.items() if name not in dropped}
    return {**kept, "PATH": hook_runners.path_without_theirs(environ)}


def another_is_active(project: Project, python: str) -> tuple[str, ...]:
    candidates = [_active_virtual_environment(project.environ)]
    if project.environ.get("CONDA_PREFIX"):
        candidates.append(_active_conda_environment(project.environ))
    # not everything on the PATH was put there by activating it
    candidates += [
        Candidate("", folder) for folder in _on_path(project.environ) if contents.holds_both(folder)
    ]
    active = next((candidate.path for candidate in candidates if candidate.path), "")
    if not active or contents.identity(active) == contents.identity(python):
        return ()
    return (f"The active environment is another one: {shown(active, project.root)}.",)


def shown(path: str, root: str = "") -> str:
    if root and path.startswith(root + os.sep):
        return path[len(root) + 1 :]
    home = os.path.expanduser("~")
    return "~" + path[len(home) :] if path.startswith(home + os.sep) else path
