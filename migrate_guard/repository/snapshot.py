"""A source as a folder, kept per repository and updated by what changed, with the ignored files that it needs."""

import fcntl
import functools
import os
import posixpath
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from migrate_guard.errors import ConfigError, GitError
from migrate_guard.repository.source import Source

_FOLDER_LIMIT = 1000
_LARGE = 10_000_000
_ALL_LARGE = 200_000_000
# What an import may need
_CODE = (".py", ".so", ".pyd", ".dll", ".dylib")
_FICLONE = 0x40049409  # linux/fs.h
_SUBMODULE = "160000"
_LINK = "120000"
_NEVER_FOLDERS = {
    "node_modules", "bower_components", "__pycache__", ".git", ".hg", ".svn", ".tox", ".nox", ".cache",
    ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".ipynb_checkpoints", ".terraform", "htmlcov",
    ".idea", ".vscode",
}  # fmt: skip
# setuptools' strict editable installs: links to files of the working tree
_NEVER_PREFIX = "__editable__"
_ENVIRONMENT_MARKS = ("pyvenv.cfg", "conda-meta")
_CACHE_MARK = "CACHEDIR.TAG"  # ours, and those of other tools: bford.info/cachedir
_DATABASE_MARKS = ("PG_VERSION", "ibdata1")
_NEVER_FILES = (
    ".pyc", ".pyo", ".log", ".db", ".db3", ".s3db", ".sqlite", ".sqlite3", "-journal", "-wal", "-shm", ".sock",
    ".pid", ".swp", ".coverage",
)  # fmt: skip


class Made(NamedTuple):
    """``tree`` holds the files; ``left_out`` are ignored ones that are too large to be copied."""

    tree: str
    left_out: tuple[str, ...] = ()


def make(
    source: Source,
    folder: str,
    overlay: Iterable[str] = (),
    hidden: Callable[[str], bool] = lambda path: False,
) -> Made:
    """Bring ``folder`` up to ``source``; returns the folder that holds its files.

    Ignored files of the working tree are shown as well, and so is whatever ``overlay`` names, but nothing that
    ``hidden`` says yes to. No file of the user's is written to: files are copied; of large ones those that share their
    blocks with the original, or are code or named by ``overlay``, up to 200 MB in all.
    Raises ConfigError for an ``overlay`` outside of the repository.
    """
    tree = os.path.join(folder, "tree")
    if os.path.islink(tree):
        os.unlink(tree)  # never ours, and what is not of the source will be removed from it
    os.makedirs(tree, exist_ok=True)
    named = [path for name in overlay for path in _named(source.repo.root, name)]
    shown = {path for path in _without_clashes(source, _shown(source.repo, tree, named)) if not hidden(path)}
    try:
        _check_out(source, folder, tree, shown)
    except GitError:
        # What is kept was damaged; anything else fails again.
        _remove(os.path.join(folder, "index"))
        _sweep(tree, set(), set())
        _check_out(source, folder, tree, shown)
    _lead_inside(source, tree)
    room, left_out = _ALL_LARGE, []
    for path in sorted(shown):
        if path.endswith("/"):
            os.makedirs(os.path.join(tree, path), exist_ok=True)
            continue
        wanted = path in named or path.lower().endswith(_CODE)
        size = _copy(os.path.join(source.repo.root, path), os.path.join(tree, path), room if wanted else 0)
        if size is None:
            left_out.append(path)
        else:
            room -= size
    return Made(tree, tuple(left_out))


def _lead_inside(source, tree):
    """An absolute link into the working tree leads to the same place here."""
    roots = {source.repo.root, os.path.realpath(source.repo.root)}
    for path in [path for path, (mode, _) in source.entries.items() if mode == _LINK]:
        link = os.path.join(tree, path)
        target = os.readlink(link) if os.path.islink(link) else ""
        for root in roots:
            if target == root or target.startswith(root + os.sep):
                os.unlink(link)
                twin = os.path.join(tree, os.path.relpath(target, root))
                os.symlink(os.path.relpath(twin, os.path.dirname(link)), link)


def _check_out(source, folder, tree, shown):
    index = os.path.join(folder, "index")
    _remove(index + ".lock")  # the folder is ours alone: left by a run that was killed
    submodules = [path for path, (mode, _) in source.entries.items() if mode == _SUBMODULE]
    files = {*source.entries, *shown} - {*submodules}
    _sweep(tree, files, {*submodules, *_folders_of([*submodules, *files])})
    variables = {**source.variables, "GIT_WORK_TREE": tree, "GIT_INDEX_FILE": index}
    source.repo.git("read-tree", "--reset", "-u", source.tree, **variables)


def _remove(file):
    if os.path.lexists(file):
        os.unlink(file)


def _folders_of(paths):
    found = set()
    for path in paths:
        folder = posixpath.dirname(path)
        while folder and folder not in found:
            found.add(folder)
            folder = posixpath.dirname(folder)
    return found


# --- what is shown although the source lacks it


def _without_clashes(source, paths):
    """A folder on disk may be a file, or a link to anywhere, in the source; nothing is written through it."""
    folders = _folders_of(source.entries)
    files = {path for path, (mode, _) in source.entries.items() if mode != _SUBMODULE}
    for path in paths:
        if not files.intersection([path, *_folders_of([path])]) and path not in folders:
            yield path


