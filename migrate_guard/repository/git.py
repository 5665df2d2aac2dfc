"""All git: plain processes where every millisecond counts, GitPython's command runner for the rest."""

import os
import re
import subprocess

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

_FETCH = "Where the clone is shallow, or of one branch, fetch more of it: git fetch --unshallow, or fetch-depth: 0 in CI."


def take_variables(environ) -> dict[str, str]:
    """Remove git's variables from ``environ`` and return them.

    Left in place they would reach the project's own code and point every git call in it at this commit's index.
    """
    return {name: environ.pop(name) for name in list(environ) if name.startswith("GIT_")}


def _call(command, cwd, environ, stdin):
    try:
        done = subprocess.run(command, cwd=cwd, env=environ, input=stdin, capture_output=True)
    except FileNotFoundError:
        raise GitError("git was not found.", hint="Install git, or put it on the PATH.") from None
    return done.returncode, done.stdout, done.stderr


def _command(arguments, variables):
    ours = _FOR_AN_INDEX_OF_OURS if "GIT_INDEX_FILE" in variables else ()
    return ["git", *_OPTIONS, *ours, *arguments]


class Repository:
    """A repository as one run sees it; every path is absolute, but ``prefix`` is relative to the top.

    ``index`` is the file that git named for the commit being made, which is not always ``.git/index``.
    """

    def __init__(self, cwd, variables):
        environ = {**os.environ, **variables, **_ALWAYS}
        command = ["git", "rev-parse", "--path-format=absolute", "--show-toplevel", "--git-dir",
                   "--git-common-dir", "--git-path", "index", "--git-path", "objects"]  # fmt: skip
        code, out, err = _call(command, cwd, environ, b"")
        if code:
            hint = "Run it inside the repository of the project."
            raise GitError(f"{cwd} is not in a git working tree.", hint=hint, cause=_words(err))
        self.root, self.git_dir, self.common_dir, self.index, self.objects = _absolute_paths(out)
        # Where the person stands: git moves its hooks to the top and says where it was called.
        here = os.path.relpath(os.path.realpath(cwd), os.path.realpath(self.root))
        self.prefix = variables.get("GIT_PREFIX") or here
        self._environ = {k: v for k, v in variables.items() if k not in _OURS}
        self._environ.update(
            _ALWAYS, GIT_DIR=self.git_dir, GIT_WORK_TREE=self.root, GIT_INDEX_FILE=self.index
        )

    def environ(self, **changes) -> dict[str, str]:
        """Git's variables for one call."""
        return {**self._environ, **changes}

    def plain(self, *arguments, stdin=b"", fails_with=None, **variables) -> bytes:
        """Output of ``git <arguments>`` through a plain process.

        With ``fails_with``, the exit codes in it are taken as an empty answer. Raises GitError for any other.
        """
        environ = {**os.environ, **self.environ(**variables)}
        code, out, err = _call(_command(arguments, variables), self.root, environ, stdin)
        if code and code not in (fails_with or ()):
            raise GitError(f"git {arguments[0]} failed.", cause=_words(err))
        return out if not code else b""

    def run(self, *arguments, **variables) -> bytes:
        """Output of ``git <arguments>`` through GitPython's command runner. Raises GitError."""
        os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # no message of its own where git is missing
        import git

        try:
            return git.Git(self.root).execute(
                _command(arguments, variables),
                env=self.environ(**variables),
                stdout_as_string=False,
                strip_newline_in_stdout=False,
            )
        except git.exc.GitCommandError as error:
            words = error.stderr.strip().removeprefix("stderr: ").strip("'")
            raise GitError(f"git {arguments[0]} failed.", cause=words) from None

    def others(self, *options) -> list[str]:
        """The files that git does not track, by the options of ``git ls-files --others``."""
        return names(self.plain("ls-files", "--others", "-z", *options))

    def head(self) -> str | None:
        """The commit of HEAD; None before the first one."""
        return self.commit("HEAD")

    def commit(self, name: str) -> str | None:
        """The id of what ``name`` stands for; None where it stands for nothing."""
        out = self.plain("rev-parse", "-q", "--verify", "--end-of-options", name, fails_with=(1, 128))
        return out.decode().strip() or None

    def merge_base(self, one: str, other: str) -> str:
        """The commit that both go back to. Raises GitError where there is none."""
        for name in (one, other):
            if self.commit(f"{name}^{{commit}}") is None:
                raise GitError(f"{name or repr(name)} is not a commit of this repository.", hint=_FETCH)
        out = self.plain("merge-base", "--end-of-options", one, other, fails_with=(1,))
        if not out:
            raise GitError(f"{one} and {other} have no commit in common here.", hint=_FETCH)
        return out.split()[0].decode()


def short(name: str) -> str:
    """What stands for a commit, as people read it: of a full id the first digits."""
    return name[:8] if re.fullmatch("[0-9a-f]{40,}", name) else name


def names(output: bytes) -> list[str]:
    """The paths of a ``-z`` listing."""
    return [os.fsdecode(name) for name in output.split(b"\0") if name]


def _absolute_paths(output):
    """One a line, but a name may hold a newline as well; rev-parse has no ``-z``."""
    return ["/" + os.fsdecode(path) for path in output.removesuffix(b"\n")[1:].split(b"\n/")]


def _words(stderr: bytes) -> str:
    return stderr.decode(errors="replace").strip()
