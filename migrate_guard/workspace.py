"""Our own folders: one per run, gone with it, and the snapshots kept per repository."""

import contextlib
import fcntl
import glob
import hashlib
import itertools
import os
import shutil
import tempfile

from migrate_guard.errors import GuardError

# In each kept snapshot: the working tree that it is for
_ROOT = "root"


def cache_folder(environ) -> str:
    """$XDG_CACHE_HOME/migrate-guard, or its place in the home folder."""
    return os.path.join(cache_home(environ), "migrate-guard")


def cache_home(environ) -> str:
    """The user's cache folder; a relative XDG_CACHE_HOME is to be ignored, says the XDG Base Directory Specification."""
    named = environ.get("XDG_CACHE_HOME", "")
    return named if os.path.isabs(named) else os.path.join(os.path.expanduser("~"), ".cache")


class Workspace:
    """The folders of one run, to be used in a ``with`` block.

    ``run`` holds what must not outlive the run: scratch databases, the worker's log, copies of the index. Each
    folder is held by a lock, which goes with the process however it ends; what nobody holds is left over from a
    killed run, and removed. Raises GuardError where they cannot be made.
    """

    def __init__(self, environ):
        self.cache = cache_folder(environ)
        self._locks = []

    def __enter__(self):
        runs = os.path.join(self.cache, "runs")
        with self._writing():
            os.makedirs(runs, mode=0o700, exist_ok=True)
            with _alone(runs):
                self._remove_orphans(runs)
                self.run = tempfile.mkdtemp(prefix="run-", dir=runs)
                self._hold(self.run)
        return self

    @contextlib.contextmanager
    def _writing(self):
        try:
            yield
        except OSError as error:
            raise GuardError(
                f"{self.cache} cannot be written to.",
                cause=str(error),
                hint="Set XDG_CACHE_HOME to a folder that can.",
            ) from None

    def __exit__(self, *_):
        shutil.rmtree(self.run, ignore_errors=True)
        for lock in self._locks:
            os.close(lock)

    def folder(self, purpose: str) -> str:
        """A new folder that goes with the run."""
        return tempfile.mkdtemp(prefix=purpose + "-", dir=self.run)

    def kept(self, root: str) -> str:
        """A folder kept between runs for the working tree ``root``, ours alone while this run lasts."""
        snapshots = os.path.join(self.cache, "snapshots")
        digest = hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
        with self._writing():
            os.makedirs(snapshots, mode=0o700, exist_ok=True)
            self._remove_forsaken(snapshots)
            for number in itertools.count():
                folder = os.path.join(snapshots, f"{digest}-{number}")
                os.makedirs(folder, mode=0o700, exist_ok=True)
                if self._hold(folder):
                    with open(os.path.join(folder, _ROOT), "w") as file:
                        file.write(root)
                    return folder

    def _remove_forsaken(self, snapshots):
        """Those of working trees that are gone."""
        for name in os.listdir(snapshots):
            folder = os.path.join(snapshots, name)
            with contextlib.suppress(FileNotFoundError), open(os.path.join(folder, _ROOT)) as file:
                if not os.path.isdir(file.read()) and self._hold(folder):
                    shutil.rmtree(folder, ignore_errors=True)
                    os.close(self._locks.pop())

    def _hold(self, folder):
        lock = _open_lock(folder)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        self._locks.append(lock)
        return True

    def _remove_orphans(self, runs):
        for name in os.listdir(runs):
            folder = os.path.join(runs, name)
            # Its run may just be ending; and our own lock is no folder.
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                if self._hold(folder):
                    if _remove_outside(folder):
                        shutil.rmtree(folder, ignore_errors=True)
                    os.close(self._locks.pop())


def _remove_outside(folder):
    """Whether nothing is left of what a run kept elsewhere; its links are the only trace that leads there."""
    links = glob.glob(os.path.join(glob.escape(folder), "*", "outside-*"))
    for link in links:
        shutil.rmtree(os.path.realpath(link), ignore_errors=True)
    return not any(map(os.path.exists, links))


@contextlib.contextmanager
def _alone(folder):
    """No other run makes a folder here, or takes one for an orphan before it is held, for the time of the block."""
    lock = _open_lock(folder)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _open_lock(folder):
    return os.open(os.path.join(folder, ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
