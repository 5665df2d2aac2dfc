"""A source without an Alembic environment: nothing to check, or a project that has yet to begin."""

import os
import posixpath

from migrate_guard import environments
from migrate_guard.errors import GuardError
from migrate_guard.repository.git import names

_MODELS = (
    r"__tablename__|declarative_base\(|DeclarativeBase|as_declarative|db\.Model|^class .*[(,] *table *= *True"
)
_TABLES = ["-e", r"(^|[^A-Za-z_])Table\(", "-e", "sqlalchemy"]
_HOW_TO_START = (
    "Start with 'flask db init' (Flask-Migrate) or 'alembic init migrations', and git add what it makes. "
    "A repository that needs none: remove the hook."
)


def explain(judge) -> None:
    """Return quietly where there is nothing that could be checked; raises GuardError otherwise."""
    declares = declaring(judge.source)
    if not (judge.settings.declared or declares):
        return
    hidden = _excluded(judge) or _on_disk(judge)
    if hidden:
        raise hidden
    unresolved = environments.unresolved(judge.source, judge.settings.exclude)
    if unresolved:
        raise GuardError(
            f"{unresolved[0]} names no folder of {judge.source.label} that holds an env.py.",
            cause=f"script_location = {unresolved[1]}",
            hint="Give it a path that can be read as it stands, relative to that file: %(here)s/migrations.",
        )
    for _, error in unclaimed(judge):
        raise error
    fact = f"{declares} declares models" if declares else "pyproject.toml has [tool.migrate-guard]"
    raise GuardError(f"{fact}, but {judge.source.label} holds no Alembic environment.", hint=_HOW_TO_START)


def unclaimed(judge) -> list[tuple[str, GuardError]]:
    """An error for each env.py of Alembic's that belongs to none of the environments: it would go unchecked."""
    found = judge.repo.plain(
        "grep", "-l", "-I", "-z", "-F", "-e", "context.configure", judge.source.tree, "--", "env.py", "*/env.py",
        fails_with=(1,), **judge.source.variables,
    )  # fmt: skip
    claimed = {environment.directory for environment in judge.environments}
    folders = {posixpath.dirname(name.split(":", 1)[1]) for name in names(found)}
    unclaimed = [folder for folder in sorted(folders - claimed) if _counts(judge, folder)]
    in_code = _made_in_code(judge.source) if unclaimed else ""
    return [(folder, _unclaimed(folder, in_code)) for folder in unclaimed]


def _counts(judge, folder):
    return "{{" not in folder and not environments.excluded(folder, judge.settings.exclude)


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
    found = source.repo.plain(
        "grep", "-n", "-I", "-z", "-F", "-e", '"script_location"', "-e", "'script_location'", source.tree, "--", "*.py",
        fails_with=(1,), **source.variables,
    )  # fmt: skip
    lines = [line.split("\0")[:2] for line in os.fsdecode(found).splitlines()]
    places = [f"{name.split(':', 1)[1]}:{number}" for name, number in lines if not name.endswith("/env.py")]
    return min(places, key=lambda place: "test" in place, default="")


def declaring(source) -> str:
    """A Python file of the source that declares models; empty where there is none."""
    for patterns in (["-e", _MODELS], ["--all-match", *_TABLES]):
        found = source.repo.plain(
            "grep", "-l", "-I", "-z", "-E", *patterns, source.tree, "--", "*.py", fails_with=(1,),
            **source.variables,
        )  # fmt: skip
        if found:
            return names(found)[0].split(":", 1)[1]
    return ""


def _excluded(judge):
    found = ", ".join(environment.name or "." for environment in environments.find(judge.source))
    if not found:
        return None
    return GuardError(
        f"every Alembic environment is excluded: {found}.",
        hint="Take one out of exclude in [tool.migrate-guard], or remove the hook.",
    )


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
        return GuardError(
            f"the Alembic environment {folder} was never added to git.", hint=f"git add {folder}"
        )
    return None


def _env_py(repo, *options):
    for path in names(repo.plain("ls-files", "--others", *options, "--exclude-standard", "-z")):
        installed = "/site-packages/" in path  # the templates of Alembic itself
        if posixpath.basename(path) == "env.py" and not installed and _is_alembic(repo.root, path):
            return path
    return ""


def _rule(repo, path):
    """file:line: pattern of the rule that ignores ``path``."""
    out = repo.plain("check-ignore", "-v", "--no-index", "--", path, fails_with=(1,))
    return os.fsdecode(out).split("\t")[0].strip()


def _is_alembic(root, path):
    with open(os.path.join(root, path), "rb") as file:
        return b"alembic" in file.read()
