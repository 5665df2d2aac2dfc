"""What is judged: the index, a commit or the working tree, each as one git tree."""

import functools
import os
import posixpath
import shutil
from collections.abc import Iterable
from typing import TypedDict

from migrate_guard.errors import GitError
from migrate_guard.repository.git import Repository, names, short
from migrate_guard.repository.state import merging

STAGED = "staged"
REF = "ref"
WORKING_TREE = "working tree"

# A larger untracked file is data, not code; hashing it would cost more than the whole check.
_LARGE = 1_000_000


class ForObjects(TypedDict, total=False):
    """Git's variables for calls that read objects which the repository itself lacks; none where it has them all."""

    GIT_OBJECT_DIRECTORY: str
    GIT_ALTERNATE_OBJECT_DIRECTORIES: str


class Source:
    """The judged content: ``tree`` is its git tree, ``objects`` the folder that holds what git itself lacks.

    ``entries`` maps each path of a file to its (mode, blob id). ``commit`` is what it is, or what it was made on.
    """

    def __init__(
        self, repo: Repository, kind: str, label: str, tree: str, objects: str = "", commit: str = "HEAD"
    ) -> None:
        self.repo, self.kind, self.label, self.tree, self.objects = repo, kind, label, tree, objects
        self._commit = commit

    @property
    def variables(self) -> ForObjects:
        """Git's variables for a call that reads this source's objects."""
        return _object_variables(self.repo, self.objects) if self.objects else {}

    @functools.cached_property
    def entries(self) -> dict[str, tuple[str, str]]:
        listing = self.repo.git("ls-tree", "-r", "-z", "--full-tree", self.tree, **self.variables)
        found = {}
        for entry in listing.split(b"\0")[:-1]:
            mode, _, blob = entry.split(b"\t", 1)[0].decode().split(" ")
            found[os.fsdecode(entry.split(b"\t", 1)[1])] = (mode, blob)
        return found

    @functools.cached_property
    def commit(self) -> str | None:
        """The id of the commit that it is, or was made on; None where there is none."""
        return self.repo.commit(f"{self._commit}^{{commit}}")

    def parent(self) -> str | None:
        """The id of the commit that it follows; None for a first one.

        Where it is what HEAD holds, HEAD is what is judged.
        """
        tree = self.repo.commit(f"{self._commit}^{{tree}}")
        return self.repo.commit(f"{self._commit}^" if tree == self.tree else self._commit)

    def parents(self) -> tuple[str, ...]:
        """The ids of all commits that it follows; those that a merge under way brings in are among them."""
        merged = merging(self.repo.git_dir, self.repo.environ()) if self.kind != REF else ()
        parent = self.parent()
        if merged or (parent and parent == self.repo.commit(self._commit)):
            return tuple(filter(None, (self.repo.commit(self._commit), *merged)))
        return self.repo.parents(self._commit) if parent else ()

    @functools.cached_property
    def settings_files(self) -> dict[str, bytes]:
        """The content of each file that settings of ours or of Alembic's may be in, read at once."""
        return self.read(path for path in self.entries if _may_hold_settings(path))

    def changed_since(self, commit: str | None) -> list[str]:
        """The paths in which it differs from ``commit``; all of them for None."""
        if commit is None:
            return list(self.entries)
        options = ["-r", "-z", "--name-only", commit, self.tree]
        return names(self.repo.git("diff-tree", *options, **self.variables))

    def differences(self, commit: str) -> bytes:
        """Git's raw list of what differs from ``commit``: modes, and paths."""
        options = ["-r", "--raw", "-z", "--no-renames", commit, self.tree]
        return self.repo.git("diff-tree", *options, **self.variables)

    def removed_since(self, commit: str) -> dict[str, str]:
        """The paths that ``commit`` has and this lacks, each with the one that it was renamed to, "" where there is none."""
        options = ["-r", "-z", "-M", "--diff-filter=DR", "--name-status", commit, self.tree]
        found, words = {}, iter(names(self.repo.git("diff-tree", *options, **self.variables)))
        for status in words:
            path = next(words)
            found[path] = next(words) if status.startswith("R") else ""
        return found

    def diff(self, commit: str, paths: Iterable[str]) -> str:
        """What leads from ``commit`` to it in ``paths``, without context."""
        options = ["--no-ext-diff", "--no-color", "-U0", commit, self.tree]
        diff = self.repo.git("diff", *options, "--", *paths, **self.variables)
        return diff.decode(errors="replace")

    def modules_with(self, *patterns: str, each: bool = False) -> list[str]:
        """The Python files in which one of the extended regular ``patterns`` is found; with ``each``, all of them are."""
        options = [*(["--all-match"] if each else []), "-l", "-E"]
        return [name.split(":", 1)[1] for name in names(self._grep(options, patterns))]

    def lines_with(self, *texts: str) -> list[tuple[str, int]]:
        """Each line of a Python file that holds one of ``texts``: its path and its number."""
        lines = os.fsdecode(self._grep(["-n", "-F"], texts)).removesuffix("\n").split("\n")
        found = [line.split("\0")[:2] for line in lines if line]
        return [(name.split(":", 1)[1], int(number)) for name, number in found]

    def _grep(self, options, patterns):
        asked = [word for pattern in patterns for word in ("-e", pattern)]
        return self.repo.git(
            "grep", "-I", "-z", *options, *asked, self.tree, "--", "*.py", fails_with=(1,), **self.variables
        )

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The content of each of ``paths`` that is a file of the source."""
        wanted = [(path, self.entries[path][1]) for path in paths if path in self.entries]
        wanted = [(path, blob) for path, blob in wanted if self.entries[path][0] != "160000"]
        if not wanted:
            return {}
        stdin = "".join(f"{blob}\n" for _, blob in wanted).encode()
        out = self.repo.git("cat-file", "--batch", "--buffer", stdin=stdin, **self.variables)
        contents, position = {}, 0
        for path, blob in wanted:
            end = out.index(b"\n", position)
            header = out[position:end].split(b" ")
            if len(header) != 3:
                raise GitError(f"git has no object {blob} for {path}.", hint="Run git fsck.")
            size = int(header[2])
            contents[path] = out[end + 1 : end + 1 + size]
            position = end + 2 + size
        return contents


def staged(repo: Repository, folder: str) -> Source:
    """The index. ``folder`` is ours and takes the copy of the index and new objects."""
    index, objects = _copy_index(repo, folder)
    tree = _write_tree(repo, index, objects)
    return Source(repo, STAGED, "the index", tree, objects)


def commit(repo: Repository, ref: str) -> Source:
    """The commit that ``ref`` names. Raises GitError where it names none."""
    out = repo.git("rev-parse", "-q", "--verify", "--end-of-options", f"{ref}^{{tree}}", fails_with=(1, 128))
    if not out:
        raise GitError(
            f"{ref or repr(ref)} is not a commit of this repository.",
            hint="git log --oneline --all shows what there is.",
        )
    return Source(repo, REF, short(ref), out.decode().strip(), commit=ref)


class ForAnIndex(ForObjects, total=False):
    """The same, with an index of ours."""

    GIT_INDEX_FILE: str


def with_files(base: Source, other: Source, paths: Iterable[str], folder: str) -> Source:
    """``base`` with what ``other`` holds at ``paths``; ``folder`` is ours and takes new objects."""
    repo, objects = base.repo, other.objects or os.path.join(folder, "objects")
    os.makedirs(objects, exist_ok=True)
    index = os.path.join(folder, "index")
    variables: ForAnIndex = {**_object_variables(repo, objects), "GIT_INDEX_FILE": index}
    repo.git("read-tree", base.tree, **variables)
    for path in paths:
        mode, blob = other.entries[path]
        repo.git("update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}", **variables)
    return Source(
        repo, REF, base.label, _write_tree(repo, index, objects), objects, commit=base.commit or "HEAD"
    )


def working_tree(repo: Repository, folder: str, also: Iterable[str] = ()) -> Source:
    """The files on disk: what git tracks, as it is now, and what it neither tracks nor ignores.

    ``also`` are further paths that belong to it although git ignores them.
    """
    index, objects = _copy_index(repo, folder)
    variables = {**_object_variables(repo, objects), "GIT_INDEX_FILE": index}
    repo.git("add", "--update", "--", ":/", **variables)
    others = [*names(repo.git("ls-files", "--others", "--exclude-standard", "-z", **variables)), *also]
    others = _without_environments(others)
    small = [path for path in others if _is_small_file(os.path.join(repo.root, path))]
    listing = b"".join(os.fsencode(path) + b"\0" for path in small)
    if small:
        repo.git("update-index", "--add", "-z", "--stdin", stdin=listing, **variables)
    return Source(repo, WORKING_TREE, "the working tree", _write_tree(repo, index, objects), objects)


def _may_hold_settings(path):
    folder, name = posixpath.split(path)
    return name.endswith(".ini") or name == "pyproject.toml" or (name.endswith(".toml") and not folder)


def _without_environments(paths):
    """Where nobody told git to ignore it, a virtual environment would be thousands of files of the project."""
    environments = tuple(path.removesuffix("pyvenv.cfg") for path in paths if path.endswith("/pyvenv.cfg"))
    return [path for path in paths if not path.startswith(environments) and "node_modules/" not in path]


def _is_small_file(path):
    return not path.endswith("/") and os.path.lexists(path) and os.lstat(path).st_size <= _LARGE


def _object_variables(repo: Repository, objects: str) -> ForObjects:
    inherited = repo.environ().get("GIT_ALTERNATE_OBJECT_DIRECTORIES")
    alternates = [quoted(repo.objects), *([inherited] if inherited else [])]
    return {
        "GIT_OBJECT_DIRECTORY": objects,
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.pathsep.join(alternates),
    }


def quoted(path: str) -> str:
    """As git takes a path of a list: it may hold the separator itself."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _copy_index(repo, folder):
    """Never the user's own index: write-tree rewrites it and takes its lock."""
    index, objects = os.path.join(folder, "index"), os.path.join(folder, "objects")
    os.makedirs(objects, exist_ok=True)
    if os.path.exists(repo.index):
        # With its time: a file changed in the second of the last git add is only told by being no older than that.
        shutil.copy2(repo.index, index)
    return index, objects


def _write_tree(repo, index, objects):
    variables = {**_object_variables(repo, objects), "GIT_INDEX_FILE": index}
    try:
        return repo.git("write-tree", "--missing-ok", **variables).decode().strip()
    except GitError:
        unmerged = repo.git("diff", "--name-only", "--diff-filter=U", "-z", **variables)
        if not unmerged:
            raise
        listing = ", ".join(names(unmerged))
        raise GitError(
            f"the index has unmerged paths: {listing}.", hint="Resolve the conflicts and git add the files."
        ) from None
