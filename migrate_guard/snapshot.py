"""A source as a folder, kept per repository and updated by what changed, with the ignored files that it needs."""

import os
import shutil

from migrate_guard.git import names

_FOLDER_LIMIT = 1000
_LARGE = 10_000_000
_NEVER_FOLDERS = {
    "node_modules", "__pycache__", ".git", ".hg", ".svn", ".tox", ".nox", ".mypy_cache", ".pytest_cache",
    ".ruff_cache", ".hypothesis", "htmlcov", ".idea", ".vscode",
}  # fmt: skip
_NEVER_FILES = (
    ".pyc", ".pyo", ".log", ".db", ".db3", ".s3db", ".sqlite", ".sqlite3", "-journal", "-wal", "-shm", ".sock",
    ".pid", ".swp", ".coverage",
)  # fmt: skip


def make(source, folder: str, overlay=(), hidden=lambda path: False) -> str:
    """Bring ``folder`` up to ``source``; returns the folder that holds its files.

    Ignored files of the working tree are shown as well, and so is whatever ``overlay`` names, but nothing that
    ``hidden`` says yes to. No file of the user's is written to: files are copied, large ones linked.
    """
    tree = os.path.join(folder, "tree")
    os.makedirs(tree, exist_ok=True)
    index = os.path.join(folder, "index")
    ours = {**source.variables, "GIT_WORK_TREE": tree, "GIT_INDEX_FILE": index}
    repo = source.repo
    _unlock(index)
    repo.run("read-tree", "--reset", "-u", source.tree, **ours)
    wanted = {path for path in _overlaid(repo, overlay) if path not in source.entries and not hidden(path)}
    _sweep(tree, names(repo.run("ls-files", "--others", "--directory", "-z", **ours)), wanted)
    for path in wanted:
        _copy(os.path.join(repo.root, path), os.path.join(tree, path))
    return tree


def _unlock(index):
    # The folder is ours alone; a lock in it was left by a run that was killed.
    if os.path.exists(index + ".lock"):
        os.unlink(index + ".lock")


def _overlaid(repo, overlay):
    ignored = repo.run("ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z")
    for name in names(ignored):
        if name.endswith("/"):
            files = _files_below(repo.root, name.rstrip("/"))
            yield from files if len(files) <= _FOLDER_LIMIT else ()
        elif _is_shown(repo.root, name):
            yield name
    for name in overlay:
        path = os.path.normpath(name)
        yield from [path] if os.path.isfile(os.path.join(repo.root, path)) else _all_below(repo.root, path)


def _files_below(root, name):
    if not _is_shown_folder(root, name):
        return []
    found = []
    for folder, folders, files in os.walk(os.path.join(root, name)):
        inner = os.path.relpath(folder, root)
        folders[:] = [sub for sub in folders if _is_shown_folder(root, os.path.join(inner, sub))]
        found += [path for path in (os.path.join(inner, file) for file in files) if _is_shown(root, path)]
        if len(found) > _FOLDER_LIMIT:
            break
    return found


def _all_below(root, name):
    for folder, folders, files in os.walk(os.path.join(root, name)):
        folders[:] = [sub for sub in folders if sub not in ("__pycache__", ".git")]
        yield from (os.path.join(os.path.relpath(folder, root), file) for file in files if not file.endswith(".pyc"))


def _is_shown_folder(root, name):
    path = os.path.join(root, name)
    is_environment = any(os.path.exists(os.path.join(path, mark)) for mark in ("pyvenv.cfg", "conda-meta", ".git"))
    return os.path.basename(name) not in _NEVER_FOLDERS and not is_environment


def _is_shown(root, name):
    return not name.lower().endswith(_NEVER_FILES) and os.path.isfile(os.path.join(root, name))


def _copy(source, target):
    stat = os.stat(source)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if stat.st_size > _LARGE:
        if os.path.lexists(target):
            os.unlink(target)
        os.symlink(source, target)
        return
    if os.path.exists(target):
        there = os.stat(target)
        if (there.st_size, there.st_mtime_ns) == (stat.st_size, stat.st_mtime_ns):
            return
    shutil.copy2(source, target)


def _sweep(tree, others, wanted):
    """Remove what an earlier run, or the project's own code, left in the folder."""
    folders = {os.path.dirname(path) for path in wanted}
    for name in others:
        path = os.path.join(tree, name)
        if not name.endswith("/"):
            if name not in wanted:
                os.unlink(path)
        elif os.path.basename(name.rstrip("/")) == "__pycache__":
            _sweep_bytecode(path)
        elif not any((folder + "/").startswith(name) for folder in folders):
            shutil.rmtree(path)
        else:
            _sweep_folder(tree, name, wanted)


def _sweep_folder(tree, name, wanted):
    for folder, folders, files in os.walk(os.path.join(tree, name), topdown=False):
        inner = os.path.relpath(folder, tree)
        for file in files:
            if os.path.join(inner, file) not in wanted and not file.endswith(".pyc"):
                os.unlink(os.path.join(folder, file))
        if os.path.basename(folder) == "__pycache__":
            _sweep_bytecode(folder)
        elif not files and not folders:
            os.rmdir(folder)


def _sweep_bytecode(folder):
    """Without its source, bytecode would keep an empty folder alive, which Python takes for a package."""
    parent = os.path.dirname(folder.rstrip("/"))
    for file in os.listdir(folder):
        if not os.path.exists(os.path.join(parent, file.split(".")[0] + ".py")):
            os.unlink(os.path.join(folder, file))
    if not os.listdir(folder):
        os.rmdir(folder)
        if not os.listdir(parent):
            os.removedirs(parent)
