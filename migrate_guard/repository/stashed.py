"""What the hook runner took out of the working tree for as long as its hooks run."""

import glob
import os

from migrate_guard.machine.workspace import cache_home

# pre-commit and prek: (the variable and the default of their folder, the patch in it that a process of theirs made)
_RUNNERS = (("PRE_COMMIT_HOME", "pre-commit", "patch*-{}"), ("PREK_HOME", "prek", "patches/*-{}.patch"))


def paths(repo, environ) -> set[str]:
    """The files whose unstaged edits pre-commit or prek, our parent, has put aside."""
    if "PRE_COMMIT" not in environ:
        return set()
    found = set()
    for patch in _patches(environ, os.getppid()):
        entries = repo.git("apply", "--numstat", "-z", patch).split(b"\0")[:-1]
        found.update(os.fsdecode(entry.split(b"\t", 2)[2]) for entry in entries)
    return found


def _patches(environ, runner):
    cache = cache_home(environ)
    for variable, name, pattern in _RUNNERS:
        home = environ.get(variable) or os.path.join(cache, name)
        yield from glob.iglob(os.path.join(glob.escape(home), pattern.format(runner)))
