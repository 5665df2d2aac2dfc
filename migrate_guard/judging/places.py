"""Where remedies are typed: which commands the shell of the person finds, and by what name."""

import os
import shlex
import shutil
import sys
from collections.abc import Mapping

from migrate_guard.findings.remedy import Place
from migrate_guard.history.environment import Environment

# What pre-commit and prek leave in an environment that they made for a hook.
_MADE_FOR_A_HOOK = (".install_state_v1", ".install_state_v2", ".prek-hook.json")


def place(environment: Environment, environ: Mapping[str, str], scripts: str = "", prefix: str = "") -> Place:
    """``scripts`` is where the environment's own interpreter keeps commands, "" where nobody knows."""
    alembic = _typed("flask" if environment.flask else "alembic", environ, scripts)
    return Place(environment, alembic, _own_command(environ), prefix)


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
