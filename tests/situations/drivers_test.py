"""Drivers: those that have to be built, those that the project calls itself, and where each of them dials."""

import json
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

PRECIOUS = b"Not a database: whoever opens this file as one fails, and whoever writes to it is caught.\n"


@pytest.mark.parametrize("dialect", ["mysql+mysqldb", "mariadb+mariadbconnector"])
def test_drivers_that_are_built(on, built_environment, mariadb, one_difference, left, dialect):
    checkout = on("linear", dialect, python=built_environment)
    one_difference(checkout, f"replayed on MariaDB {mariadb.version}")
    assert left() == []


def test_the_connector_of_mysql(on, mariadb, one_difference):
    one_difference(on("linear", "mysql+mysqlconnector"), f"replayed on MariaDB {mariadb.version}")


# --- called directly

PLACE = {"host": "127.0.0.1", "user": "u", "password": "secret"}
URI = "postgresql://u:secret@127.0.0.1:{port}/x"
CALLS = {
    "psycopg2": [
        "import psycopg2; psycopg2.connect('{uri}')",
        "from psycopg2 import connect; connect('{uri}')",
        "from psycopg2.pool import ThreadedConnectionPool; ThreadedConnectionPool(1, 2, '{uri}')",
    ],
    "psycopg": [
        "import psycopg; psycopg.connect('{uri}')",
        "from psycopg import connect; connect('{uri}')",
        "from psycopg import Connection; Connection.connect('{uri}')",
        "import psycopg; asyncio.run(psycopg.AsyncConnection.connect('{uri}'))",
    ],
    "psycopg_pool": [
        "import psycopg_pool; psycopg_pool.ConnectionPool('{uri}', open=True).getconn(0.5)",
        "import psycopg_pool; psycopg_pool.ConnectionPool('{uri}', open=True).wait(0.5)",
        "import psycopg_pool; psycopg_pool.NullConnectionPool('{uri}', open=True).wait(0.5)",
        "from psycopg_pool import AsyncConnectionPool as Pool\n"
        "async def use():\n    async with Pool('{uri}').connection(0.5): pass\n"
        "asyncio.run(use())",
    ],
    "asyncpg": [
        "import asyncpg; asyncio.run(asyncpg.connect('{uri}'))",
        "from asyncpg import create_pool\nasync def use(): await create_pool('{uri}')\nasyncio.run(use())",
    ],
    "pg8000": [
        "import pg8000; pg8000.connect('u', port={port}, host='127.0.0.1')",
        "from pg8000.dbapi import connect; connect('u', port={port}, host='127.0.0.1')",
        "import pg8000.native; pg8000.native.Connection('u', port={port}, host='127.0.0.1')",
    ],
    "pymysql": [
        "import pymysql; pymysql.connect(**place)",
        "from pymysql import Connection; Connection(**place)",
    ],
    "aiomysql": [
        "import aiomysql\nasync def use(): await aiomysql.connect(**place)\nasyncio.run(use())",
        "import aiomysql\nasync def use(): await aiomysql.create_pool(**place)\nasyncio.run(use())",
    ],
    "asyncmy": [
        "import asyncmy\nasync def use(): await asyncmy.connect(**place)\nasyncio.run(use())",
        "from asyncmy import create_pool\nasync def use(): await create_pool(**place)\nasyncio.run(use())",
    ],
    "mysql.connector": [
        "import mysql.connector; mysql.connector.connect(**place)",
        "import mysql.connector; mysql.connector.connect(use_pure=True, **place)",
        "from mysql.connector.aio import connect; asyncio.run(connect(**place))",
    ],
    "oracledb": [
        "import oracledb; oracledb.connect(user='u', password='secret', dsn='127.0.0.1:{port}/x')",
        "from oracledb import connect_async\n"
        "async def use(): await connect_async(user='u', password='secret', dsn='127.0.0.1:{port}/x')\n"
        "asyncio.run(use())",
    ],
    "pymssql": ["import pymssql; pymssql.connect('127.0.0.1', 'u', 'secret', port={port}, login_timeout=1)"],
}
BUILT_CALLS = {
    "MySQLdb": [
        "import MySQLdb; MySQLdb.connect(**place)",
        "from MySQLdb import Connection; Connection(**place)",
        "from MySQLdb.connections import Connection; Connection(**place)",
    ],
    "mariadb": [
        "import mariadb; mariadb.connect(**place)",
        "from mariadb import Connection; Connection(**place)",
        "import mariadb; mariadb.ConnectionPool(pool_name='x', pool_size=1, **place)",
    ],
}
# Each of calls.json, and what came of it, into said.json.
MAKE_CALLS = """\
import asyncio
import json
import re
import shutil

with open({folder!r} + "/calls.json") as file:
    calls = json.load(file)
said = []
for call in calls:
    try:
        exec(call, {{"asyncio": asyncio, "place": {place!r}}})
        said.append("it connected")
    except Exception as error:
        said.append(f"{{type(error).__name__}}: {{error}}")
with open({folder!r} + "/said.json", "w") as file:
    json.dump(said, file)

"""


