"""The commands that mend a finding, as the person at the terminal can type them."""

import os
import posixpath
import shlex
import shutil
import sys

# What pre-commit and prek leave in an environment that they made for a hook.
_MADE_FOR_A_HOOK = (".install_state_v1", ".install_state_v2", ".prek-hook.json")


def write(environ, message: str = "", staged: bool = False) -> str:
    """The command that writes the missing revision; without ``message`` it makes one for each environment."""
    words = [_own_command(environ), "fix", *(["--staged"] if staged else [])]
    return " ".join([*words, "-m", _quoted(message)] if message else words)


def join(environ, environment: str = "", staged: bool = False) -> str:
    """The command of ours that joins heads; ``environment`` where there are several."""
    words = [_own_command(environ), "fix", "--merge", *(["--staged"] if staged else [])]
    return " ".join([*words, "--env", shlex.quote(environment)] if environment else words)


def merge(environment, environ, scripts: str = "") -> str:
    """The command that joins the heads of ``environment``; ``scripts`` is where its interpreter keeps commands."""
    return _alembic(environment, environ, scripts, "merge", '-m "merge heads" heads')


def downgrade(environment, environ, scripts: str, revision: str) -> str:
    """The command that takes a database down to ``revision``."""
    return _alembic(environment, environ, scripts, "downgrade", revision)


def _alembic(environment, environ, scripts, command, arguments):
    if environment.flask:
        usual = posixpath.join(environment.folder, "migrations") == environment.directory
        inner = posixpath.relpath(environment.directory, environment.folder or ".")
        where = "" if usual else f"-d {shlex.quote(inner)} "
        line = f"{_typed('flask', environ, scripts)} db {command} {where}{arguments}"
    else:
        ini = posixpath.basename(environment.ini)
        where = f"-c {shlex.quote(ini)} " if ini not in ("", "alembic.ini") else ""
        where += f"-n {shlex.quote(environment.section)} " if environment.section != "alembic" else ""
        where += "".join(f"-x {shlex.quote(x)} " for x in environment.x)
        line = f"{_typed('alembic', environ, scripts)} {where}{command} {arguments}"
    return f"(cd {shlex.quote(environment.folder)} && {line})" if environment.folder else line


def add(paths, prefix: str, options: str = "") -> str:
    """The ``git add`` of ``paths``, typed where the person stands: ``prefix``, relative to the top."""
    typed = [shlex.quote(posixpath.relpath(path, prefix or ".")) for path in paths]
    return " ".join(["git add", *([options] if options else []), *typed])


def _typed(command, environ, scripts):
    """With its folder, where the project's environment is not active: another one's would not know the project."""
    inside = os.path.join(scripts, command)
    found = shutil.which(command, path=environ.get("PATH")) or ""
    active = os.path.realpath(os.path.dirname(found)) == os.path.realpath(scripts)
    return command if not scripts or active or not os.path.exists(inside) else shlex.quote(inside)


def _own_command(environ):
    """An environment that was made for a hook is on the PATH of hooks alone."""
    own = os.path.join(sys.prefix, "bin")
    path = environ.get("PATH", "").split(os.pathsep)
    if any(os.path.exists(os.path.join(sys.prefix, mark)) for mark in _MADE_FOR_A_HOOK):
        path = [folder for folder in path if os.path.realpath(folder) != os.path.realpath(own)]
    here = os.path.join(own, "migrate-guard")
    if shutil.which("migrate-guard", path=os.pathsep.join(path)) or not os.path.exists(here):
        return "migrate-guard"
    return shlex.quote(here)


def _quoted(text):
    return shlex.quote(text) if set(text) & set('"$`\\!') else f'"{text}"'