def _shown(repo, tree, named):
    """Files; with a slash at its end a folder, where no more than that is shown: logs are written into it."""
    for files in _in_bounds(repo.root, tree, repo.ignored(whole_folders=True)):
        for path in files:
            if _is_shown(repo.root, path):
                yield path
            elif posixpath.dirname(path):
                yield posixpath.dirname(path) + "/"
    yield from (path for path in named if _is_readable(repo.root, path))


def _in_bounds(root, tree, listing):
    """Lists of files below one folder each, none longer than what a folder may hold."""
    single = defaultdict(list)
    aside = functools.lru_cache(None)(lambda folder: _is_left_out(os.path.join(root, folder), tree))
    for name in listing:
        if any(map(aside, _folders_of([name]))):
            continue
        if os.path.isdir(os.path.join(root, name)):
            yield _below(root, name.rstrip("/"), lambda path: _is_left_out(path, tree), _FOLDER_LIMIT)
        else:
            single[posixpath.dirname(name)].append(name)
    yield from (files for files in single.values() if len(files) <= _FOLDER_LIMIT)


def _named(root, name):
    path = os.path.normpath(name)
    if os.path.isabs(path) or path.split(os.sep)[0] == os.pardir:
        raise ConfigError(
            f'overlay names "{name}", which is not inside the repository.',
            hint="Its paths start at the top of the repository.",
        )
    if not os.path.isdir(os.path.join(root, path)):
        return [path]
    files = _below(root, path, lambda folder: os.path.basename(folder) in (".git", "__pycache__"))
    return [file for file in files if os.path.basename(file) != ".git" and not file.endswith(".pyc")]


def _below(root, name, left_out, limit=None):
    top = os.path.join(root, name)
    found = []
    for folder, folders, files in [] if left_out(top) else os.walk(top):
        folders[:] = [sub for sub in folders if not left_out(os.path.join(folder, sub))]
        found += [os.path.relpath(os.path.join(folder, file), root) for file in files]
        if limit and len(found) > limit:
            return []
    return found


def _is_left_out(folder, tree):
    name = os.path.basename(folder)
    if name in _NEVER_FOLDERS or name.startswith(_NEVER_PREFIX):
        return True
    # A repository inside is its own; and the cache that holds this very snapshot may be inside as well.
    marks = (".git", _CACHE_MARK, *_ENVIRONMENT_MARKS, *_DATABASE_MARKS)
    return tree.startswith(folder + os.sep) or any(
        os.path.lexists(os.path.join(folder, mark)) for mark in marks
    )


def _is_shown(root, path):
    return not path.lower().endswith(_NEVER_FILES) and _is_readable(root, path)


def _is_readable(root, path):
    file = os.path.join(root, path)
    return os.path.isfile(file) and os.access(file, os.R_OK)


def _copy(source, target, room):
    """How much of ``room``, that for copies of large files, it takes; None if there is not enough, and it was left out."""
    try:
        there = os.stat(source)
        takes = there.st_size if there.st_size > _LARGE else 0
        if _is_up_to_date(there, target):
            return takes if takes <= room else 0
        os.makedirs(os.path.dirname(target), exist_ok=True)
        _remove(target)
        if takes and _share(source, target):
            takes = 0
        elif takes > room:
            return None
        else:
            shutil.copyfile(source, target)
    except FileNotFoundError:
        return 0  # gone since it was listed
    os.chmod(target, 0o600 | there.st_mode & 0o777)
    # The time from before the copy: a change meanwhile shows at the next run.
    os.utime(target, ns=(there.st_atime_ns, there.st_mtime_ns))
    return takes


def _share(source, target):
    """A copy that shares its blocks until one of both is written to, where the file system has that (Btrfs, XFS)."""
    try:
        with open(source, "rb") as there, open(target, "wb") as ours:
            fcntl.ioctl(ours.fileno(), _FICLONE, there.fileno())
    except OSError:
        _remove(target)
        return False
    return True


def _is_up_to_date(there, target):
    if not os.path.lexists(target):
        return False
    ours = os.lstat(target)
    return not os.path.islink(target) and (ours.st_size, ours.st_mtime_ns) == (
        there.st_size,
        there.st_mtime_ns,
    )


# --- what an earlier run, or the project's own code, left in the folder


def _sweep(folder, files, folders, name=""):
    """Remove all but ``files``, their bytecode, and ``folders``; ``name`` is the folder's own in them."""
    _make_writable(folder)
    for entry in list(os.scandir(folder)):
        inner = name + entry.name
        if entry.is_dir(follow_symlinks=False):
            _sweep(entry.path, files, folders, inner + "/")
            if inner not in folders and not os.listdir(entry.path):
                os.rmdir(entry.path)
        elif inner not in files and not _is_bytecode(name, entry.name, files):
            os.unlink(entry.path)


def _make_writable(folder):
    mode = os.lstat(folder).st_mode
    if mode & 0o700 != 0o700:
        os.chmod(folder, mode & 0o777 | 0o700)


def _is_bytecode(folder, name, files):
    """Without its source, bytecode would keep an empty folder alive, which Python takes for a package."""
    if not folder.endswith("__pycache__/") or not name.endswith(".pyc"):
        return False
    return folder[: -len("__pycache__/")] + name.rsplit(".", 2)[0] + ".py" in files
