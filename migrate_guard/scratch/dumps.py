"""The structure of a database as SQL: by pg_dump, by mysqldump or mariadb-dump, or out of SQLite's own texts."""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from migrate_guard.errors import ConfigError, ScratchError
from migrate_guard.protocol.dialects import mysql_or_mariadb, of_url
from migrate_guard.scratch import mysql, postgres, wheel

_READ_ONLY = "-c default_transaction_read_only=on"
_OF_LIBPQ = re.compile(r"PG[A-Z]+$")
_MILLISECONDS_FOR_A_LOCK = 30_000
_PG_DUMP = (
    "--schema-only", "--no-owner", "--no-privileges", "--no-tablespaces", "--no-publications", "--no-subscriptions",
    "--no-password", f"--lock-wait-timeout={_MILLISECONDS_FOR_A_LOCK}",
)  # fmt: skip
# --no-tablespaces would else take the right PROCESS
_MYSQLDUMP = (
    "--no-data", "--single-transaction", "--skip-lock-tables", "--no-tablespaces", "--skip-add-drop-table", "--routines",
    "--triggers", "--skip-comments",
)  # fmt: skip
_OF_MYSQL_ALONE = ("--set-gtid-purged=OFF", "--column-statistics=0")
_DUMPERS = {"mariadb": ("mariadb-dump", "mysqldump"), "mysql": ("mysqldump", "mariadb-dump")}
# pg_dump's keys are other ones each time; only the owner of an extension may say something of it.
_NOT_NEEDED = re.compile(
    r"^(?:\\(?:un)?restrict .*\n+|COMMENT ON EXTENSION [^;]*;\n+|--\n-- Name: EXTENSION .*\n--\n+)", re.M
)
# Who made it, and how many rows there were, is nobody's business.
_DEFINER = re.compile(r"\bDEFINER=`[^`]*`@`[^`]*` ?|^/\*M!999999.*\n", re.M)
_COUNT = re.compile(r"^(\) ENGINE=\w+) AUTO_INCREMENT=\d+", re.M)
_QUERY = {"unix_socket": "--socket", "ssl_ca": "--ssl-ca", "ssl_cert": "--ssl-cert", "ssl_key": "--ssl-key"}


def only_read(url: str) -> str:
    """The same URL, of a file one that says so itself; relative to where we stand, which the worker does not."""
    scheme, _, path = url.partition(":///")
    if of_url(url) != "sqlite":
        return url
    return f"{scheme}:///{_uri(os.path.abspath(path))}&uri=true"


def _uri(file):
    """The file as it is opened to be read alone."""
    unused = "&immutable=1" if _has_unused_log(file) else ""
    return f"file:{quote(file)}?mode=ro{unused}"


def _has_unused_log(file):
    """Whether reading it would leave files of a write-ahead log beside it, where nobody else has made them."""
    if not os.path.exists(file) or os.path.exists(f"{file}-wal"):
        return False
    with open(file, "rb") as opened:
        return opened.read(20)[18:] == b"\2\2"


def address(url: str) -> dict:
    """The parts of a URL that somebody gave, as a scratch database has them. Raises ConfigError."""
    scheme, _, path = url.partition(":///")
    if of_url(url) == "sqlite":
        return {"database": os.path.abspath(path)}
    try:
        parts = urlsplit(url)
        return {
            "host": parts.hostname, "port": parts.port, "username": _unquoted(parts.username),
            "password": _unquoted(parts.password), "database": unquote(parts.path[1:]), "query": dict(parse_qsl(parts.query)),
        }  # fmt: skip
    except ValueError as error:
        raise ConfigError("--url cannot be read.", cause=str(error)) from None


def _unquoted(text):
    return None if text is None else unquote(text)


def made(server: str, version: str, address: Mapping, environ: Mapping[str, str]) -> str:
    """The dump of a database at ``address`` on ``server`` ("postgresql"), which is only read. Raises ScratchError."""
    if server == "sqlite":
        return _of_sqlite(address["database"])
    if server == "postgresql":
        return _of_postgresql(version, address, environ)
    return _of_mysql(server, address, environ)


