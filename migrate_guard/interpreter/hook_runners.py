"""Which environments belong to pre-commit and prek, and not to the project."""

import os
from collections.abc import Mapping

from migrate_guard.machine import runner_homes


def owns(folder: str, environ: Mapping[str, str]) -> bool:
    """Below a runner's cache, or laid out like it: the cache may have been another one at install time."""
    folder = os.path.realpath(folder)
    parent, name = os.path.split(folder)
    if name.startswith("py_env-") and os.path.basename(parent).startswith("repo"):
        return True
    if os.path.isfile(os.path.join(folder, ".prek-hook.json")):
        return True
    caches = (os.path.realpath(cache) + os.sep for cache in _caches(environ))
    return folder.startswith(tuple(caches))


def path_without_theirs(environ: Mapping[str, str]) -> str:
    """PATH without the environment that the runner put first."""
    entries = environ.get("PATH", "").split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if not owns(os.path.dirname(entry), environ))


def _caches(environ):
    for name, variable in runner_homes.VARIABLES.items():
        yield runner_homes.usual(name, environ)
        if environ.get(variable):
            yield os.path.expanduser(environ[variable])
