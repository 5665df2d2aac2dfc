"""What is judged: the index, a commit or the working tree, each as one git tree."""

import os
import shutil

from migrate_guard.errors import GitError
from migrate_guard.repository.git import Repository, names, short

STAGED = "staged"
REF = "ref"
WORKING_TREE = "working tree"

# A larger untracked file is data, not code; hashing it would cost more than the whole check.
_LARGE = 1_000_000


class Source:
    """The judged content: ``tree`` is its git tree, ``objects`` the folder that holds what git itself lacks.

    ``entries`` maps each path of a file to its (mode, blob id). ``commit`` is what it is, or what it was made on.
    """

    def __init__(
        self, repo: Repository, kind: str, label: str, tree: str, objects: str = "", commit: str = "HEAD"
    ):
        self.repo, self.kind, self.label, self.tree, self.objects = repo, kind, label, tree, objects
        self._commit = commit
        self._entries = None

    @property
    def variables(self) -> dict[str, str]:
        """Git's variables for a call that reads this source's objects."""
        return _object_variables(self.repo, self.objects) if self.objects else {}

    @property
    def entries(self) -> dict[str, tuple[str, str]]:
        if self._entries is None:
            listing = self.repo.plain("ls-tree", "-r", "-z", "--full-tree", self.tree, **self.variables)
            self._entries = {}
            for entry in listing.split(b"\0")[:-1]:
                mode, _, blob = entry.split(b"\t", 1)[0].decode().split(" ")
                self._entries[os.fsdecode(entry.split(b"\t", 1)[1])] = (mode, blob)
        return self._entries

    def parent(self) -> str | None:
        """The id of the commit that it follows; None for a first one.

        Where it is what HEAD holds, HEAD is what is judged.
        """
        tree = self.repo.commit(f"{self._commit}^{{tree}}")
        return self.repo.commit(f"{self._commit}^" if tree == self.tree else self._commit)

    def read(self, paths) -> dict[str, bytes]:
        """The content of each of ``paths`` that is a file of the source."""
        wanted = [(path, self.entries[path][1]) for path in paths if path in self.entries]
        wanted = [(path, blob) for path, blob in wanted if self.entries[path][0] != "160000"]
        if not wanted:
            return {}
        stdin = "".join(f"{blob}\n" for _, blob in wanted).encode()
        out = self.repo.plain("cat-file", "--batch", "--buffer", stdin=stdin, **self.variables)
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
    out = repo.plain(
        "rev-parse", "-q", "--verify", "--end-of-options", f"{ref}^{{tree}}", fails_with=(1, 128)
    )
    if not out:
        raise GitError(
            f"{ref or repr(ref)} is not a commit of this repository.",
            hint="git log --oneline --all shows what there is.",
        )
    return Source(repo, REF, short(ref), out.decode().strip(), commit=ref)


def working_tree(repo: Repository, folder: str, also=()) -> Source:
    """The files on disk: what git tracks, as it is now, and what it neither tracks nor ignores.

    ``also`` are further paths that belong to it although git ignores them.
    """
    index, objects = _copy_index(repo, folder)
    variables = {**_object_variables(repo, objects), "GIT_INDEX_FILE": index}
    repo.plain("add", "--update", "--", ":/", **variables)
    others = [*names(repo.plain("ls-files", "--others", "--exclude-standard", "-z", **variables)), *also]
    others = _without_environments(others)
    small = [path for path in others if _is_small_file(os.path.join(repo.root, path))]
    listing = b"".join(os.fsencode(path) + b"\0" for path in small)
    repo.plain("update-index", "--add", "-z", "--stdin", stdin=listing, **variables)
    return Source(repo, WORKING_TREE, "the working tree", _write_tree(repo, index, objects), objects)


def _without_environments(paths):
    """Where nobody told git to ignore it, a virtual environment would be thousands of files of the project."""
    environments = tuple(path.removesuffix("pyvenv.cfg") for path in paths if path.endswith("/pyvenv.cfg"))
    return [path for path in paths if not path.startswith(environments) and "node_modules/" not in path]


def _is_small_file(path):
    return not path.endswith("/") and os.path.lexists(path) and os.lstat(path).st_size <= _LARGE


def _object_variables(repo, objects):
    inherited = repo.environ().get("GIT_ALTERNATE_OBJECT_DIRECTORIES")
    alternates = [_quoted(repo.objects), *([inherited] if inherited else [])]
    return {
        "GIT_OBJECT_DIRECTORY": objects,
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.pathsep.join(alternates),
    }


def _quoted(path):
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
        return repo.plain("write-tree", "--missing-ok", **variables).decode().strip()
    except GitError:
        unmerged = repo.plain("diff", "--name-only", "--diff-filter=U", "-z", **variables)
        if not unmerged:
            raise
        listing = ", ".join(names(unmerged))
        raise GitError(
            f"the index has unmerged paths: {listing}.", hint="Resolve the conflicts and git add the files."
        ) from None
