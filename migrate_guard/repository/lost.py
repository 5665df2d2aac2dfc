"""A revision file that the judged source lacks, looked for in all of git's history."""

import posixpath
import re
from dataclasses import dataclass

from migrate_guard.history.environment import Environment
from migrate_guard.history.read import read
from migrate_guard.history.revision import Revision
from migrate_guard.repository.git import Repository, short

_MOST = "20"


@dataclass(frozen=True)
class File:
    """``path`` as ``commit`` has it. ``deleted_by`` is the short id and the first line of the commit that deleted it, "" if none has."""

    path: str
    commit: str
    deleted_by: str = ""


def find(repo: Repository, environment: Environment, id: str) -> File | None:
    """The file of the revision ``id``: deleted on the way to HEAD, or else of any branch. None where git has none."""
    for commit, subject, path in _touched(repo, environment, id, "D", "HEAD"):
        if _is(repo, f"{commit}^", path, id):
            return File(path, f"{short(commit)}^", f"{short(commit)} ({subject})")
    for commit, _, path in _touched(repo, environment, id, "AR", "--all"):
        if _is(repo, commit, path, id):
            return File(path, short(commit))
    return None


def _touched(repo, environment, id, how, where):
    """(commit, its first line, path) for each file that may be it, the newest first."""
    folders = sorted({environment.directory or ".", *environment.versions})
    options = [
        f"--diff-filter={how}",
        "--name-only",
        "--format=%x01%H%x02%s",
        "-n",
        _MOST,
        "-z",
        "--no-textconv",
    ]
    command = ["log", *options, f"-G{re.escape(id)}", where, "--", *(f":(top){folder}" for folder in folders)]
    out = repo.git(*command, fails_with=(128,), GIT_NO_LAZY_FETCH="1")
    for entry in out.decode(errors="replace").split("\x01")[1:]:
        head, _, listed = entry.partition("\0")
        commit, _, subject = head.partition("\x02")
        for path in listed.strip("\n\0").split("\0"):
            if path.strip().endswith(".py"):
                yield commit, subject, path.strip()


def _is(repo, commit, path, id):
    text = repo.git("show", f"{commit}:{path}", fails_with=(128,), GIT_NO_LAZY_FETCH="1")
    found = read(posixpath.basename(path), text)
    return isinstance(found, Revision) and found.id == id
