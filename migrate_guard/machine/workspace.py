"""Our own folders: one per run, gone with it, and the snapshots kept per repository."""

import contextlib
import errno
import glob
import hashlib
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from typing import NamedTuple

from migrate_guard.advice import full_disk
from migrate_guard.errors import GuardError
from migrate_guard.machine import locks

_NAME = "migrate-guard"

TEMPLATE = "template"
SNAPSHOT = "snapshot"
RUN = "run"

# bford.info/cachedir
_CACHE_MARK = "CACHEDIR.TAG"
_CACHE = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by migrate-guard: migrate-guard scratch clean\n"

# In each kept snapshot: the working tree that it is for
_ROOT = "root"
# In the first of them: code of that tree looks for a repository
_ASKS_GIT = "asks-git"
# What is remembered beside them, for each working tree
_RECORDS = 200
# In each run: the process that it is of
_PID = "pid"


def cache_folder(environ: Mapping[str, str]) -> str:
    """$XDG_CACHE_HOME/migrate-guard on every platform, else where this one has its caches."""
    named = environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(named):
        return os.path.join(named, _NAME)
    import platformdirs  # which ignores a relative one, too

    return platformdirs.user_cache_dir(_NAME, appauthor=False)


class Workspace:
    """The folders of one run, to be used in a ``with`` block.

    One of them holds what must not outlive the run: scratch databases, the worker's log, copies of the index. Each
    folder is held by a lock, which goes with the process however it ends; what nobody holds is left over from a
    killed run, and removed. Raises GuardError where they cannot be made.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._cache = cache_folder(environ)
        self._locks: list[int] = []

    def __enter__(self) -> "Workspace":
        runs = os.path.join(self._cache, "runs")
        with _writing(self._cache):
            _make_folder(self._cache)
            _hide(self._cache)
            os.makedirs(runs, mode=0o700, exist_ok=True)
            with locks.holding(self._cache):
                self._remove_orphans(runs)
                self._run = tempfile.mkdtemp(prefix="run-", dir=runs)
                self._begin()
        return self

    def _begin(self):
        try:
            self._hold(self._run)
            with open(os.path.join(self._run, _PID), "w") as file:
                file.write(str(os.getpid()))
        except OSError:
            _remove(self._run)
            raise

    def __exit__(self, *_: object) -> None:
        _remove(self._run)
        for lock in self._locks:
            os.close(lock)

    def folder(self, purpose: str) -> str:
        """A new folder that goes with the run."""
        with _writing(self._cache):
            return tempfile.mkdtemp(prefix=purpose + "-", dir=self._run)

    @property
    def templates(self) -> str:
        """The folder for what servers are made from, which outlives the run."""
        return os.path.join(self._cache, "templates")

    def kept(self, root: str) -> str:
        """A folder kept between runs for the working tree ``root``, ours alone while this run lasts."""
        snapshots = os.path.join(self._cache, "snapshots")
        with _writing(self._cache), locks.holding(self._cache):
            os.makedirs(snapshots, mode=0o700, exist_ok=True)
            self._remove_forsaken(snapshots)
            for number in itertools.count():
                folder = f"{self._snapshots(root)}-{number}"
                os.makedirs(folder, mode=0o700, exist_ok=True)
                if self._hold(folder):
                    with open(os.path.join(folder, _ROOT), "w") as file:
                        file.write(root)
                    return folder
        raise AssertionError("the count has no end")

    def asks_git(self, root: str) -> bool:
        """Whether code of the working tree ``root`` was seen to look for a repository."""
        return os.path.exists(self._mark(root))

    def note_git(self, root: str) -> None:
        """Remember that it was, as long as what is kept for ``root``."""
        with _writing(self._cache), open(self._mark(root), "w"):
            pass

    def recall(self, root: str, name: str) -> bytes | None:
        """What was remembered for the working tree ``root`` by ``name``, if it still is."""
        try:
            with open(os.path.join(self._records(root), name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def remember(self, root: str, name: str, data: bytes) -> None:
        """Keep ``data`` as long as what is kept for ``root``, or until there are many newer ones."""
        records = self._records(root)
        with _writing(self._cache):
            os.makedirs(records, mode=0o700, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._run, delete=False) as file:
                file.write(data)
            os.replace(file.name, os.path.join(records, name))
            with locks.holding(self._cache):
                kept = sorted(os.scandir(records), key=lambda entry: entry.stat().st_mtime)
                for entry in kept[:-_RECORDS]:
                    os.unlink(entry.path)

    def _records(self, root):
        return os.path.join(f"{self._snapshots(root)}-0", "records")

    def _mark(self, root):
        return os.path.join(f"{self._snapshots(root)}-0", _ASKS_GIT)

    def _snapshots(self, root):
        """How the folders begin that are kept for ``root``."""
        digest = hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
        return os.path.join(self._cache, "snapshots", digest)

    def take(self) -> None:
        """Make what is kept between runs, and nobody uses, ours: it goes with this run."""
        for folder in _folders(self.templates):
            with locks.holding(self.templates):
                os.rename(folder, os.path.join(self._run, f"{TEMPLATE}-{os.path.basename(folder)}"))
        with locks.holding(self._cache):
            for folder in _folders(os.path.join(self._cache, "snapshots")):
                if self._hold(folder):
                    os.rename(folder, os.path.join(self._run, f"{SNAPSHOT}-{os.path.basename(folder)}"))

    def _remove_forsaken(self, snapshots):
        """Those of working trees that are gone."""
        for name in os.listdir(snapshots):
            folder = os.path.join(snapshots, name)
            with contextlib.suppress(FileNotFoundError), open(os.path.join(folder, _ROOT)) as file:
                if not os.path.isdir(file.read()) and self._hold(folder):
                    _remove(folder)
                    os.close(self._locks.pop())

    def _hold(self, folder):
        lock = locks.hold(folder)
        if lock is None:
            return False
        self._locks.append(lock)
        return True

    def _remove_orphans(self, runs):
        for folder in _folders(runs):
            with contextlib.suppress(FileNotFoundError):  # its run may just be ending
                if self._hold(folder):
                    if _end_processes(folder) and _remove_outside(folder):
                        _remove(folder)
                    os.close(self._locks.pop())


class Entry(NamedTuple):
    """Something that lies in our folders.

    ``kind`` is TEMPLATE, SNAPSHOT or RUN; ``name`` is the template's, the working tree's path or the process id of
    the run; ``folders`` are its own and those that it has elsewhere; ``size`` is in bytes; ``since`` is a time.
    """

    kind: str
    name: str
    folders: tuple[str, ...]
    size: int
    since: float
    in_use: bool


def entries(environ: Mapping[str, str]) -> list[Entry]:
    """All that is there. Raises GuardError where it cannot be read."""
    cache = cache_folder(environ)
    if not os.path.isdir(cache):
        return []
    found = [
        Entry(TEMPLATE, os.path.basename(folder), (folder,), _size(folder), os.stat(folder).st_mtime, False)
        for folder in _folders(os.path.join(cache, "templates"))
    ]
    with _writing(cache):
        for kind, parent, file in ((SNAPSHOT, "snapshots", _ROOT), (RUN, "runs", _PID)):
            for folder in _folders(os.path.join(cache, parent)):
                with contextlib.suppress(FileNotFoundError):  # its run has just ended
                    found.append(_entry(cache, kind, folder, file))
    return found


def clean(environ: Mapping[str, str]) -> list[Entry]:
    """Remove all that nobody uses; returns what was there before."""
    before = entries(environ)
    if before:
        with Workspace(environ) as workspace:
            workspace.take()
    return before


def _entry(cache, kind, folder, file):
    with locks.holding(cache):  # nobody looks for a free folder meanwhile
        lock = locks.hold(folder)
    if lock is not None:
        os.close(lock)
    path = os.path.join(folder, file)
    name = ""
    if os.path.exists(path):
        with open(path) as named:
            name = named.read()
    folders = (folder, *map(os.path.realpath, _links(folder)))
    return Entry(kind, name, folders, sum(map(_size, folders)), locks.since(folder), lock is None)


def _folders(parent):
    if not os.path.isdir(parent):
        return []
    return [
        entry.path for entry in sorted(os.scandir(parent), key=lambda entry: entry.name) if entry.is_dir()
    ]


def _size(folder):
    """What it takes up on the disk, in bytes."""
    total = 0
    for path, _, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(FileNotFoundError):
                total += os.lstat(os.path.join(path, name)).st_blocks * 512
    return total


def _end_processes(folder):
    """Whether no server of the run is left."""
    traces = glob.glob(os.path.join(glob.escape(folder), "*", "alive-*"))
    if traces:
        from migrate_guard.machine import processes

        return all(processes.end(trace) for trace in traces)
    return True


def _remove_outside(folder):
    """Whether nothing is left of what a run kept elsewhere; its links are the only trace that leads there."""
    links = _links(folder)
    for link in links:
        shutil.rmtree(os.path.realpath(link), ignore_errors=True)
    return not any(map(os.path.exists, links))


def _links(folder):
    return glob.glob(os.path.join(glob.escape(folder), "*", "outside-*"))


def _remove(folder):
    shutil.rmtree(folder, ignore_errors=True)
    if os.path.exists(folder):  # the project's own code may take rights away from what is in a snapshot
        subprocess.run(["chmod", "-R", "u+rwX", folder], stderr=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)


def _hide(folder):
    """From git, and from what looks for files: where it lies in a repository, as in CI, it is no part of that."""
    for name, text in ((".gitignore", "*\n"), (_CACHE_MARK, _CACHE)):
        file = os.path.join(folder, name)
        if not os.path.exists(file):
            with open(file, "w") as opened:
                opened.write(text)


def _make_folder(cache):
    home = os.path.expanduser("~")
    if not os.path.isdir(home) and cache.startswith(home + os.sep):
        raise FileNotFoundError(errno.ENOENT, "There is no home folder", home)
    os.makedirs(cache, mode=0o700, exist_ok=True)


@contextlib.contextmanager
def _writing(cache):
    try:
        yield
    except OSError as error:
        full = full_disk.line(str(error))
        raise GuardError(
            f"{cache} cannot be written to.",
            cause=str(error),
            hint=full_disk.HINT if full else "Set XDG_CACHE_HOME to a folder that can.",
        ) from None
