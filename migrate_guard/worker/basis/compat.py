"""Every difference between the supported versions of SQLAlchemy and Alembic that the worker meets."""

import inspect
from typing import Dict, List

from alembic.config import Config
from alembic.util import langhelpers
from sqlalchemy.engine import Connection
from sqlalchemy.orm import mapperlib as _mapperlib


def alembic_config(ini, pyproject, section):
    """alembic.Config of both files, either "" where there is none."""
    arguments = {"ini_section": section}
    # Alembic 1.16 reads [tool.alembic] of pyproject.toml
    if pyproject and "toml_file" in inspect.signature(Config.__init__).parameters:
        arguments["toml_file"] = pyproject
    return Config(ini or None, **arguments)


def dispatchers():
    """The classes that keep Alembic's registered functions."""
    names = ("Dispatcher", "PriorityDispatcher")  # the second one since Alembic 1.18
    return [getattr(langhelpers, name) for name in names if hasattr(langhelpers, name)]


def plugin():
    """The class of Alembic's plugins, None before 1.18."""
    try:
        from alembic.runtime.plugins import Plugin
    except ImportError:
        return None
    return Plugin


def url_text(url):
    """The whole of a URL, password included: it tells databases apart and is never shown."""
    return url.render_as_string(hide_password=False)


def hidden_text(url):
    """A URL as it may be shown."""
    return url.render_as_string(hide_password=True)


# The scratch server has no certificate, and variables such as PGSSLMODE may ask for one.
_UNENCRYPTED = {
    "psycopg2": {"sslmode": "disable", "gssencmode": "disable"},
    "psycopg": {"sslmode": "disable", "gssencmode": "disable"},
    "psycopg_async": {"sslmode": "disable", "gssencmode": "disable"},
    "asyncpg": {"ssl": "disable"},
    "mysqlconnector": {"ssl_disabled": "true"},
    "mariadbconnector": {"ssl_verify_cert": "false"},
}


def without_encryption(driver):
    """The query of a URL that keeps ``driver`` from encrypting the connection."""
    return _UNENCRYPTED.get(driver, {})


def aside(connection):
    """A Connection on the same DBAPI connection, without listeners: env.py's own object is left as it is."""
    return Connection(connection.engine, connection.connection, _has_events=False)


def dbapi_connection(holder):
    """The driver's own connection in ``holder``: a pool's record, or what it has given out."""
    # SQLAlchemy 1.4.24 renamed the attribute
    return holder.dbapi_connection if hasattr(holder, "dbapi_connection") else holder.connection


def set_dbapi_connection(holder, connection):
    """Put ``connection`` in the place of that one."""
    name = "dbapi_connection" if hasattr(holder, "dbapi_connection") else "connection"
    setattr(holder, name, connection)


def collections(target_metadata):
    """The MetaData of env.py's ``target_metadata``, which is one, several or none."""
    several = target_metadata if isinstance(target_metadata, (list, tuple)) else [target_metadata]
    return [collection for collection in several if collection is not None]


def copied(column):
    """A copy of ``column`` that belongs to no table."""
    # SQLAlchemy 1.4.0 renamed it
    return column._copy() if hasattr(column, "_copy") else column.copy()


def mappers():
    """Every mapper of the process."""
    for registry in list(_mapperlib._all_registries()):
        # not registry.mappers, which raises for a class whose mapping is deferred, as that of AbstractConcreteBase
        yield from [manager.mapper for manager in list(registry._managers) if manager.is_mapped]


_STARS: Dict[object, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}


def wrapped(method, around):
    """A function with the arguments of ``method`` that calls ``around(method, ...)``.

    create_engine() reads from the code of Pool.__init__ and Engine.__init__ which arguments they take.
    """
    declared: List[str] = []
    passed = []
    for name, parameter in inspect.signature(method).parameters.items():
        if parameter.kind is parameter.KEYWORD_ONLY and not any(word.startswith("*") for word in declared):
            declared.append("*")
        stars = _STARS.get(parameter.kind, "")
        declared.append(stars + name)
        by_name = parameter.kind is parameter.KEYWORD_ONLY
        passed.append(f"{name}={name}" if by_name else stars + name)
    names = {"_method": method, "_around": around}
    exec("def made({}): return _around(_method, {})".format(", ".join(declared), ", ".join(passed)), names)
    made = names["made"]
    made.__defaults__, made.__kwdefaults__ = method.__defaults__, method.__kwdefaults__
    return made