@pytest.fixture
def server():
    """A port on loopback, and the connections that it saw."""
    seen = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen():
            while True:
                try:
                    connection, address = listener.accept()
                except OSError:
                    return
                seen.append(address)
                connection.close()

        threading.Thread(target=listen, daemon=True).start()
        yield listener.getsockname()[1], seen


@pytest.fixture
def calls(server, tmp_path):
    """``calls(table)``: code that makes the calls of ``table``, and a function that reads what each of them said."""
    port, _ = server

    def prepare(table):
        made = [
            call.format(uri=URI.format(port=port), port=port) for calls in table.values() for call in calls
        ]
        (tmp_path / "calls.json").write_text(json.dumps(made))
        code = MAKE_CALLS.format(folder=str(tmp_path), place={**PLACE, "port": port})
        return code, lambda: list(
            zip(
                [driver for driver, calls in table.items() for _ in calls],
                made,
                json.loads((tmp_path / "said.json").read_text()),
                strict=True,
            )
        )

    return prepare


def prepend(checkout, name, code):
    file = checkout.path / name
    file.write_text(code + file.read_text())


@pytest.mark.parametrize(
    ("table", "python"),
    [
        pytest.param(CALLS, "driver_environment", id="wheels"),
        pytest.param(BUILT_CALLS, "built_environment", id="built"),
    ],
)
def test_a_server_is_not_dialled(project, server, calls, request, table, python):
    """Whatever the project makes of the refusal; here it goes on."""
    checkout = project("linear", request.getfixturevalue(python))
    code, said = calls(table)
    prepend(checkout, "migrations/env.py", code)

    result = checkout.guard("check")

    assert (result.returncode, "they agree" in result.stdout) == (0, True), result.stdout
    line = 1 + next(at for at, text in enumerate(code.splitlines()) if "exec(" in text)
    for driver, call, words in said():
        assert words == (
            f"DirectConnection: {driver} is called directly in migrations/env.py:{line}: "
            "refused, since it could reach a database of yours"
        ), call
    assert server[1] == []


def test_the_server_would_have_seen_each_call(server, calls, driver_environment, built_environment):
    _, seen = server
    for table, python in ((CALLS, driver_environment), (BUILT_CALLS, built_environment)):
        code, said = calls(table)
        subprocess.run([python / "bin/python", "-c", code], check=True, capture_output=True)
        assert len(seen) >= len(said())
        seen.clear()


