"""[tool.migrate-guard] of the judged source, with arguments and environment variables over it: Settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from migrate_guard import toml
from migrate_guard.errors import ConfigError

FILE = "pyproject.toml"
DATABASES = "databases"
AUTOGENERATE = "autogenerate"
AUTO = "auto"
REPLAY = "replay"
STEP = "step"
_SERVERS = {"postgresql", "mysql", "mariadb"}  # those whose versions can be told


@dataclass(frozen=True)
class Declared:
    """An Alembic environment that the settings describe, [[tool.migrate-guard.environments]].

    ``name`` is its own in reports. ``ini`` is the file that configures it and ``section`` the one of its sections,
    ``script_location`` the script directory, where the ini does not say it. ``x`` are the values of ``-x``. ``cwd``
    is the folder that its commands are run in. ``config`` names a function ("package.module:function") that returns
    the alembic Config, or takes a function to call with it. Paths are relative to the repository.
    """

    name: str
    ini: str = ""
    section: str = ""
    script_location: str = ""
    x: tuple[str, ...] = ()
    cwd: str = ""
    config: str = ""


@dataclass(frozen=True)
class StartAt:
    """Where the replay of a history begins: the file ``sql`` of the source, with which it stands at ``revision``.

    ``environment`` and ``database`` (the end of its URL) say whose it is where there are several.
    """

    revision: tuple[str, ...]
    sql: str
    environment: str = ""
    database: str = ""


@dataclass(frozen=True)
class Settings:
    """Every setting with its default.

    ``declared``: the source has a [tool.migrate-guard] table. ``python``: the project interpreter, as a path, an
    environment's folder or a command (relative to the repository). ``exclude``: patterns of script directories
    that are not checked. ``heads``: how many heads a history may have, or the branch labels (or ids) of those it
    may have. ``app``: the Flask application, as FLASK_APP takes it. ``overlay``: paths of the working tree that
    the snapshot needs although git does not track them. ``timeout``: seconds without progress. ``scratch_url``:
    addresses of servers, or of empty databases, for scratch use. ``engine``: the servers, of the versions, that will
    do ("postgresql>=15,<17"). ``scratch_setup``: by dialect ("" is each that has a server), SQL, or the path of a
    file of it, to run on each fresh scratch database. ``env_file``: the path of a file of variables that the
    project's code finds, and ``env``: more of them, which go before. ``environments``: see Declared.
    ``judge``: whose verdict counts, that of the databases or that of autogenerate alone. ``strict``: what the history
    has beyond the models blocks as well. ``start``: see StartAt. ``base``: the branch
    that others build on, "" for the remote's own, else main or master. ``history``: whether it
    is replayed from its base, judged as a step, or replayed where it can be. ``by_application``: patterns of tables that the application makes by its own means.
    """

    declared: bool = False
    python: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    heads: int | tuple[str, ...] = 1
    app: str = ""
    overlay: tuple[str, ...] = ()
    timeout: float = 120.0
    scratch_url: tuple[str, ...] = ()
    engine: tuple[str, ...] = ()
    scratch_setup: dict[str, str] = field(default_factory=dict)
    env_file: str = ""
    env: dict[str, str] = field(default_factory=dict)
    environments: tuple[Declared, ...] = ()
    judge: str = DATABASES
    strict: bool = False
    start: tuple[StartAt, ...] = ()
    base: str = ""
    history: str = AUTO
    by_application: tuple[str, ...] = ()


def read(text: bytes | None, environ: Mapping[str, str], python: str | None = None) -> Settings:
    """Settings from the source's pyproject.toml (None where it has none), the environment and ``--python``.

    Raises ConfigError for a file that is not TOML, an unknown setting or a value of the wrong kind.
    """
    settings = _from_table(_table(text)) if text is not None else Settings()
    explicit = python or environ.get("MIGRATE_GUARD_PYTHON")
    if explicit:
        settings = replace(settings, python=(explicit,))
    addresses = tuple(environ.get("MIGRATE_GUARD_SCRATCH_URL", "").split())
    return replace(settings, scratch_url=addresses) if addresses else settings


def _table(text):
    if b"migrate-guard" not in text:
        return None
    try:
        return toml.loads(text.decode()).get("tool", {}).get("migrate-guard")
    except (toml.TOMLDecodeError, UnicodeDecodeError) as error:
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


def _judge(value):
    return value if value in (DATABASES, AUTOGENERATE) else None


def _history(value):
    return value if value in (AUTO, REPLAY, STEP) else None


def _truth(value):
    return value if isinstance(value, bool) else None


def _seconds(value):
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if number and value > 0 else None


def _engines(value):
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        pins = [Requirement(text) for text in _string_or_strings(value) or ()]
    except InvalidRequirement:
        return None
    names = {pin.name.lower() for pin in pins if not (pin.extras or pin.url or pin.marker)}
    versions = {pin.name.lower() for pin in pins if pin.specifier}
    # one for each kind of server, so that it is clear which one a version is held to
    return _string_or_strings(value) if names and len(names) == len(pins) and versions <= _SERVERS else None


def _setup(value):
    if isinstance(value, str):
        return {"": value}
    return _variables(value)


def _variables(value):
    if isinstance(value, dict) and all(isinstance(item, str) for item in value.values()):
        return value
    return None


def _declared(value):
    if not isinstance(value, list):
        return None
    found = [_one_declared(table) for table in value]
    names = [one.name for one in found if one]
    return tuple(found) if all(found) and len(set(names)) == len(names) else None


def _one_declared(table):
    texts = {one.name for one in fields(Declared)} - {"x"}
    if not isinstance(table, dict) or not table.get("name") or set(table) - texts - {"x"}:
        return None
    values = {name: _string(table[name]) for name in texts.intersection(table)}
    values["x"] = _string_or_strings(table["x"]) if "x" in table else ()
    return Declared(**values) if None not in values.values() else None


def _starts(value):
    found = [_one_start(table) for table in (value if isinstance(value, list) else [value])]
    whose = {(one.environment, one.database) for one in found if one}
    return tuple(found) if found and all(found) and len(whose) == len(found) else None


def _one_start(table):
    if not isinstance(table, dict) or set(table) - {one.name for one in fields(StartAt)}:
        return None
    values = {name: _string(value) for name, value in table.items()}
    values["revision"] = _string_or_strings(table.get("revision"))
    return StartAt(**values) if values.get("sql") and None not in values.values() else None


# name: (what it takes, in words, and the reader that answers None for anything else)
READERS = {
    "python": ("a path, or a list of the words of a command", _string_or_strings),
    "exclude": ("a list of patterns of script directories", _strings),
    "heads": ("a number from 1 up, or a list of branch labels", _heads),
    "app": ("the Flask application, as FLASK_APP takes it", _string),
    "overlay": ("a list of paths", _strings),
    "timeout": ("a number of seconds greater than 0", _seconds),
    "scratch_url": ("a database URL, or a list of them", _string_or_strings),
    "engine": (
        'a dialect, postgresql, mysql and mariadb also with versions, like "postgresql>=15,<17", or a list with one of each',
        _engines,
    ),
    "scratch_setup": (
        'SQL or the path of a .sql file, or a table of them by dialect, like {postgresql = "..."}',
        _setup,
    ),
    "env_file": ("the path of a file with a variable on each line, like .env.example", _string),
    "judge": (f'"{DATABASES}" or "{AUTOGENERATE}"', _judge),
    "strict": ("true or false", _truth),
    "start": (
        'a table like {revision = "1f0c2d3e4a5b", sql = "db/start.sql"}, or a list of them with environment or database, '
        "of which no two are the same",
        _starts,
    ),
    "base": ("the name of a branch", _string),
    "history": (f'"{AUTO}", "{REPLAY}" or "{STEP}"', _history),
    "by_application": ("a list of patterns of tables", _strings),
    "env": ("a table of variables, each of them a string", _variables),
    "environments": (
        "tables with a name of their own, and ini, section, script_location, x, cwd or config",
        _declared,
    ),
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
