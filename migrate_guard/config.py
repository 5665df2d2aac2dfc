"""[tool.migrate-guard] of the judged source, with arguments and environment variables over it: Settings."""

import sys
from dataclasses import dataclass, replace

from migrate_guard.errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = "pyproject.toml"


@dataclass(frozen=True)
class Settings:
    """Every setting with its default.

    ``declared``: the source has a [tool.migrate-guard] table. ``python``: the project interpreter, as a path, an
    environment's folder or a command (relative to the repository). ``exclude``: patterns of script directories
    that are not checked. ``heads``: how many heads a history may have, or the branch labels (or ids) of those it
    may have. ``app``: the Flask application, as FLASK_APP takes it. ``overlay``: paths of the working tree that
    the snapshot needs although git does not track them. ``timeout``: seconds without progress.
    """

    declared: bool = False
    python: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    heads: int | tuple[str, ...] = 1
    app: str = ""
    overlay: tuple[str, ...] = ()
    timeout: float = 120.0


def read(text: bytes | None, environ, python: str | None = None) -> Settings:
    """Settings from the source's pyproject.toml (None where it has none), the environment and ``--python``.

    Raises ConfigError for a file that is not TOML, an unknown setting or a value of the wrong kind.
    """
    settings = _from_table(_table(text)) if text is not None else Settings()
    explicit = python or environ.get("MIGRATE_GUARD_PYTHON")
    return replace(settings, python=(explicit,)) if explicit else settings


def _table(text):
    if b"migrate-guard" not in text:
        return None
    try:
        return tomllib.loads(text.decode()).get("tool", {}).get("migrate-guard")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{FILE} cannot be read.", cause=str(error), hint=f"Mend {FILE}.") from None


def _strings(value):
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return None


def _string_or_strings(value):
    return (value,) if isinstance(value, str) and value else _strings(value) or None


def _heads(value):
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value >= 1 else None
    return _strings(value) or None


def _string(value):
    return value if isinstance(value, str) else None


def _seconds(value):
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if number and value > 0 else None


# name: (what it takes, in words, and the reader that answers None for anything else)
READERS = {
    "python": ("a path, or a list of the words of a command", _string_or_strings),
    "exclude": ("a list of patterns of script directories", _strings),
    "heads": ("a number from 1 up, or a list of branch labels", _heads),
    "app": ("the Flask application, as FLASK_APP takes it", _string),
    "overlay": ("a list of paths", _strings),
    "timeout": ("a number of seconds greater than 0", _seconds),
}


def _from_table(table):
    if table is None:
        return Settings()
    if not isinstance(table, dict):
        raise ConfigError(f"{FILE}: [tool.migrate-guard] must be a table.")
    values = {}
    for name, value in table.items():
        if name not in READERS:
            known = ", ".join(READERS)
            raise ConfigError(
                f"{FILE}: [tool.migrate-guard] has no setting {name!r}.", hint=f"The settings are: {known}."
            )
        takes, reader = READERS[name]
        values[name] = reader(value)
        if values[name] is None:
            raise ConfigError(f"{FILE}: {name} = {value!r} cannot be used.", hint=f"{name} takes {takes}.")
    return Settings(declared=True, **values)
