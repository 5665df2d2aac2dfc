"""The files that configure Alembic environments, as options: alembic.ini, other ini files, [tool.alembic]."""

import configparser
import posixpath
import re
from collections.abc import Callable
from typing import NamedTuple

from migrate_guard import toml
from migrate_guard.errors import ConfigError
from migrate_guard.history.environment import USUAL_SECTION
from migrate_guard.repository.source import Source

_LOCATION = "script_location"
_INTERPOLATED = re.compile(r"%\((\w+)\)s")


class Configuration(NamedTuple):
    """One section of an ini file, or [tool.alembic], with what it takes from [DEFAULT]."""

    path: str
    section: str
    options: dict


def read(source: Source, is_excluded: Callable[[str], bool]) -> list[Configuration]:
    """Nearest to the top first, and an ini before a pyproject.toml beside it: what the alembic command would read.

    Folders for which ``is_excluded`` answers True are passed over. Raises ConfigError for a file that cannot be read.
    """
    texts = source.settings_files
    wanted = [path for path in texts if _may_configure(path) and not is_excluded(posixpath.dirname(path))]
    found = []
    for path in sorted(wanted, key=_rank):
        try:
            found += read_file(path, texts[path])
        except ConfigError as error:
            folder = posixpath.dirname(path)
            error.hint = f'Mend it, or leave it out: exclude = ["{folder}"] in [tool.migrate-guard].'
            raise
    return found


def read_file(path: str, text: bytes) -> list[Configuration]:
    """The sections of one file that configure an environment, the usual one first. Raises ConfigError."""
    if path.endswith(".toml"):
        options = _toml_options(path, text)
        return [] if options is None else [Configuration(path, USUAL_SECTION, options)]
    if _LOCATION.encode() not in text and posixpath.basename(path) != "alembic.ini":
        return []  # another program's
    sections = ini_sections(path, text)
    default = sections.pop("DEFAULT", {})
    usual = sections.pop(USUAL_SECTION, None)
    several_databases = usual is not None and "databases" in usual
    found = {} if usual is None else {USUAL_SECTION: usual}
    for name, own in sections.items():
        inherits = _LOCATION in default and not several_databases
        if _LOCATION in own or (inherits and own.keys() & {"sqlalchemy.url", "version_locations"}):
            found[name] = own
    return [Configuration(path, name, _interpolated({**default, **own})) for name, own in found.items()]


def ini_sections(path: str, text: bytes) -> dict[str, dict]:
    """Every section with its own options alone, [DEFAULT] as one of them. Raises ConfigError."""
    parser = configparser.RawConfigParser(strict=False, default_section="")
    try:
        parser.read_string(text.decode())
    except (configparser.Error, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read.", cause=str(error)) from None
    return {name: dict(parser[name]) for name in parser.sections()}


def _may_configure(path):
    return (path.endswith(".ini") or posixpath.basename(path) == "pyproject.toml") and "{{" not in path


def _rank(path):
    usual = posixpath.basename(path) in ("alembic.ini", "pyproject.toml")
    return path.count("/"), not usual, path.endswith(".toml"), path


def _interpolated(options):
    """As configparser would, but what is unknown here stays: %(here)s, and names that only exist where env.py runs."""

    def value_of(match):
        return options.get(match[1].lower(), match[0])

    def resolved(value):
        for _ in range(configparser.MAX_INTERPOLATION_DEPTH):
            further = _INTERPOLATED.sub(value_of, value)
            if further == value:
                break
            value = further
        return value

    return {name: resolved(value) for name, value in options.items() if value is not None}


def _toml_options(path, text):
    if b"alembic" not in text:
        return None
    try:
        return toml.loads(text.decode()).get("tool", {}).get("alembic")
    except (toml.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read.", cause=str(error)) from None
