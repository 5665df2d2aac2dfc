"""What the hook runner took out of the working tree for as long as its hooks run."""

import glob
import os
from collections.abc import Mapping

from migrate_guard.machine import runner_homes
from migrate_guard.repository.git import Repository

# In the folder of the runner: the patch that a process of its own made
_PATCHES = {"pre-commit": "patch*-{}", "prek": "patches/*-{}.patch"}


def paths(repo: Repository, environ: Mapping[str, str]) -> set[str]:
    """The files whose unstaged edits pre-commit or prek, our parent, has put aside."""
    if "PRE_COMMIT" not in environ:
        return set()
    found: set[str] = set()
    for patch in _patches(environ, os.getppid()):
        entries = repo.git("apply", "--numstat", "-z", patch).split(b"\0")[:-1]
        found.update(os.fsdecode(entry.split(b"\t", 2)[2]) for entry in entries)
    return found


def _patches(environ, runner):
    for name, pattern in _PATCHES.items():
        home = environ.get(runner_homes.VARIABLES[name]) or runner_homes.usual(name, environ)
        yield from glob.iglob(os.path.join(glob.escape(home), pattern.format(runner)))