CALL = """\
import os
import psycopg

if {condition}:
    psycopg.connect("host=127.0.0.1 port={port}")

"""
ENV_PY_SCREEN = """\
error: running migrations/env.py failed.
caused by: psycopg is called directly in migrations/env.py:5: refused, since it could reach a database of yours
           migrations/env.py:5 in <module>
               psycopg.connect("host=127.0.0.1 port={port}")
hint: Use the connection that SQLAlchemy has:
      connection.connection.driver_connection is the driver's own.
      Or leave the call out where "MIGRATE_GUARD" is in os.environ, as it is here.
"""
MODULE_SCREEN = """\
error: running migrations/env.py failed.
caused by: RuntimeError: no database
           migrations/env.py:6 in <module>
               import models
           models.py:6 in <module>
               raise RuntimeError("no database") from error
hint: psycopg is called directly in models.py:4: refused, since it could reach a
      database of yours.
      Use the connection that SQLAlchemy has: connection.connection.driver_connection is the driver's own.
      Or leave the call out where "MIGRATE_GUARD" is in os.environ, as it is here.
"""
REVISION_SCREEN = """\
error[upgrade-fails] migrations
  revision cccccccccccc raises when it is replayed on an empty database.
    psycopg is called directly in
      migrations/versions/cccccccccccc_create_post.py:14: refused, since it
      could reach a database of yours
    Use the connection that SQLAlchemy has:
      connection.connection.driver_connection is the driver's own.
    Or leave the call out where "MIGRATE_GUARD" is in os.environ, as it is here.
"""
LEAVE_OUT = 'hint: to leave it out: exclude = ["migrations"] in [tool.migrate-guard]\n'


def test_env_py_is_told(project, server, driver_environment):
    port, seen = server
    checkout = project("linear", driver_environment)
    prepend(checkout, "migrations/env.py", CALL.format(condition=True, port=port))

    result = checkout.guard("check")

    assert (result.returncode, result.stdout) == (2, ENV_PY_SCREEN.format(port=port) + LEAVE_OUT)
    assert seen == []


def test_a_module_is_told_that_makes_another_error_of_it(project, server, driver_environment):
    port, seen = server
    checkout = project("linear", driver_environment)
    prepend(
        checkout,
        "models.py",
        f"import psycopg\n\ntry:\n    psycopg.connect('host=127.0.0.1 port={port}')\nexcept OSError as error:\n"
        '    raise RuntimeError("no database") from error\n',
    )

    result = checkout.guard("check")

    assert (result.returncode, result.stdout) == (2, MODULE_SCREEN + LEAVE_OUT)
    assert seen == []


def test_a_revision_is_told(project, server, driver_environment):
    port, seen = server
    checkout = project("linear", driver_environment)
    checkout.replace(
        "migrations/versions/cccccccccccc_create_post.py",
        "def upgrade():\n",
        f"def upgrade():\n    import psycopg\n    psycopg.connect('host=127.0.0.1 port={port}')\n",
    )
    checkout.commit()

    result = checkout.guard("check")

    assert (result.returncode, result.stdout) == (1, REVISION_SCREEN)
    assert seen == []


def test_the_way_out(project, server, driver_environment):
    port, seen = server
    checkout = project("linear", driver_environment)
    condition = '"MIGRATE_GUARD" not in os.environ'
    prepend(checkout, "migrations/env.py", CALL.format(condition=condition, port=port))

    result = checkout.guard("check")

    assert (result.returncode, "they agree" in result.stdout, seen) == (0, True, []), result.stdout


# --- SQLite called directly

OPENINGS = {
    "by its path": "import sqlite3; opened = sqlite3.connect({file!r})",
    "by its name": "from sqlite3 import connect; opened = connect(database={file!r}, timeout=1)",
    "of dbapi2, as a path": "import pathlib; from sqlite3 import dbapi2; opened = dbapi2.connect(pathlib.Path({file!r}))",
    "as a URI": "import sqlite3; opened = sqlite3.connect('file:' + {file!r} + '?mode=ro', uri=True)",
    "with a class": "import sqlite3\n"
    "class Own(sqlite3.Connection): pass\n"
    "opened = sqlite3.connect({file!r}, 5.0, 0, None, True, Own)\n"
    "assert isinstance(opened, Own)",
    "attached to one in memory": "import sqlite3; opened = sqlite3.connect(':memory:')\n"
    "opened.execute('ATTACH ? AS other', ({file!r},))",
}


