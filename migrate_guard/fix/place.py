"""A file appears in the working tree in one step: whole or not at all, also where the run is killed."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterable
from typing import Protocol

from migrate_guard.errors import GuardError

_PREFIX = "migrate-guard-"
# What a file system, or a kernel, says that knows no files without a name
_NO_NAMELESS = {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT}


class WorkingTree(Protocol):
    """What of a repository tells where its files lie."""

    root: str
    git_dir: str


def require_free(root: str, paths: Iterable[str]) -> None:
    """Raises GuardError where one of ``paths``, relative to ``root``, is taken."""
    for path in paths:
        if os.path.lexists(os.path.join(root, path)):
            raise _taken(path)


def put(repo: WorkingTree, path: str, content: bytes) -> None:
    """A new file of the working tree. Raises GuardError where there is one already."""
    target = os.path.join(repo.root, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    try:
        if not _linked_from_nameless(target, content):
            with _beside(repo, target, content) as made:
                os.link(made, target)
    except FileExistsError:
        raise _taken(path) from None


def exchange(repo: WorkingTree, path: str, content: bytes) -> None:
    """Other content for a file of the working tree, which keeps its mode."""
    target = os.path.join(repo.root, path)
    with _beside(repo, target, content) as made:
        os.chmod(made, os.stat(target).st_mode)
        os.replace(made, target)


def _taken(path):
    return GuardError(f"{path} exists already and was left alone.", hint="Move it away, or git add it.")


def _linked_from_nameless(target, content):
    """Whether that is possible here. What has no name goes with the process."""
    if not (hasattr(os, "O_TMPFILE") and os.path.isdir("/proc/self/fd")):
        return False
    try:
        file = os.open(os.path.dirname(target), os.O_TMPFILE | os.O_WRONLY, 0o666)
    except OSError as error:
        if error.errno not in _NO_NAMELESS:
            raise
        return False
    descriptors = os.open("/proc/self/fd", os.O_RDONLY | os.O_DIRECTORY)
    with os.fdopen(file, "wb") as opened:
        opened.write(content)
        opened.flush()
        try:
            # With a folder's descriptor os.link() follows the link of /proc; without one it does not.
            os.link(str(file), target, src_dir_fd=descriptors, follow_symlinks=True)
        finally:
            os.close(descriptors)
    return True


@contextlib.contextmanager
def _beside(repo, target, content):
    """The path of a file on the same file system, in git's own folder where that is there: it is gone afterwards.

    What a killed run has left goes as well.
    """
    folder = os.path.dirname(target)
    prefix = f".{_PREFIX}"
    if os.stat(repo.git_dir).st_dev == os.stat(folder).st_dev:
        folder, prefix = repo.git_dir, _PREFIX
    for name in os.listdir(folder):
        if name.startswith(prefix) and name.endswith(".tmp"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(folder, name))
    file, made = tempfile.mkstemp(".tmp", prefix, folder)
    try:
        with os.fdopen(file, "wb") as opened:
            opened.write(content)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(made, 0o666 & ~mask)
        yield made
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(made)
