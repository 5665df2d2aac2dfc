"""A revision: one file of the history."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Revision:
    """``path`` is relative to the repository, ``line`` the one that sets the id. References are as written.

    ``unread`` says why nothing but these was read of its text, "" where all of it was.
    """

    id: str
    down_revisions: tuple[str, ...] = ()
    branch_labels: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    path: str = ""
    line: int = 0
    unread: str = ""


@dataclass(frozen=True)
class DiskRevision:
    """A revision file of the working tree that the judged source lacks, or has otherwise.

    ``state`` is how git sees it: "untracked", "unstaged", "ignored", or "left out" of a commit of some paths. ``id`` is empty where the file cannot be read
    without running it.
    """

    path: str
    id: str
    down_revisions: tuple[str, ...]
    state: str