def _of_sqlite(file):
    """In SQLite's own order, which is one in which it can be made; tables of a virtual one come with it."""
    with closing(sqlite3.connect(_uri(file), uri=True)) as database:
        all_rows = database.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
        )
        rows = [row for row in all_rows if not row[1].startswith("sqlite_")]
    virtual = tuple(f"{name}_" for _, name, sql in rows if re.match(r"CREATE\s+VIRTUAL\b", sql, re.I))
    rows = [row for row in rows if not (virtual and row[1].startswith(virtual))]
    order = ("table", "index", "view", "trigger")
    return "".join(f"{sql};\n" for kind in order for type_, _, sql in rows if type_ == kind)


def _of_postgresql(version, address, environ):
    tool = _pg_dump(version, environ)
    query = address.get("query", {})
    variables = {name: value for name, value in environ.items() if not _OF_LIBPQ.match(name)}
    variables.update({f"PG{name.upper()}": value for name, value in query.items() if name.startswith("ssl")})
    variables.update(PGOPTIONS=_READ_ONLY, **_given("PGPASSWORD", address["password"]))
    words = _words(
        host=address["host"] or query.get("host"), port=address["port"], username=address["username"],
        dbname=address["database"],
    )  # fmt: skip
    return _NOT_NEEDED.sub("", _run([tool, *_PG_DUMP, *words], variables))


def _of_mysql(kind, address, environ):
    tools = [found for name in _DUMPERS[kind] if (found := _found(name, environ))]
    if not tools:
        raise ScratchError(
            f"no {' or '.join(_DUMPERS[kind])} was found to read the database with.",
            hint="apt install mariadb-client, dnf install mariadb, brew install mysql-client or brew install mariadb",
        )
    said = subprocess.run([tools[0], "--version"], capture_output=True, text=True).stdout
    options = () if mysql_or_mariadb(said) == "mariadb" else _OF_MYSQL_ALONE
    words = _words(
        host=address["host"] or "localhost", port=address["port"], user=address["username"],
    )  # fmt: skip
    words += [f"{_QUERY[name]}={value}" for name, value in address.get("query", {}).items() if name in _QUERY]
    variables = {**environ, **_given("MYSQL_PWD", address["password"])}
    # --no-defaults only counts where it comes first
    command = [tools[0], "--no-defaults", *_MYSQLDUMP, *options, *words, address["database"]]
    return _COUNT.sub(r"\1", _DEFINER.sub("", _run(command, variables)))


def _given(name, value):
    return {} if value is None else {name: str(value)}


def _words(**options):
    return [f"--{name}={value}" for name, value in options.items() if value]


def _run(command, variables):
    done = subprocess.run(command, env=variables, stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        raise ScratchError(
            f"{os.path.basename(command[0])} could not read the database.",
            cause=done.stderr.decode(errors="replace").strip(),
        )
    return done.stdout.decode()


def _pg_dump(version, environ):
    """The first that is not older than the server, which it refuses to be."""
    wanted = int(version.partition(".")[0])
    older = []
    for path in dict.fromkeys(_pg_dumps(environ)):
        said = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
        found = re.search(r"(\d+)[\w.]*", said)
        if found and int(found[1]) >= wanted:
            return path
        older.append(f"{path}: {said.strip()}")
    raise ScratchError(
        f"no pg_dump of PostgreSQL {wanted} or newer was found to read the database with.",
        cause="\n".join(older),
        hint=f"apt install postgresql-client-{wanted}, dnf install postgresql{wanted} or brew install postgresql@{wanted}",
    )


def _pg_dumps(environ):
    found = _found("pg_dump", environ)
    if found:
        yield found
    for kind in (*postgres.installed(environ), *wheel.installed()):
        path = os.path.join(kind.folder, "pg_dump")
        if os.access(path, os.X_OK):
            yield path


def _found(name, environ):
    path = os.pathsep.join([environ.get("PATH", os.defpath), *filter(os.path.isabs, mysql.USUAL_PLACES)])
    return shutil.which(name, path=path)