USE = """\
import sqlite3

{opening}
opened.execute("CREATE TABLE {table} (line TEXT)")
opened.execute("INSERT INTO {table} VALUES ('here')")
opened.commit()
again = sqlite3.connect({file!r})
assert again.execute("SELECT line FROM log").fetchone() == ('here',)
"""
USE_ASYNC = """\
import asyncio

import aiosqlite


async def use():
    async with aiosqlite.connect({file!r}) as opened:
        await opened.execute("CREATE TABLE log (line TEXT)")


asyncio.run(use())
"""


@pytest.mark.parametrize("present", [True, False], ids=["a file is there", "no file is there"])
def test_a_file_is_a_throwaway_one(project, tmp_path, present):
    """One for each path: what was written into it is found there again."""
    checkout = project("linear")
    files = [tmp_path / f"{name}.db" for name in [*OPENINGS, "with aiosqlite"]]
    code = USE_ASYNC.format(file=str(files[-1]))
    for file, opening in zip(files, OPENINGS.values(), strict=False):
        table = "other.log" if "ATTACH" in opening else "log"
        code += USE.format(opening=opening.format(file=str(file)), table=table, file=str(file))
    prepend(checkout, "models.py", code)
    for file in files if present else []:
        file.write_bytes(PRECIOUS)

    result = checkout.guard("check")

    assert (result.returncode, "they agree" in result.stdout) == (0, True), result.stdout
    assert [file.exists() for file in files] == [present] * len(files)
    assert not present or {file.read_bytes() for file in files} == {PRECIOUS}


def test_what_a_file_holds_is_missed_with_a_reason(project, tmp_path):
    checkout = project("linear")
    file = tmp_path / "app.db"
    code = f"import sqlite3\n\nsqlite3.connect({str(file)!r}).execute('SELECT name FROM names')\n"
    prepend(checkout, "models.py", code)

    result = checkout.guard("check")

    assert result.returncode == 2
    assert "caused by: sqlite3.OperationalError: no such table: names\n" in result.stdout
    assert f"hint: An empty throwaway file was opened in place of {file}. " in " ".join(result.stdout.split())
    assert not file.exists()


def test_what_a_revision_raises_is_not_put_down_to_such_a_file(project, tmp_path):
    checkout = project("linear")
    prepend(checkout, "models.py", f"import sqlite3\nsqlite3.connect({str(tmp_path / 'cache.db')!r})\n")
    revision = "migrations/versions/cccccccccccc_create_post.py"
    checkout.replace(revision, "def upgrade():\n", 'def upgrade():\n    op.execute("SELECT * FROM names")\n')

    result = checkout.guard("check")

    assert (result.returncode, "no such table: names" in " ".join(result.stdout.split())) == (1, True)
    assert "throwaway" not in result.stdout


def test_a_file_of_what_is_judged_is_its_own(project):
    checkout = project("linear")
    code = "import sqlite3\nassert sqlite3.connect('names.db').execute('SELECT name FROM names').fetchone() == ('A',)\n"
    made = "CREATE TABLE names (name TEXT); INSERT INTO names VALUES ('A')"
    with sqlite3.connect(checkout.path / "names.db") as connection:
        connection.executescript(made)
    connection.close()
    prepend(checkout, "models.py", code)
    checkout.commit()

    result = checkout.guard("check")

    assert result.returncode == 0, result.stdout


