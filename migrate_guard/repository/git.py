"""All git, through one door: which of two runners starts a command is decided here, and nowhere else."""

import os
import re
import subprocess
from collections.abc import Iterable, Mapping, MutableMapping

from migrate_guard.errors import GitError

# Each call names the repository itself; an inherited value of these would send it to another index or tree.
_OURS = {
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_IMPLICIT_WORK_TREE", "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS",
}  # fmt: skip
_OPTIONS = ("-c", "core.quotePath=false", "-c", "core.fsmonitor=false")
# What the user set for their own index would leave files out of ours, fetch submodules beside it, put a shared
# index into their repository, or run their post-index-change hook.
_FOR_AN_INDEX_OF_OURS = (
    "-c", "core.sparseCheckout=false", "-c", "submodule.recurse=false", "-c", "core.splitIndex=false",
    "-c", "core.hooksPath=/dev/null", "-c", "core.trustctime=true", "-c", "core.checkStat=default",
)  # fmt: skip
# LFS files stay pointers: no model is read from one, and fetching them would need the network.
_ALWAYS = {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", "GIT_LFS_SKIP_SMUDGE": "1", "GIT_TERMINAL_PROMPT": "0"}

# GitPython's part: the base branch, what other commits say, and adding to the user's own index. Its import alone takes
# longer than all of git does for a commit that passes, so nothing that such a commit waits for is in here.
_BY_GITPYTHON = {"add", "diff", "for-each-ref", "merge-base"}

_FETCH = "Where the clone is shallow, or of one branch, fetch more of it: git fetch --unshallow, or fetch-depth: 0 in CI."


def take_variables(environ: MutableMapping[str, str]) -> dict[str, str]:
    """Remove git's variables from ``environ`` and return them.

    Left in place they would reach the project's own code and point every git call in it at this commit's index.
    """
    return {name: environ.pop(name) for name in list(environ) if name.startswith("GIT_")}


class Repository:
    """A repository as one run sees it; every path is absolute, but ``prefix`` is relative to the top.

    ``index`` is the file that git named for the commit being made, which is not always ``.git/index``. ``head`` is the
    commit of HEAD, None before the first one.
    """

    def __init__(self, cwd: str | os.PathLike, variables: Mapping[str, str]) -> None:
        environ = {**os.environ, **variables, **_ALWAYS}
        # An unborn HEAD is left out, so it comes last.
        command = ["git", "rev-parse", "--path-format=absolute", "--show-toplevel", "--git-dir", "--git-common-dir",
                   "--git-path", "index", "--git-path", "objects", "--revs-only", "HEAD"]  # fmt: skip
        code, out, err = _by_process(command, cwd, environ)
        if code:
            hint = "Run it inside the repository of the project."
            raise GitError(f"{cwd} is not in a git working tree.", hint=hint, cause=_words(err))
        paths, self.head = _paths_and_head(out)
        self.root, self.git_dir, self.common_dir, self.index, self.objects = paths
        # Where the person stands: git moves its hooks to the top and says where it was called.
        here = os.path.relpath(os.path.realpath(cwd), os.path.realpath(self.root))
        self.prefix = variables.get("GIT_PREFIX") or here
        self._environ = {k: v for k, v in variables.items() if k not in _OURS}
        self._environ.update(
            _ALWAYS, GIT_DIR=self.git_dir, GIT_WORK_TREE=self.root, GIT_INDEX_FILE=self.index
        )

    def environ(self, **changes: str) -> dict[str, str]:
        """Git's variables for one call."""
        return {**self._environ, **changes}

    def git(
        self, *arguments: str, stdin: bytes = b"", fails_with: Iterable[int] = (), **variables: str
    ) -> bytes:
        """Output of ``git <arguments>``; ``variables`` are git's for this call.

        The exit codes of ``fails_with`` are taken as an empty answer. Raises GitError for any other.
        """
        ours = _FOR_AN_INDEX_OF_OURS if "GIT_INDEX_FILE" in variables else ()
        command = ["git", *_OPTIONS, *ours, *arguments]
        others = arguments[0] in _BY_GITPYTHON and not (ours or stdin)
        run = _by_gitpython if others else _by_process
        code, out, err = run(command, self.root, {**os.environ, **self.environ(**variables)}, stdin)
        if code and code not in fails_with:
            raise GitError(f"git {arguments[0]} failed.", cause=_words(err))
        return out if not code else b""

    def commit(self, name: str) -> str | None:
        """The id of what ``name`` stands for; None where it stands for nothing."""
        out = self.git("rev-parse", "-q", "--verify", "--end-of-options", name, fails_with=(1, 128))
        return out.decode().strip() or None

    def parents(self, commit: str) -> tuple[str, ...]:
        """The ids of those of the commit, first the one that it was made on."""
        return tuple(self.git("rev-parse", f"{commit}^@").decode().split())

    def merge_base(self, one: str, other: str) -> str:
        """The commit that both go back to. Raises GitError where there is none."""
        for name in (one, other):
            if self.commit(f"{name}^{{commit}}") is None:
                raise GitError(f"{name or repr(name)} is not a commit of this repository.", hint=_FETCH)
        base = self.common(one, other)
        if base is None:
            raise GitError(f"{one} and {other} have no commit in common here.", hint=_FETCH)
        return base

    def common(self, one: str, other: str) -> str | None:
        """The same of two commits that are there; None where there is none."""
        out = self.git("merge-base", "--end-of-options", one, other, fails_with=(1,))
        return out.split()[0].decode() if out else None

    def last_change(self, commit: str, paths: Iterable[str]) -> str | None:
        """The newest of ``commit`` and its first-parent ancestors that changed one of ``paths``, or anything without them."""
        specs = [f":(top,literal){path}" for path in paths if path] or [":(top)"]
        listing = self.git("rev-list", "--first-parent", "-1", commit, "--", *specs)
        return listing.decode().strip() or None

    def first_line(self, commit: str) -> str:
        """Of its message."""
        return self.git("log", "-1", "--format=%s", commit).decode(errors="replace").strip()

    def since(self, commit: str | None, path: str) -> list[str]:
        """``commit`` and its first-parent ancestors back to the one that added ``path``, the newest first.

        Of those between the two, the ones that change a file which Python or Alembic reads. None where nothing added it.
        """
        if commit is None:
            return []
        added = (
            self.git(
                "log",
                "--first-parent",
                "-m",
                "-1",
                "--diff-filter=AR",
                "--format=%H",
                commit,
                "--",
                f":(top,literal){path}",
            )
            .decode()
            .split()
        )
        if not added:
            return []
        read = [":(top)*.py", ":(top)*.ini", ":(top)*.toml"]
        listed = self.git("rev-list", "--first-parent", f"{added[0]}..{commit}", "--", *read).decode().split()
        return list(dict.fromkeys([commit, *listed, added[0]]))

    @property
    def is_shallow(self) -> bool:
        """Whether commits are missing from it that a clone has left out."""
        return self.git("rev-parse", "--is-shallow-repository").strip() == b"true"

    def unstaged(self) -> set[str]:
        """The tracked files that differ from the index."""
        return set(names(self.git("ls-files", "--modified", "-z")))

    def staged(self) -> set[str]:
        """The files in which the index differs from HEAD."""
        return set(names(self.git("diff", "--cached", "--name-only", "-z")))

    def untracked(self) -> list[str]:
        """The files that git neither tracks nor ignores."""
        return names(self.git("ls-files", "--others", "--exclude-standard", "-z"))

    def ignored(self, whole_folders: bool = False) -> list[str]:
        """The files that git ignores; with ``whole_folders`` a folder of nothing else as one, with a slash at its end."""
        folders = ("--directory",) if whole_folders else ()
        return names(self.git("ls-files", "--others", "--ignored", "--exclude-standard", *folders, "-z"))

    def attribute(self, name: str, path: str) -> str:
        """What .gitattributes says of ``path``."""
        return os.fsdecode(self.git("check-attr", "-z", name, "--", path).split(b"\0")[2])

    def rule_that_ignores(self, path: str) -> str:
        """file:line:pattern of the rule by which git ignores ``path``; "" where it does not."""
        out = self.git("check-ignore", "-v", "--no-index", "--", path, fails_with=(1,))
        return os.fsdecode(out).split("\t")[0].strip()

    def stage(self, paths: Iterable[str]) -> None:
        """Add ``paths`` to the user's index, which is done nowhere else. Raises GitError."""
        self.git("add", "--", *paths)


def short(name: str) -> str:
    """What stands for a commit, as people read it: of a full id the first digits."""
    return name[:8] if re.fullmatch("[0-9a-f]{40,}", name) else name


def names(output: bytes) -> list[str]:
    """The paths of a ``-z`` listing."""
    return [os.fsdecode(name) for name in output.split(b"\0") if name]


def _paths_and_head(output):
    """One a line, but a path may hold a newline as well; rev-parse has no ``-z``."""
    lines = output.removesuffix(b"\n")
    born = re.search(rb"\n([0-9a-f]{40,})$", lines)
    paths = lines[1 : born.start() if born else None].split(b"\n/")
    return ["/" + os.fsdecode(path) for path in paths], born[1].decode() if born else None


def _by_process(command, cwd, environ, stdin=b""):
    try:
        done = subprocess.run(command, cwd=cwd, env=environ, input=stdin, capture_output=True)
    except FileNotFoundError:
        raise GitError("git was not found.", hint="Install git, or put it on the PATH.") from None
    return done.returncode, done.stdout, done.stderr


def _by_gitpython(command, cwd, environ, stdin=b""):
    """Its command runner: no object of its own is used, since these read the wrong index and leave processes behind."""
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # no message of its own where git is missing
    import git

    code, out, err = git.Git(cwd).execute(
        command,
        env=environ,
        with_extended_output=True,
        with_exceptions=False,
        stdout_as_string=False,
        strip_newline_in_stdout=False,
    )
    return code, out, err.encode()


def _words(stderr: bytes) -> str:
    return stderr.decode(errors="replace").strip()
