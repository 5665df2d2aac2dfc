"""What the project asked for and did not get, environment variables and values of -x: the way out when it fails."""

import importlib.util
import os
import re
import sys
import traceback
from types import FrameType
from typing import Optional

from alembic.runtime.environment import EnvironmentContext

from migrate_guard.worker.basis.places import is_inside

_SHOWN = 4
# What is said where a missing variable became None, or no address at all
_OF_NOTHING = re.compile(
    r"NoneType|Could not parse (?:rfc1738 )?(?:SQLAlchemy )?URL|Expected string or URL|base 10: '(?:None)?'|SQLALCHEMY_DATABASE_URI"
)
_NO_DIALECT = re.compile(
    r"parse (?:rfc1738 )?(?:SQLAlchemy )?URL|Expected string or URL|plugin: sqlalchemy.dialects:"
)
_ENGINE = "The URL does not tell its dialect. Say it here; no address is needed:\n[tool.migrate-guard]\n"
_ADDRESS = re.compile(r"URL|URI|DSN")
_DRIVERS = (
    ("postgresql", ("psycopg2", "psycopg", "asyncpg", "pg8000")),
    ("mysql", ("pymysql", "MySQLdb", "aiomysql", "asyncmy", "mariadb")),
)


class Asked:
    """Takes note of each name that os.environ or -x was asked for in vain, and of the files that asked."""

    def __init__(self, place):
        self._place = place
        self._root = place.root
        self._asked = {}
        self._arguments = {}

    def install(self):
        self._watch_variables()
        usual = EnvironmentContext.get_x_argument

        def get_x_argument(environment, as_dictionary=False):
            given = usual(environment, as_dictionary=as_dictionary)
            return _Arguments(given, self._arguments) if as_dictionary else given

        EnvironmentContext.get_x_argument = get_x_argument

    def _watch_variables(self):
        cls = type(os.environ)
        usual = cls.__getitem__

        def getitem(environ, key):
            try:
                return usual(environ, key)
            except KeyError:
                if isinstance(key, str):
                    self._note(key)
                raise

        cls.__getitem__ = getitem

    def _note(self, name):
        frame: Optional[FrameType] = sys._getframe(2)
        while frame and frame.f_globals.get("__name__") in ("os", "collections.abc", "_collections_abc"):
            frame = frame.f_back
        self._asked.setdefault(name, set()).add(frame.f_code.co_filename if frame else "")

    def advice(self, error):
        """The settings to add where ``error`` comes of a missing variable, "" where it does not; then all variables
        that the project asked for in vain, and those that it needs. A KeyError may come of them in a roundabout way.
        """
        said = _said(error)
        arguments = _named(said, self._arguments) or (
            list(self._arguments) if _OF_NOTHING.search(said) else []
        )
        if arguments:
            return self._declaration(arguments), [], []
        names = (
            _of_settings_class(error) or _named(said, self._asked) or self._turned_into_nothing(error, said)
        )
        asked = [
            name for name, files in self._asked.items() if name in names or any(map(self._is_own, files))
        ]
        if names:
            return _setting(names), list(dict.fromkeys([*names, *asked])), names
        hint = _ENGINE + f'engine = "{_dialect()}"' if _NO_DIALECT.search(said) else ""
        return hint, asked if isinstance(error, KeyError) and not hint else [], []

    def _declaration(self, arguments):
        values = ", ".join(f'"{name}={_harmless(name)}"' for name in arguments)
        file = self._place.ini or self._place.pyproject
        return "\n".join(
            ["env.py asks for -x. Harmless values will do; no address is dialled:"]
            + ["[[tool.migrate-guard.environments]]", f'name = "{self._place.name or "main"}"']
            + ([f'ini = "{file}"'] if file else [])
            + [f"x = [{values}]"]
        )

    def _turned_into_nothing(self, error, said):
        if not _OF_NOTHING.search(said):
            return []
        own = {name: files for name, files in self._asked.items() if any(map(self._is_own, files))}
        running = {frame.filename for frame in traceback.extract_tb(error.__traceback__)}
        return [name for name in own if own[name] & running] or list(own)

    def _is_own(self, file):
        return is_inside(file, self._root)


class _Arguments(dict):
    """The values of -x; ``missed`` takes what was asked for and is not among them."""

    def __init__(self, given, missed):
        super().__init__(given)
        self._missed = missed

    def __contains__(self, name):
        found = super().__contains__(name)
        if not found:
            self._missed[name] = None
        return found

    def __missing__(self, name):
        self._missed[name] = None
        raise KeyError(name)

    def get(self, name, default=None):
        return super().get(name, default) if name in self else default


def _named(said, names):
    return [name for name in names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said)]


def _said(error):
    return "".join(traceback.format_exception_only(type(error), error))


def _of_settings_class(error):
    """pydantic's settings classes read all variables at once, and tell the fields that are missing."""
    if type(error).__name__ != "ValidationError" or not hasattr(error, "errors"):
        return []
    missing = [
        item["loc"][0] for item in error.errors() if item["type"] in ("missing", "value_error.missing")
    ]
    model = getattr(error, "model", None) or _settings_class(getattr(error, "title", ""))
    return [_variable(model, str(field)) for field in missing] if model else []


def _settings_class(name):
    package = sys.modules.get("pydantic_settings")
    waiting = [package.BaseSettings] if package else []
    while waiting:
        cls = waiting.pop()
        if cls.__name__ == name:
            return cls
        waiting += cls.__subclasses__()
    return None


def _variable(model, field):
    fields = getattr(model, "__fields__", {}) if hasattr(model, "__config__") else {}
    if field in fields:  # pydantic 1
        return min(fields[field].field_info.extra.get("env_names") or {field}).upper()
    declared = getattr(model, "model_fields", {})
    prefix = getattr(model, "model_config", {}).get("env_prefix", "") if field in declared else ""
    return (prefix + field).upper()


def _setting(names):
    lines = [f'{name} = "{_harmless(name)}"' for name in names[:_SHOWN]]
    are = "is" if len(names) == 1 else "are"
    return "\n".join(
        [f"{', '.join(names[:_SHOWN])} {are} not set. Harmless values will do; no address is dialled:"]
        + ["[tool.migrate-guard.env]", *lines]
    )


def _harmless(name):
    if not _ADDRESS.search(name.upper()):
        return "1"
    dialect = _dialect()
    return "sqlite:///app.db" if dialect == "sqlite" else f"{dialect}://localhost/app"


def _dialect():
    """The one whose driver the project has."""
    for dialect, drivers in _DRIVERS:
        if any(importlib.util.find_spec(driver) for driver in drivers):
            return dialect
    return "sqlite"