def test_the_class_itself_is_refused(project, tmp_path):
    checkout = project("linear")
    file = tmp_path / "app.db"
    prepend(checkout, "models.py", f"import sqlite3\nsqlite3.Connection({str(file)!r})\n")

    result = checkout.guard("check")

    assert result.returncode == 2
    assert "caused by: sqlite3.Connection is called directly in models.py:2: refused" in result.stdout
    assert not file.exists()


# --- where they dial

# What asks for encryption, for another server or for files of options; none of it may count
PG_VARIABLES = {
    "PGHOST": "192.0.2.1",
    "PGHOSTADDR": "192.0.2.1",
    "PGSERVICE": "precious",
    "PGSSLMODE": "require",
    "PGSSLROOTCERT": "system",
    "PGCHANNELBINDING": "require",
    "PGREQUIREAUTH": "none",
    "PGTARGETSESSIONATTRS": "standby",
}
MYSQL_VARIABLES = {"MYSQL_HOST": "192.0.2.1", "MYSQL_TCP_PORT": "1", "MYSQL_UNIX_PORT": "/nowhere.sock"}
OPTION_FILE = "[client]\nhost = 192.0.2.1\nport = 1\nssl\nssl-ca = /nowhere.pem\nssl-verify-server-cert\n"
DIALS = {
    "postgresql+psycopg2": "sslmode=verify-full&target_session_attrs=standby&service=precious",
    "postgresql+psycopg": "sslmode=require&channel_binding=require&hostaddr=192.0.2.1",
    "postgresql+pg8000": "",
    "mysql+pymysql": "ssl_ca=/nowhere.pem&read_default_file={home}/.my.cnf",
    "mysql+mysqldb": "ssl_ca=/nowhere.pem&read_default_file={home}/.my.cnf",
    "mysql+mysqlconnector": "ssl_ca=/nowhere.pem&ssl_verify_cert=true&option_files={home}/.my.cnf",
    "mariadb+mariadbconnector": "ssl=true&ssl_verify_cert=true&default_file={home}/.my.cnf",
}
ASYNC_DIALS = {
    "postgresql+psycopg": "sslmode=require&target_session_attrs=standby",
    "postgresql+asyncpg": "ssl=require",
    "mysql+aiomysql": "ssl_ca=/nowhere.pem&read_default_file={home}/.my.cnf",
    "mysql+asyncmy": "ssl_ca=/nowhere.pem&read_default_file={home}/.my.cnf",
}
CONNECT_ARGS = {
    "postgresql+psycopg2": {"sslmode": "require", "passfile": "/nowhere"},
    "postgresql+pg8000": {"ssl_context": True, "unix_sock": "/nowhere.sock"},
    "mysql+pymysql": {"ssl": {"ca": "/nowhere.pem"}, "unix_socket": "/nowhere.sock"},
    "mysql+mysqldb": {"ssl_mode": "REQUIRED", "unix_socket": "/nowhere.sock"},
    "mysql+mysqlconnector": {"pool_name": "x", "pool_size": 1},
}
# Who the user is, glibc asks of a daemon first; where it does not run, a name of a host goes to DNS for all to see.
NSCD = "/var/run/nscd/socket"
NO_DAEMON = f'sun_path="{NSCD}"'


class Trace:
    """The system calls of a command and of all its children."""

    CALLS = "connect,sendto,sendmsg,sendmmsg"

    def __init__(self, checkout, file, command, calls):
        options = ["-f", "-qq", "--seccomp-bpf", "-esignal=none", f"-etrace={calls}", "-o", file]
        self.result = checkout.run("strace", *options, *command)
        self.text = file.read_text()

    def addresses(self):
        """Those that a socket was connected to, or a datagram sent to, without the kernel's own (netlink)."""
        found = re.findall(r"sa_family=AF_(\w+), ([^}]*)", self.text)
        return {
            (family, address) for family, address in found if family != "NETLINK" and address != NO_DAEMON
        }


