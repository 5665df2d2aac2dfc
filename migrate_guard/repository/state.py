"""What git says when a run begins, gathered once: no more of it than decides what is judged."""

import os
from collections import namedtuple  # a passing commit waits for this, and not for dataclasses or typing
from collections.abc import Collection, Mapping

from migrate_guard.repository import gate
from migrate_guard.repository.git import Repository

# Where the commits are from that have what is known already: there is one to compare with, some remote has them, or
# they are the parents, since no remote has any.
COMPARED, PUSHED, PARENTS = "compared", "pushed", "parents"
_MERGED = "GITHEAD_"


class Range(namedtuple("Range", "name commit there remote")):
    """``commit`` is what is judged, called ``name``, and ``there`` a commit to compare with, None where none is named.

    ``remote`` is the name of the one that the commit is pushed to, "" where a runner of hooks wants a range judged, None
    where a person named the commit.
    """

    __slots__ = ()


class Known(namedtuple("Known", "commit old since relevant", defaults=((), "", True))):
    """What git makes of a Range: the id of its commit, None where it names none; the ids of the commits that have what is
    known already, and ``since`` when. ``relevant``: whether it may differ from each of them in anything that is read; not looked
    for where a person named the commit.
    """

    __slots__ = ()


class State(
    namedtuple("State", "head change parents merging known disk", defaults=(None, "", (), (), (), False))
):
    """``head`` is the id of the commit that is checked out, None before the first; ``known`` has a Known for each Range.

    Where it is about the index: ``change`` is what that holds against HEAD, see gate, ``merging`` are the commits that a
    merge under way brings in, and ``parents`` those of HEAD, where the index is equal to it. ``disk``: a runner of hooks has left
    the files on disk as they are, and they differ from the index in something that is read.
    """

    __slots__ = ()


def gather(repo: Repository, variables: Mapping[str, str], index: bool, ranges: Collection[Range]) -> State:
    """``index``: whether that is what will be judged. Raises GitError where nothing is known to compare a Range with."""
    if not (index or ranges):
        return State()
    change = gate.decide(repo) if index else ""
    # pre-commit run --all-files; in a commit it takes away what is not staged, and git names the index
    disk = index and "PRE_COMMIT" in variables and "GIT_INDEX_FILE" not in variables and gate.is_edited(repo)
    known = tuple(_known(repo, one) for one in ranges)
    if not index or change == gate.NOTHING_RELEVANT:
        return State(repo.head, change, known=known, disk=disk)
    parents = repo.parents(repo.head) if change == gate.SAME_AS_HEAD else ()
    return State(repo.head, change, parents, merging(repo.git_dir, variables), known, disk)


def merging(git_dir: str, variables: Mapping[str, str]) -> tuple[str, ...]:
    """The commits that a merge under way brings in.

    Before git makes the merge commit by itself it names them in variables, after a conflict in a file.
    """
    named = [name[len(_MERGED) :] for name in variables if name.startswith(_MERGED)]
    file = os.path.join(git_dir, "MERGE_HEAD")
    if os.path.exists(file):
        with open(file, encoding="ascii") as opened:
            named += opened.read().split()
    return tuple(dict.fromkeys(named))


def _known(repo, asked):
    commit = repo.commit(f"{asked.commit}^{{commit}}")
    if commit is None and asked.remote:
        return Known(None, relevant=False)  # a tag of something else
    if asked.there is not None and (not asked.remote or repo.commit(f"{asked.there}^{{commit}}")):
        old, since = (repo.merge_base(asked.there, asked.commit),), COMPARED
    elif asked.remote:  # to a new branch, or to one where somebody else has pushed what is not fetched yet
        old = _pushed(repo, commit, asked.remote) or _pushed(repo, commit, "")
        old, since = (old, PUSHED) if old else (repo.parents(commit), PARENTS)
    else:
        return Known(commit)
    relevant = asked.remote is None or all(gate.is_relevant(repo, one, commit) for one in old)
    return Known(commit, old, since, relevant)


def _pushed(repo, commit, remote):
    """The newest ancestors of ``commit`` that ``remote`` has, as far as this clone knows; "" is any remote."""
    refs = f"--remotes={remote}" if remote else "--remotes"
    out = repo.git("rev-list", "--boundary", commit, "--not", refs).decode().split()
    return tuple(line[1:] for line in out if line.startswith("-")) if out else (commit,)
