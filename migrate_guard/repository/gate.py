"""Is there anything to check? Stdlib and git.py only: this is all that most commits ever wait for."""

import os

from migrate_guard.repository.git import Repository

# No Python reads these while it imports models or runs revisions.
_NOT_READ = (
    ".md", ".rst", ".adoc",
    ".css", ".scss", ".sass", ".less",
    ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".ico", ".bmp", ".pdf",
    ".woff", ".woff2", ".ttf", ".otf", ".eot",
    ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".vue", ".svelte", ".map",
    ".html", ".htm",
)  # fmt: skip
_NOT_READ_NAMES = {
    "license", "licence", "copying", "notice", "authors", "readme", "changelog", "changes", "codeowners",
}  # fmt: skip
_REGULAR = {b"100644", b"100755", b"000000"}

NOTHING_RELEVANT = "nothing relevant"
CHANGES = "changes"
SAME_AS_HEAD = "same as HEAD"


def decide(repo: Repository) -> str:
    """What the index holds against HEAD.

    An index equal to HEAD is a run in CI, by hand or for an amended message: HEAD is then judged in full. Before
    the first commit everything is a change.
    """
    if repo.head is None:
        return CHANGES
    listing = repo.git(
        "diff-index", "--cached", "--raw", "-z", "--no-renames", "--ignore-submodules=none", repo.head
    )
    if not listing:
        return SAME_AS_HEAD
    return CHANGES if any(map(_relevant, *_modes_and_paths(listing))) else NOTHING_RELEVANT


def relevant(listing: bytes) -> list[str]:
    """The paths of a raw ``listing`` of git's that differ in something that is read."""
    modes, paths = _modes_and_paths(listing)
    return [os.fsdecode(path) for mode, path in zip(modes, paths, strict=False) if _relevant(mode, path)]


def is_edited(repo: Repository) -> bool:
    """Whether the files on disk differ from the index in anything that is read."""
    return any(_relevant(b":100644 100644", os.fsencode(path)) for path in repo.unstaged())


def is_relevant(repo: Repository, before: str, after: str) -> bool:
    """Whether two commits differ in anything that is read."""
    listing = repo.git(
        "diff-tree", "-r", "--raw", "-z", "--no-renames", "--ignore-submodules=none", before, after
    )
    return any(map(_relevant, *_modes_and_paths(listing)))


def _modes_and_paths(listing):
    fields = listing.split(b"\0")
    return fields[0:-1:2], fields[1::2]


def _relevant(modes: bytes, path: bytes) -> bool:
    if not set(modes.lstrip(b":").split(b" ", 2)[:2]) <= _REGULAR:
        return True  # a link or a submodule may be anything, whatever its name
    name = path.rsplit(b"/", 1)[-1].decode(errors="replace").lower()
    return not name.endswith(_NOT_READ) and name not in _NOT_READ_NAMES