@pytest.fixture
def trace(tmp_path):
    """``trace(checkout)``: of a check of it, or of another command."""
    if not shutil.which("strace"):
        pytest.skip("no strace on this machine")
    if subprocess.run(["strace", "-o", "/dev/null", "true"]).returncode:
        pytest.skip("strace may not trace here")
    if Path(NSCD).exists():
        pytest.skip("nscd would look up hosts here, unseen")
    check = (sys.executable, "-m", "migrate_guard", "check")
    return lambda checkout, command=check, calls=Trace.CALLS: Trace(
        checkout, tmp_path / "trace", command, calls
    )


@pytest.mark.parametrize(
    ("name", "dialect", "query"),
    [pytest.param("linear", *case, id=case[0]) for case in DIALS.items()]
    + [pytest.param("async_env", *case, id="async " + case[0]) for case in ASYNC_DIALS.items()],
)
@pytest.mark.wide(
    "postgresql+psycopg",
    "mysql+pymysql",
    "mariadb+mariadbconnector",
    "async postgresql+psycopg",
    "async mysql+asyncmy",
    "postgresql+pg8000",
    "async postgresql+asyncpg",
    "mysql+mysqlconnector",
)
def test_only_the_scratch_server_is_dialled(on, request, trace, name, dialect, query):
    is_built = dialect.endswith(("mysqldb", "mariadbconnector"))
    python = request.getfixturevalue("built_environment" if is_built else "driver_environment")
    server = request.getfixturevalue("postgresql" if dialect.startswith("postgresql") else "mariadb")
    checkout = on(name, dialect, python=python)
    home = Path(checkout.variables["HOME"])
    (home / ".my.cnf").write_text(OPTION_FILE)
    checkout.replace("alembic.ini", "example.org:1/x", "example.org:1/x?" + query.format(home=home))
    pool = "poolclass=pool.NullPool,"
    checkout.replace("migrations/env.py", pool, f"{pool} connect_args={CONNECT_ARGS.get(dialect, {})!r},")
    checkout.variables.update({**PG_VARIABLES, **MYSQL_VARIABLES})

    traced = trace(checkout)

    screen = " ".join(traced.result.stdout.split())
    assert traced.result.returncode == 0, screen
    assert f" {server.version} " in screen
    assert "they agree" in screen
    dialled = traced.addresses()
    ports = {port for _, address in dialled for port in re.findall(r"sin_port=htons\((\d+)\)", address)}
    assert len(ports) == 1, dialled
    assert dialled == {("INET", f'sin_port=htons({min(ports)}), sin_addr=inet_addr("127.0.0.1")')}


def test_the_trace_would_have_shown_another(checkout, trace):
    code = (
        "import socket\n"
        "socket.socket(socket.AF_UNIX).connect_ex('/nowhere.sock')\n"
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('127.0.0.2', 53))\n"
        "socket.socket(socket.AF_INET6).connect_ex(('::1', 1))\n"
    )

    traced = trace(checkout, [sys.executable, "-c", code])

    assert sorted(traced.addresses()) == [
        ("INET", 'sin_port=htons(53), sin_addr=inet_addr("127.0.0.2")'),
        (
            "INET6",
            'sin6_port=htons(1), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0',
        ),
        ("UNIX", 'sun_path="/nowhere.sock"'),
    ]


@pytest.mark.parametrize(("name", "dialect"), [("linear", "sqlite"), ("async_env", "sqlite+aiosqlite")])
def test_the_configured_file_is_not_even_looked_at(on, trace, tmp_path, name, dialect):
    file = tmp_path / "app.db"
    file.write_bytes(PRECIOUS)
    checkout = on(name, dialect, url=f"{dialect}:///{file}")

    traced = trace(checkout, calls=Trace.CALLS + ",%file")

    assert (traced.result.returncode, "they agree" in traced.result.stdout) == (0, True), traced.result.stdout
    assert ".sqlite-journal" in traced.text
    assert str(file) not in traced.text
    assert traced.addresses() == set()
