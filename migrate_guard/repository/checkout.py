"""A repository of its own in a snapshot, for project code that asks git; nothing in it leads back to the user's refs."""

import os
import shutil

from migrate_guard.repository.source import Source, quoted

_FOLDERS = ("objects/info", "objects/pack", "refs/heads", "refs/tags", "info")
_PACKED = "# pack-refs with: peeled fully-peeled sorted \n"
_CONFIG = """\
[core]
	repositoryformatversion = {version}
	bare = false
	logallrefupdates = false
	fsmonitor = false
[gc]
	auto = 0
[maintenance]
	auto = false
"""
_FORMAT = "[extensions]\n\tobjectFormat = {}\n"


def make(source: Source, tree: str, index: str) -> None:
    """Put it into ``tree``, the files of ``source``, of which ``index`` is git's index. Raises GitError.

    It has the user's objects as alternates, and the refs as they are now. It has no remote, no hook and none of the
    user's configuration, so git cannot fetch what a partial clone lacks. HEAD names the user's branch for what is made on HEAD, and for HEAD.
    """
    folder = os.path.join(tree, ".git")
    if os.path.islink(folder) or os.path.isfile(folder):
        os.unlink(folder)
    shutil.rmtree(folder, ignore_errors=True)
    for name in _FOLDERS:
        os.makedirs(os.path.join(folder, name))
    _write(folder, "config", os.fsencode(_config(source.repo)))
    _write(folder, "HEAD", os.fsencode(_head(source)))
    _write(folder, "packed-refs", _refs(source.repo))
    _write(folder, "objects/info/alternates", os.fsencode("".join(f"{one}\n" for one in _alternates(source))))
    shutil.copy2(index, os.path.join(folder, "index"))
    for name in ("shallow", "info/exclude"):
        theirs = os.path.join(source.repo.common_dir, name)
        if os.path.isfile(theirs):
            shutil.copyfile(theirs, os.path.join(folder, name))


def _write(folder, name, content):
    with open(os.path.join(folder, name), "wb") as file:
        file.write(content)


def _config(repo):
    kind = repo.git("rev-parse", "--show-object-format").decode().strip()
    special = kind != "sha1"
    return _CONFIG.format(version=int(special)) + (_FORMAT.format(kind) if special else "")


def _head(source):
    repo, commit = source.repo, source.commit
    branch = os.fsdecode(repo.git("symbolic-ref", "-q", "HEAD", fails_with=(1,))).strip()
    return f"ref: {branch}\n" if branch and commit == repo.head else f"{commit or repo.head}\n"


def _refs(repo):
    lines = repo.git("for-each-ref", "--format=%(objectname) %(refname) %(*objectname)")
    packed = _PACKED.encode()
    for line in lines.splitlines():
        one, name, peeled = line.split(b" ")
        packed += one + b" " + name + b"\n" + (b"^" + peeled + b"\n" if peeled else b"")
    return packed


def _alternates(source):
    repo = source.repo
    own = [one for one in (source.objects, repo.objects) if one]
    inherited = repo.environ().get("GIT_ALTERNATE_OBJECT_DIRECTORIES", "")
    return [*map(_line, own), *filter(None, inherited.split(os.pathsep))]


def _line(path):
    """Here a path needs no quotes but where it holds a newline: dulwich does not know them."""
    return quoted(path).replace("\n", "\\n") if "\n" in path else path
