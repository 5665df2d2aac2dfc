"""A source without an Alembic environment: nothing to check, or a project that has yet to begin."""

import os
import posixpath

from migrate_guard.errors import GuardError
from migrate_guard.git import names

_MODELS = r"__tablename__|declarative_base\(|DeclarativeBase|as_declarative|db\.Model|SQLModel.*table *= *True"
_TABLES = ["-e", r"(^|[^A-Za-z_])Table\(", "-e", "sqlalchemy"]
_HOW_TO_START = (
    "Start with 'flask db init' (Flask-Migrate) or 'alembic init migrations', and git add what it makes. "
    "A repository that needs none: remove the hook."
)


def explain(judge) -> None:
    """Return quietly where there is nothing that could be checked; raises GuardError otherwise."""
    declares = _declaring(judge)
    if not (judge.settings.declared or declares):
        return
    hidden = _on_disk(judge)
    if hidden:
        raise hidden
    fact = f"{declares} declares models" if declares else "pyproject.toml has [tool.migrate-guard]"
    raise GuardError(f"{fact}, but {judge.source.label} holds no Alembic environment.", hint=_HOW_TO_START)


def _declaring(judge):
    for patterns in (["-e", _MODELS], ["--all-match", *_TABLES]):
        found = judge.repo.plain(
            "grep", "-l", "-I", "-z", "-E", *patterns, judge.source.tree, "--", "*.py", fails_with=(1,),
            **judge.source.variables,
        )  # fmt: skip
        if found:
            return names(found)[0].split(":", 1)[1]
    return ""


def _on_disk(judge):
    """The error for an environment that lies in the working tree and not in the source."""
    ignored = _env_py(judge.repo, "--ignored")
    if ignored:
        folder, rule = posixpath.dirname(ignored), _rule(judge.repo, ignored)
        return GuardError(
            f"git ignores the Alembic environment {folder}, so its revisions are in no commit.",
            cause=rule,
            hint=f"Take that rule away and git add {folder}.",
        )
    untracked = _env_py(judge.repo)
    if untracked:
        folder = posixpath.dirname(untracked)
        return GuardError(f"the Alembic environment {folder} was never added to git.", hint=f"git add {folder}")
    return None


def _env_py(repo, *options):
    for path in names(repo.plain("ls-files", "--others", *options, "--exclude-standard", "-z")):
        if posixpath.basename(path) == "env.py" and _is_alembic(repo.root, path):
            return path
    return ""


def _rule(repo, path):
    """file:line: pattern of the rule that ignores ``path``."""
    out = repo.plain("check-ignore", "-v", "--no-index", "--", path, fails_with=(1,))
    return os.fsdecode(out).split("\t")[0].strip()


def _is_alembic(root, path):
    with open(os.path.join(root, path), "rb") as file:
        return b"alembic" in file.read()
