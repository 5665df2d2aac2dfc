"""A source without an Alembic environment: nothing to check, or a project that has yet to begin."""

import os
import posixpath
from collections.abc import Collection, Iterable

from migrate_guard import environments
from migrate_guard.errors import GuardError
from migrate_guard.history.environment import Environment
from migrate_guard.repository.source import Source

_MODELS = (
    r"__tablename__|declarative_base\(|DeclarativeBase|as_declarative|db\.Model|^class .*[(,] *table *= *True"
)
_TABLES = (r"(^|[^A-Za-z_])Table\(", "sqlalchemy")
_HOW_TO_START = (
    "Start with 'flask db init' (Flask-Migrate) or 'alembic init migrations', and git add what it makes. "
    "A repository that needs none: remove the hook."
)


def explain(source: Source, exclude: Collection[str], declared: bool) -> None:
    """Return quietly where there is nothing that could be checked; raises GuardError otherwise.

    ``source`` has no environment. ``declared``: whether its settings speak of us.
    """
    declares = declaring(source)
    if not (declared or declares):
        return
    hidden = _excluded(source) or _on_disk(source.repo)
    if hidden:
        raise hidden
    unresolved = environments.unresolved(source, exclude)
    if unresolved:
        raise GuardError(
            f"{unresolved[0]} names no folder of {source.label} that holds an env.py.",
            cause=f"script_location = {unresolved[1]}",
            hint="Give it a path that can be read as it stands, relative to that file: %(here)s/migrations.",
        )
    for _, error in unclaimed(source, exclude, ()):
        raise error
    fact = f"{declares} declares models" if declares else "pyproject.toml has [tool.migrate-guard]"
    raise GuardError(f"{fact}, but {source.label} holds no Alembic environment.", hint=_HOW_TO_START)


def unclaimed(
    source: Source, exclude: Collection[str], known: Iterable[Environment]
) -> list[tuple[str, GuardError]]:
    """An error for each env.py of Alembic's that belongs to none of the ``known`` environments: it would go unchecked."""
    claimed = {environment.directory for environment in known}
    others = [path for path in source.entries if posixpath.basename(path) == "env.py"]
    others = [path for path in others if posixpath.dirname(path) not in claimed]
    texts = source.read(others)
    folders = {posixpath.dirname(path) for path, text in texts.items() if b"context.configure" in text}
    unclaimed = [folder for folder in sorted(folders) if _counts(folder, exclude)]
    in_code = _made_in_code(source) if unclaimed else ""
    return [(folder, _unclaimed(folder, in_code)) for folder in unclaimed]


def _counts(folder, exclude):
    return "{{" not in folder and not environments.excluded(folder, exclude)


def _unclaimed(folder, in_code):
    hint = "An alembic.ini with script_location in its section [alembic] makes it an environment."
    if in_code:
        hint = (
            "Where code makes the Config, say in pyproject.toml what gives it (docs/environments.md):\n"
            f'[[tool.migrate-guard.environments]]\nname = "{folder or "main"}"\nconfig = "package.module:function"'
        )
    return GuardError(
        f"{folder or '.'}/env.py belongs to no alembic.ini or pyproject.toml that was found.",
        cause=f"{in_code} sets script_location" if in_code else "",
        hint=hint,
    )


def _made_in_code(source):
    """file:line where a script_location is set, tests last; empty where none is."""
    lines = source.lines_with('"script_location"', "'script_location'")
    places = [f"{path}:{number}" for path, number in lines if not path.endswith("/env.py")]
    return min(places, key=lambda place: "test" in place, default="")


def declaring(source: Source) -> str:
    """A Python file of the source that declares models; empty where there is none."""
    found = source.modules_with(_MODELS) or source.modules_with(*_TABLES, each=True)
    return found[0] if found else ""


def _excluded(source):
    found = ", ".join(environment.name or "." for environment in environments.find(source))
    if not found:
        return None
    return GuardError(
        f"every Alembic environment is excluded: {found}.",
        hint="Take one out of exclude in [tool.migrate-guard], or remove the hook.",
    )


def _on_disk(repo):
    """The error for an environment that lies in the working tree and not in the source."""
    ignored = _env_py(repo, repo.ignored())
    if ignored:
        folder, rule = posixpath.dirname(ignored), repo.rule_that_ignores(ignored)
        return GuardError(
            f"git ignores the Alembic environment {folder}, so its revisions are in no commit.",
            cause=rule,
            hint=f"Take that rule away and git add {folder}.",
        )
    untracked = _env_py(repo, repo.untracked())
    if untracked:
        folder = posixpath.dirname(untracked)
        return GuardError(
            f"the Alembic environment {folder} was never added to git.", hint=f"git add {folder}"
        )
    return None


def _env_py(repo, paths):
    for path in paths:
        installed = "/site-packages/" in path  # the templates of Alembic itself
        if posixpath.basename(path) == "env.py" and not installed and _is_alembic(repo.root, path):
            return path
    return ""


def _is_alembic(root, path):
    with open(os.path.join(root, path), "rb") as file:
        return b"alembic" in file.read()
