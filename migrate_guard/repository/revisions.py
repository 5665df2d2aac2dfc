"""The revision files of an environment: in the judged source, and beside it on disk."""

import os
import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from migrate_guard.history.environment import Environment
from migrate_guard.history.graph import Graph
from migrate_guard.history.read import Unreadable, is_revision_file, read
from migrate_guard.history.revision import DiskRevision, Revision
from migrate_guard.repository import stashed
from migrate_guard.repository.git import Repository, names
from migrate_guard.repository.source import REF, Source
from migrate_guard.schema.declared import is_in_a_folder_aside

_STATES = {"??": "untracked", "!!": "ignored"}


@dataclass(frozen=True)
class History:
    """The revision files of one environment as they read; ``unreadable`` ones only Alembic can tell.

    ``is_whole`` is False where Alembic has to: also where code says which folders hold the revisions.
    """

    graph: Graph
    unreadable: tuple[Unreadable, ...]
    on_disk: tuple[DiskRevision, ...]
    is_whole: bool = True


def history(judged: Source, environment: Environment, environ: Mapping[str, str]) -> History:
    """What the source ``judged`` holds of ``environment``, and what lies beside it on disk."""
    paths = [path for path in judged.entries if _is_revision(environment, path)]
    entries = [read(path, text) for path, text in sorted(judged.read(paths).items())]
    unreadable = tuple(entry for entry in entries if isinstance(entry, Unreadable))
    return History(
        Graph(entry for entry in entries if isinstance(entry, Revision)),
        unreadable,
        tuple(_on_disk(judged, environment, environ)),
        is_whole=not (unreadable or environment.config),
    )


def elsewhere(judged: Source, environments: Iterable[Environment]) -> list[str]:
    """Files that read like revisions and lie where none of ``environments`` keeps its own: code may name their folder."""
    found = judged.modules_with(
        r"^(revision|revision, *down_revision) *[:=]", r"^(.*, *)?down_revision *[:=]", each=True
    )
    known = list(environments)
    return [
        path
        for path in found
        if is_revision_file(posixpath.basename(path))
        and not is_in_a_folder_aside(path)
        and not any(_is_revision(one, path) for one in known)
    ]


def ignored(repo: Repository, environments: Iterable[Environment], environ: Mapping[str, str]) -> list[str]:
    """Python files that git ignores where ``environments`` keep their revisions."""
    folders = [folder for environment in environments for folder in environment.versions]
    states = _states(repo, folders, environ)
    return [path for path, state in states.items() if state == "ignored" and path.endswith(".py")]


def _is_revision(environment, path):
    return environment.holds(path) and is_revision_file(posixpath.basename(path))


def _on_disk(judged, environment, environ):
    if judged.kind == REF:
        return
    states = _states(judged.repo, environment.versions, environ, judged.entries)
    for path, state in states.items():
        file = os.path.join(judged.repo.root, path)
        if not _is_revision(environment, path) or not os.path.isfile(file):
            continue
        with open(file, "rb") as opened:
            revision = read(path, opened.read())
        if isinstance(revision, Revision):
            yield DiskRevision(path, revision.id, revision.down_revisions, state)
        else:
            yield DiskRevision(path, "", (), state)


def _states(repo, folders, environ, entries=None):
    """How git sees each path below ``folders`` that differs from the index, of which ``entries`` are the files."""
    existing = [folder for folder in folders if os.path.isdir(os.path.join(repo.root, folder))]
    if not existing:
        return {}
    inside = tuple(f"{folder}/" for folder in folders)
    put_aside = {path for path in stashed.paths(repo, environ) if path.startswith(inside)}
    listed = _listed(repo, existing)
    return {
        **dict.fromkeys(put_aside, "unstaged"),
        **listed,
        **dict.fromkeys(_left_out(repo, existing, entries), "left out"),  # to the other index it is untracked
        **{path: state for path, state in listed.items() if state == "unstaged"},
    }


def _listed(repo, folders):
    """The state of each path below ``folders`` that is on disk in another way than in the index, or only there."""
    options = ["--no-renames", "--untracked-files=all", "--ignored=traditional"]
    entries = names(repo.git("status", "--porcelain", "-z", *options, "--", *folders))
    # Of the two letters before a path the first is about the index and HEAD.
    return {entry[3:]: _STATES.get(entry[:2], "unstaged") for entry in entries if entry[1] != " "}


def _left_out(repo, folders, entries):
    """What is staged, but not in the index that ``git commit -- path`` makes for its commit."""
    usual = os.path.join(repo.git_dir, "index")
    if entries is None or repo.index == usual or not os.path.exists(usual):
        return set()
    return set(names(repo.git("ls-files", "-z", "--", *folders, GIT_INDEX_FILE=usual))) - entries.keys()
