"""Pure: what is judged, and what of it is old, by the arguments, the variables of git and of the runner, and what git says."""

from collections import namedtuple  # a passing commit waits for this, and not for dataclasses or typing
from collections.abc import Mapping

from migrate_guard.repository import gate, state
from migrate_guard.repository.git import short
from migrate_guard.repository.state import Range, State

_NAME = "migrate-guard"
_LAST_COMMIT = "before this commit"


class Asked(namedtuple("Asked", "staged ref against remote lines", defaults=(False, None, None, None, ""))):
    """What the arguments say: the index, the commit ``ref``, or else the working tree, and ``against`` which commit.

    Where git is about to push to ``remote``, ``lines`` are what it says of that: for each ref the local name and commit, the
    remote name and commit.
    """

    __slots__ = ()


class Scope(
    namedtuple(
        "Scope",
        "staged commit old before newest checkout hook may_ask skip",
        defaults=(False, None, (), "", None, "", False, False, ""),
    )
):
    """One thing to judge: ``commit``, as it was named; where that is None the index if ``staged``, else the working tree.

    ``old`` is a set of commits: what one of them has wrong is old. ``before`` says when that was, "" where all that is found
    counts. ``newest`` is the newest commit that a step may start from, None for the parent of what is judged.
    ``checkout`` is what has to be checked out before anything can be mended, "" where it is. ``hook``: git or a runner
    of hooks wants it judged. ``may_ask``: a person may be asked, and what is missing be written. ``skip`` is what can be
    done once without being judged: "commit", "push", or "" for neither.
    """

    __slots__ = ()


WORKING_TREE = Scope()


def scopes(asked: Asked, variables: Mapping[str, str], git: State) -> tuple[Scope, ...]:
    """One for each ref of a push, else one; none where nothing is there that Python, Alembic or the settings could read."""
    if asked.ref is not None or is_range(asked, variables):
        pairs = zip(ranges(asked, variables), git.known, strict=True)
        return tuple(_of_commit(asked, variables, *pair, git.head) for pair in pairs if pair[1].relevant)
    if git.change == gate.NOTHING_RELEVANT and not git.disk:
        return ()
    old, before = _old(asked, variables, git)
    newest = old[0] if asked.against is not None else None
    hook, staged = is_hook(asked, variables), asked.staged and not git.disk
    return (Scope(staged, None, old, before, newest, "", hook, hook and staged, skip(asked, variables)),)


def _of_commit(asked, variables, one, known, head):
    before = {
        state.COMPARED: f"at the merge base with {short(one.there or '')}",
        state.PUSHED: "in what was pushed before",
        state.PARENTS: _LAST_COMMIT,
    }.get(known.since, "")
    newest = known.old[0] if known.old and known.since != state.PARENTS else None
    checkout = "" if known.commit in (None, head) else one.name
    hook = is_hook(asked, variables)
    may_ask = hook and not checkout and is_range(asked, variables)
    return Scope(
        False, one.commit, known.old, before, newest, checkout, hook, may_ask, skip(asked, variables)
    )


def _old(asked, variables, git):
    """(the commits, when that was) for the index, or the working tree."""
    if asked.against is not None:
        (known,) = git.known
        return known.old, f"at the merge base with {short(asked.against)}"
    if git.change == gate.CHANGES or git.merging or (git.disk and not variables.get("CI")):
        return (*([git.head] if git.head else []), *git.merging), _LAST_COMMIT
    if git.change == gate.SAME_AS_HEAD and not variables.get("CI"):
        return git.parents, _LAST_COMMIT
    return (), ""


def ranges(asked: Asked, variables: Mapping[str, str]) -> list[Range]:
    """The commits that git has to be asked about."""
    if asked.remote is not None:
        return _pushed(asked)
    if is_range(asked, variables):
        return [_of_runner(variables)]
    if asked.ref is None and asked.against is None:
        return []
    ref = "HEAD" if asked.ref is None else asked.ref
    return [Range(short(ref), ref, asked.against, None)]


def _pushed(asked):
    """Each commit once; one of zeros is none."""
    found: dict[tuple[str, str | None], Range] = {}
    for line in asked.lines.splitlines():
        name, commit, _, there = line.rsplit(maxsplit=3)
        if commit.strip("0"):
            there = there if there.strip("0") else None
            found.setdefault((commit, there), Range(_branch(name, commit), commit, there, asked.remote))
    return list(found.values())


def _of_runner(variables):
    """What pre-commit and prek say of the first ref of a push, or of a range of commits.

    Where the remote has nothing yet, it may be the name of the branch alone.
    """
    there, commit = (variables.get(f"PRE_COMMIT_{name}_REF") for name in ("FROM", "TO"))
    branch, remote = (variables.get(f"PRE_COMMIT_{name}") for name in ("LOCAL_BRANCH", "REMOTE_NAME"))
    commit = commit or branch
    return Range(_branch(branch or commit, commit), commit, there or None, remote or "")


def _branch(name, commit):
    """As it can be checked out."""
    for folder in ("refs/heads/", "refs/tags/"):
        if name.startswith(folder):
            return name[len(folder) :]
    return short(commit)


def is_range(asked: Asked, variables: Mapping[str, str]) -> bool:
    """Whether commits are judged that git, or a runner of hooks, names."""
    if asked.remote is not None:
        return True
    if not asked.staged or asked.against is not None:
        return False
    there, commit, remote, branch = (
        variables.get(f"PRE_COMMIT_{name}") for name in ("FROM_REF", "TO_REF", "REMOTE_NAME", "LOCAL_BRANCH")
    )
    return bool((there and commit) or (remote and (commit or branch)))


def is_index(asked: Asked, variables: Mapping[str, str]) -> bool:
    return asked.staged and not is_range(asked, variables)


def is_hook(asked: Asked, variables: Mapping[str, str]) -> bool:
    """Whether git or a hook runner started us: output that nobody needs is then in the way."""
    return asked.remote is not None or "GIT_INDEX_FILE" in variables or "PRE_COMMIT" in variables


def is_skipped(asked: Asked, variables: Mapping[str, str]) -> bool:
    """SKIP=migrate-guard, as pre-commit takes it, whatever the hook is called and whoever runs it."""
    wanted = variables.get("SKIP", "").replace(" ", "").split(",")
    return is_hook(asked, variables) and _NAME in wanted


def skip(asked: Asked, variables: Mapping[str, str]) -> str:
    """See Scope."""
    if not is_hook(asked, variables):
        return ""
    if not is_range(asked, variables):
        return "commit"
    return "push" if asked.remote is not None or variables.get("PRE_COMMIT_REMOTE_NAME") else ""
