"""The address that a keeper works at: the URL of the settings, with the project's own driver."""

import asyncio
from typing import Any, Mapping
from urllib.parse import quote, quote_plus

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import NoSuchModuleError
from sqlalchemy.pool import NullPool

from migrate_guard.protocol.dialects import family

_PORTS = {"postgresql": 5432, "mysql": 3306}
# Where a URL of a server names no database, the one to connect to
_MAINTENANCE = {"postgresql": "postgres"}
_HIDDEN = "***"


class Unusable(Exception):
    """The URL cannot be used; the words hold nothing of it."""


class Target:
    """``url`` has the project's driver; ``dropped`` are the parameters left out, meant for the driver ``other``."""

    def __init__(self, url, dropped, other):
        self.url, self.dropped, self.other = url, dropped, other
        self.dialect = url.get_backend_name()
        self.user = url.username or ""
        self.place = self._place()

    def _place(self):
        host, port = self.url.host, self.url.port or _PORTS.get(self.dialect)
        if host or self.dialect in _PORTS:
            # Drivers take a socket's folder, or several hosts, as parameters.
            host = host or self.url.query.get("host") or self.url.query.get("unix_socket") or "localhost"
            return "{}{}".format(
                host if isinstance(host, str) else ",".join(host), f":{port}" if port else ""
            )
        return self.words(self.url.database or "")

    def address(self, database):
        """The parts of a URL that lead to ``database`` of this server."""
        url = self.url
        return {
            "username": url.username, "password": _text(url.password), "host": url.host, "port": url.port,
            "database": database, "query": dict(url.query),
        }  # fmt: skip

    def connect(self, use, **options):
        """What ``use`` returns, given a connection of SQLAlchemy's. ``options`` are the engine's."""
        url = self.url
        if self.dialect in _MAINTENANCE and not url.database:
            url = url.set(database=_MAINTENANCE[self.dialect])
        options.update(poolclass=NullPool)
        if not url.get_dialect().is_async:
            with create_engine(url, **options).connect() as connection:
                return use(connection)

        from sqlalchemy.ext.asyncio import create_async_engine

        async def using():
            async with create_async_engine(url, **options).connect() as connection:
                return await connection.run_sync(use)

        return asyncio.run(using())

    def words(self, error):
        """What ``error`` says, without a password."""
        text = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
        secrets = [_text(self.url.password)] + [
            value for name, value in self.url.query.items() if "pass" in name.lower()
        ]
        for secret in filter(None, secrets):
            for form in sorted({secret, quote(secret, safe=""), quote_plus(secret)}, key=len, reverse=True):
                text = text.replace(form, _HIDDEN)
        return text


def read(order):
    """The Target of the order Keep. Raises Unusable."""
    try:
        given = make_url(order.url)
    except Exception:
        given = None
    # Not quoted in a password: what follows it would be taken for the host, and shown.
    if given is None or given.host and "@" in (given.database or ""):
        raise Unusable(
            "a part of it cannot be read; @ : / ? # and % in a user or password are written %40 %3A %2F %3F %23 %25"
        )
    other = given.drivername.partition("+")[2]
    query: Mapping[str, Any] = {}
    if other in ("", order.driver, order.driver.replace("_async", "")):
        other, query = "", given.query
    dialect = family(order.dialect)
    url = given.set(drivername=_drivername(given, dialect, order.driver), query=query)
    return Target(url, sorted(set(given.query) - set(query)), other)


def _drivername(url, dialect, driver):
    for name in (f"{dialect}+{driver}", dialect):
        try:
            found = url.set(drivername=name).get_dialect()
        except NoSuchModuleError:
            continue
        if found.driver == driver:
            return name
    raise Unusable(
        f"SQLAlchemy finds no driver {driver} for {dialect} where the project's own code is not imported"
    )


def _text(password):
    return None if password is None else str(password)
