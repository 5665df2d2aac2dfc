"""Scratch databases at an address: on a server where others live as well, and in databases that were given."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.situations.conftest import PASSWORD, QUOTED, SQL

URL = "{}://u:secret@db.example.org:1/x"
VARIABLE = "MIGRATE_GUARD_SCRATCH_URL"


@pytest.fixture
def postgresql_left(postgresql_address):
    """``postgresql_left()``: the databases and roles that are ours, or that nobody expects."""

    def look():
        known = ("postgres", "template0", "template1")
        return postgresql_address.column(
            f"SELECT datname::text FROM pg_database WHERE datname NOT IN {known} UNION ALL "
            "SELECT rolname::text FROM pg_roles WHERE rolname NOT LIKE 'pg%%' AND "
            "rolname NOT IN ('scratch', 'maker', 'nothing', 'migrate_guard')"
        )

    assert look() == []
    return look


@pytest.fixture
def mariadb_left(mariadb_address):
    """The same of MariaDB or MySQL."""

    def look():
        return mariadb_address.column(
            "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 'migrate%%' UNION ALL "
            "SELECT user FROM mysql.user WHERE user LIKE 'app%%'"
        )

    assert look() == []
    return look


@pytest.fixture
def on(project, driver_environment, tmp_path):
    """``on(name, dialect, url)``: the project with its configured URL replaced, and ``url`` for scratch use."""

    def configure(name, dialect, url):
        checkout = project(name, driver_environment)
        text = (checkout.path / "alembic.ini").read_text()
        lines = [
            f"sqlalchemy.url = {URL.format(dialect)}" if "sqlalchemy.url" in line else line
            for line in text.splitlines()
        ]
        checkout.write("alembic.ini", "\n".join(lines) + "\n")
        checkout.variables[VARIABLE] = url
        return checkout

    return configure


def words(result):
    """All that was said, on one line; never with a password in it."""
    said = " ".join((result.stdout + result.stderr).split())
    assert "Traceback" not in said
    assert PASSWORD not in said
    assert QUOTED not in said
    return said


def error(result):
    """The same of a run that came to no verdict, without the hint that each environment has."""
    said = words(result)
    assert result.returncode == 2, said
    return said.removesuffix(' hint: to leave it out: exclude = ["migrations"] in [tool.migrate-guard]')


@pytest.fixture
def refuses(shows):
    """``refuses(result, why)``: the whole screen of a run that came to no verdict."""

    def check(result, why, **where):
        error(result)  # no password in it
        shows(result, "scratch-database", why, **where)

    return check


def find_drift(checkout, engine):
    found = checkout.guard("check")
    said = words(found)
    assert (found.returncode, f"replayed on {engine}" in said) == (1, True), said
    assert "add column user.phone: VARCHAR(20)" in said


@pytest.mark.parametrize(
    ("name", "driver"),
    [
        ("linear", "psycopg2"),
        ("linear", "psycopg"),
        ("linear", "pg8000"),
        ("async_env", "asyncpg"),
        ("async_env", "psycopg"),
    ],
)
@pytest.mark.wide("linear-psycopg", "linear-pg8000", "async_env-psycopg", "async_env-asyncpg")
def test_postgresql(on, postgresql, postgresql_address, postgresql_left, plant, name, driver):
    checkout = on(name, f"postgresql+{driver}", postgresql_address.url("postgresql"))
    plant(checkout)
    find_drift(checkout, f"PostgreSQL {postgresql.version} at {postgresql_address.place}")
    assert postgresql_left() == []


@pytest.mark.parametrize(
    ("name", "dialect"),
    [
        ("linear", "mysql+pymysql"),
        ("linear", "mariadb+pymysql"),
        ("async_env", "mysql+aiomysql"),
        ("async_env", "mysql+asyncmy"),
    ],
)
@pytest.mark.wide(
    "linear-mariadb+pymysql", "async_env-mysql+asyncmy", "linear-mysql+pymysql", "async_env-mysql+aiomysql"
)
def test_mariadb(on, mariadb, mariadb_address, mariadb_left, plant, name, dialect):
    checkout = on(name, dialect, mariadb_address.url("mysql"))
    plant(checkout)
    find_drift(checkout, f"MariaDB {mariadb.version} at {mariadb_address.place}")
    assert mariadb_left() == []


# --- roles


def make_role(checkout, statement):
    """Let the last revision of the project run ``statement`` first."""
    last = max((checkout.path / "migrations/versions").glob("*.py"))
    text = last.read_text()
    last.write_text(
        text.replace("def upgrade():\n", f"def upgrade():\n    op.execute({statement!r})\n").replace(
            "def upgrade() -> None:\n", f"def upgrade() -> None:\n    op.execute({statement!r})\n"
        )
    )
    assert last.read_text() != text
    checkout.commit("Make a role")


ROLES = {
    "postgresql+psycopg": "CREATE ROLE app_reader; GRANT USAGE ON SCHEMA public TO app_reader",
    "mysql+pymysql": "CREATE USER app_reader@localhost IDENTIFIED BY 'x', `app two`",
}


@pytest.fixture
def at(request):
    """``at(dialect)``: (the Address of a server for it, what is left there)."""

    def choose(dialect):
        kind = "postgresql" if dialect.startswith("postgresql") else "mariadb"
        return request.getfixturevalue(f"{kind}_address"), request.getfixturevalue(f"{kind}_left")

    return choose


@pytest.mark.wide("postgresql+psycopg-at an address")
@pytest.mark.parametrize(
    ("dialect", "where"),
    [
        ("postgresql+psycopg", "at an address"),
        pytest.param("postgresql+psycopg", "on a server of our own", marks=pytest.mark.wide),
        pytest.param("mysql+pymysql", "at an address", marks=pytest.mark.wide),
        pytest.param("mysql+pymysql", "on a server of our own", marks=pytest.mark.wide),
    ],
)
def test_roles_of_a_run_go_with_it(on, at, plant, dialect, where):
    """HEAD is judged as well where a commit is blocked, and ``fix`` replays twice: each begins without the role."""
    address, left = at(dialect)
    checkout = on("linear", dialect, address.url(dialect, "maker") if where == "at an address" else "")
    make_role(checkout, ROLES[dialect])
    plant(checkout)
    checkout.git("add", "-A")

    blocked = checkout.guard("check", "--staged")
    fixed = checkout.guard("fix", "-m", "Add phone")

    assert [blocked.returncode, fixed.returncode] == [1, 0], words(blocked) + words(fixed)
    assert "add column user.phone: VARCHAR(20)" in words(blocked)
    assert left() == []


@pytest.mark.parametrize(
    ("dialect", "statement"),
    [
        pytest.param("postgresql+asyncpg", 'CREATE USER "App: Reader"', id="with an async driver"),
        pytest.param("mysql+pymysql", "CREATE ROLE app_role", id="a role of MariaDB"),
    ],
)
@pytest.mark.wide("a role of MariaDB", "with an async driver")
def test_other_roles(on, at, dialect, statement):
    address, left = at(dialect)
    name = "async_env" if "asyncpg" in dialect else "linear"
    checkout = on(name, dialect, address.url(dialect, "maker"))
    make_role(checkout, statement)

    result = checkout.guard("check")

    assert (result.returncode, left()) == (0, []), words(result)


@pytest.mark.wide
def test_a_role_that_was_there_stays(on, postgresql_address, postgresql_left):
    checkout = on("linear", "postgresql+psycopg", postgresql_address.url("postgresql", "maker"))
    make_role(
        checkout, "DO $$ BEGIN CREATE ROLE app_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    )
    postgresql_address.sql("CREATE ROLE app_reader")
    try:
        assert checkout.guard("check").returncode == 0
        assert postgresql_left() == ["app_reader"]
    finally:
        postgresql_address.sql("DROP ROLE app_reader")


@pytest.mark.wide
def test_runs_that_make_the_same_role_take_turns(on, postgresql_address, postgresql_left):
    checkout = on("linear", "postgresql+psycopg", postgresql_address.url("postgresql", "maker"))
    make_role(checkout, "CREATE ROLE app_reader")
    command = [sys.executable, "-m", "migrate_guard", "check"]
    runs = [
        subprocess.Popen(
            command,
            cwd=checkout.path,
            env=checkout.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for _ in range(3)
    ]
    said = [run.communicate()[0].decode() for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], said
    assert postgresql_left() == []


# --- what is wrong with an address


LEAVE_OUT = "hint: Mend the address, or leave it out: a server of this machine is used then."
WRONG = {
    "a password": (
        "nothing", "wrong",
        "MIGRATE_GUARD_SCRATCH_URL: no connection to PLACE as nothing.",
        {"postgresql": "password authentication failed", "mysql": "Access denied for user 'nothing'"},
        {"postgresql": LEAVE_OUT, "mysql": LEAVE_OUT},
    ),
    "the right to create databases": (
        "nothing", QUOTED,
        "MIGRATE_GUARD_SCRATCH_URL: nothing cannot create a database at PLACE.",
        {"postgresql": "permission denied to create database", "mysql": "Access denied for user 'nothing'"},
        {
            "postgresql": 'hint: Where it lacks the right: ALTER ROLE "nothing" CREATEDB',
            "mysql": r"hint: Where it lacks the right: GRANT ALL ON `migrate\_guard\_%`.* TO nothing",
        },
    ),
}  # fmt: skip


EVERY = ("postgresql+psycopg", "postgresql+asyncpg", "postgresql+pg8000", "mysql+pymysql", "mysql+asyncmy")
LACKING = [("a password", dialect) for dialect in EVERY]
LACKING += [("the right to create databases", dialect) for dialect in ("postgresql+psycopg", "mysql+pymysql")]


@pytest.mark.parametrize(("lacking", "dialect"), LACKING)
@pytest.mark.wide(
    "a password-postgresql+asyncpg",
    "a password-postgresql+pg8000",
    "a password-mysql+pymysql",
    "the right to create databases-postgresql+psycopg",
    "a password-mysql+asyncmy",
    "a password-postgresql+psycopg",
)
def test_an_address_that_lacks(on, at, lacking, dialect):
    user, password, fact, cause, hint = WRONG[lacking]
    address, left = at(dialect)
    kind = dialect.partition("+")[0]
    name = "async_env" if dialect.endswith(("asyncpg", "asyncmy")) else "linear"
    checkout = on(name, dialect, address.url(dialect, user, password))

    said = error(checkout.guard("check"))

    assert said.startswith("error: migrations: " + fact.replace("PLACE", address.place) + " caused by: ")
    assert cause[kind] in said
    assert said.endswith(hint[kind])
    assert "wrong" not in said
    assert left() == []


@pytest.mark.parametrize("dialect", ["postgresql+psycopg", "mysql+pymysql"])
def test_nobody_answers(on, dialect):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    said = error(on("linear", dialect, f"{dialect}://u:{QUOTED}@127.0.0.1:{port}").guard("check"))
    assert said.startswith(
        f"error: migrations: MIGRATE_GUARD_SCRATCH_URL: no connection to 127.0.0.1:{port} as u. caused by: "
    )
    assert "refused" in said
    assert said.endswith(LEAVE_OUT)


def test_no_answer_in_time(on, refuses):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"postgresql://u:{QUOTED}@127.0.0.1:{listener.getsockname()[1]}/"
        checkout = on("linear", "postgresql+psycopg", "")
        checkout.write("pyproject.toml", f'[tool.migrate-guard]\ntimeout = 4\nscratch_url = "{url}"\n')
        refuses(checkout.guard("check"), "no answer in time")


def test_an_address_that_cannot_be_read(on, refuses):
    checkout = on("linear", "postgresql+psycopg", f"postgresql://u:{PASSWORD}@db:port/")
    refuses(checkout.guard("check"), "an address that cannot be read")


def test_a_pin_that_the_address_does_not_fit(on, postgresql, postgresql_address):
    """It is passed over, and said; so is the next rung."""
    checkout = on("linear", "postgresql+psycopg", postgresql_address.url("postgresql"))
    checkout.write("pyproject.toml", '[tool.migrate-guard]\nengine = "postgresql<9"\n')

    said = error(checkout.guard("check"))

    passed_over = f"PostgreSQL {postgresql.version} at {postgresql_address.place} was passed over"
    assert said.startswith(
        "error: migrations: no PostgreSQL server was found to make a scratch database with"
    )
    at = f"{postgresql.version} at {postgresql_address.place}"
    assert f'scratch_url, MIGRATE_GUARD_SCRATCH_URL: PostgreSQL {at}: engine = "postgresql<9"' in said
    assert f'note: {passed_over}: engine = "postgresql<9".' in said


@pytest.mark.wide
def test_parameters_of_an_address(on, postgresql_address):
    """Those for the project's driver are used; those for another one are not, and that is said."""
    url = postgresql_address.url("postgresql+{}", query="?sslmode=require")
    checkout = on("linear", "postgresql+psycopg", url.format("psycopg"))
    used = error(checkout.guard("check"))
    dropped = checkout.guard("check", env={VARIABLE: url.format("asyncpg")})

    assert "server does not support SSL, but SSL was required" in used
    assert dropped.returncode == 0
    assert (
        f"note: {postgresql_address.place}: left out sslmode, meant for asyncpg; the project's driver is psycopg."
        in words(dropped)
    )


def test_the_users_database_at_the_address_is_not_touched(on, postgresql_address, postgresql_left):
    """One that looks like ours is not ours without its mark; nor is one of another user's."""
    mine = "migrate_guard_" + "0" * 16 + "_1"
    postgresql_address.sql("CREATE DATABASE app OWNER scratch", f"CREATE DATABASE {mine} OWNER scratch")
    try:
        checkout = on("linear", "postgresql+psycopg", postgresql_address.url("postgresql", database="app"))
        assert checkout.guard("check").returncode == 0
        assert postgresql_left() == ["app", mine]
        tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        assert postgresql_address.sql(tables, database="app") == [[0]]
    finally:
        postgresql_address.sql("DROP DATABASE app", f"DROP DATABASE {mine}")


# --- runs that are killed, and runs at the same time


def hang(checkout, file):
    """Let env.py wait at its end while ``file`` is there; the file that this returns says that it does."""
    reached = Path(f"{file}.reached")
    lines = [
        "import pathlib, time",
        f"while pathlib.Path({str(file)!r}).exists():",
        f"    pathlib.Path({str(reached)!r}).touch()",
        "    time.sleep(0.02)",
    ]
    env_py = (checkout.path / "migrations/env.py").read_text()
    checkout.write("migrations/env.py", env_py + "".join(f"{line}\n" for line in lines))
    checkout.commit("Wait")
    file.touch()
    return reached


def start(checkout, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "migrate_guard", *arguments], cwd=checkout.path, env=checkout.variables,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def processes(checkout, word=""):
    """The ids of workers and keepers of the runs of ``checkout``."""
    listing = subprocess.run(
        ["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True, check=True
    ).stdout
    ours = [
        line.split(None, 1) for line in listing.splitlines() if checkout.variables["XDG_CACHE_HOME"] in line
    ]
    return [int(pid) for pid, arguments in ours if "__worker__.py" in arguments and word in arguments]


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def killed(tmp_path):
    """``killed(checkout)``: a run of it, killed with its keeper while its worker was at work; all have ended."""

    def kill(checkout):
        reached = hang(checkout, tmp_path / "hang")
        run = start(checkout, "check")
        wait_for(reached.exists)
        for pid in processes(checkout, " keeper"):
            os.kill(pid, signal.SIGKILL)
        run.kill()
        run.wait()
        (tmp_path / "hang").unlink()
        wait_for(lambda: not processes(checkout))

    return kill


@pytest.fixture
def connected(driver_environment):
    """``with connected(url)``: somebody is, and stays so."""

    @contextmanager
    def connect(url):
        code = "import sqlalchemy, sys, time; c = sqlalchemy.create_engine(sys.argv[1]).connect(); print(flush=True); time.sleep(600)"
        command = [driver_environment / "bin/python", "-c", code, url]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout.readline() == b"\n"
            yield
            process.kill()

    return connect


@pytest.mark.parametrize(
    "dialect", ["postgresql+psycopg", pytest.param("mysql+pymysql", marks=pytest.mark.wide)]
)
def test_what_a_killed_run_left_is_removed_by_the_next(on, at, killed, connected, dialect):
    address, left = at(dialect)
    checkout = on("linear", dialect, address.url(dialect, "maker"))
    make_role(checkout, "CREATE ROLE app_reader")
    killed(checkout)
    before = left()
    assert "app_reader" in before
    assert len(before) >= 4  # the databases, judged and throwaway, what marks them, and the role
    (held,) = [name for name in before if name.endswith("_1")]
    with connected(address.url(address.scheme, "maker", database=held)):
        assert checkout.guard("check").returncode == 0
        assert left() == []


@pytest.mark.parametrize(
    ("dialect", "judge", "code"),
    [
        pytest.param("postgresql+asyncpg", "databases", 2, marks=pytest.mark.wide),
        pytest.param("postgresql+asyncpg", "autogenerate", 0, marks=pytest.mark.wide),
        pytest.param("mysql+pymysql", "autogenerate", 0, marks=pytest.mark.wide),
    ],
)
def test_a_killed_keeper(on, at, tmp_path, dialect, judge, code):
    """The run goes on where it has all that it needs, and says what happened; the next one removes what is left."""
    address, left = at(dialect)
    name = "async_env" if "asyncpg" in dialect else "linear"
    checkout = on(name, dialect, address.url(dialect))
    checkout.write("pyproject.toml", f'[tool.migrate-guard]\njudge = "{judge}"\n')
    reached = hang(checkout, tmp_path / "hang")
    run = subprocess.Popen(
        [sys.executable, "-m", "migrate_guard", "check"], cwd=checkout.path, env=checkout.variables,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    wait_for(reached.exists)
    (keeper,) = processes(checkout, " keeper")
    os.kill(keeper, signal.SIGKILL)
    (tmp_path / "hang").unlink()
    said = " ".join(run.communicate()[0].split())
    assert run.returncode == code, said
    assert "the process that worked there ended with signal SIGKILL." in said
    assert f"{address.place}: what was made there is removed by the next run: " in said or code
    assert left() != []
    assert checkout.guard("check").returncode == 0
    assert left() == []


@pytest.mark.parametrize(
    "dialect", ["postgresql+psycopg", pytest.param("mysql+pymysql", marks=pytest.mark.wide)]
)
@pytest.mark.wide
def test_killed_at_any_moment_while_others_run(on, at, dialect):
    address, left = at(dialect)
    checkout = on("linear", dialect, address.url(dialect, "maker"))
    make_role(checkout, "CREATE ROLE app_reader")
    others = [start(checkout, "check")]
    for moment in range(10):
        run = start(checkout, "check")
        time.sleep(0.15 * moment)
        run.kill()
        run.wait()
        if others[-1].poll() is not None:
            others.append(start(checkout, "check"))
    assert [other.wait() for other in others] == [0] * len(others)
    wait_for(lambda: not processes(checkout))

    assert checkout.guard("check").returncode == 0
    assert left() == []


@pytest.mark.wide
def test_keepers_killed_at_any_moment(on, postgresql_address, postgresql_left):
    checkout = on("linear", "postgresql+psycopg", postgresql_address.url("postgresql", "maker"))
    make_role(checkout, "CREATE ROLE app_reader")
    for moment in range(6):
        run = start(checkout, "check")
        wait_for(lambda: processes(checkout, " keeper"))
        time.sleep(0.12 * moment)
        for keeper in processes(checkout, " keeper"):
            with suppress(ProcessLookupError):  # it had just ended
                os.kill(keeper, signal.SIGKILL)
        assert run.wait() in (0, 2)
    wait_for(lambda: not processes(checkout))

    assert checkout.guard("check").returncode == 0
    assert postgresql_left() == []


# --- other dialects: empty databases that were given


IMPL = """\
from alembic.ddl.impl import DefaultImpl


class DuckDBImpl(DefaultImpl):
    __dialect__ = "duckdb"


"""


@pytest.fixture(scope="session")
def duckdb_environment(foreign):
    return foreign("duckdb")


@pytest.fixture
def files(tmp_path):
    """Two databases that do not exist yet."""
    return [tmp_path / "scratch_1.duckdb", tmp_path / "scratch_2.duckdb"]


def given(*files):
    return " ".join(f"duckdb:///{file}" for file in files)


@pytest.fixture
def on_duckdb(project, duckdb_environment):
    """``on_duckdb(*files)``: a project on DuckDB, whose configured database is not there, and files for scratch use."""

    def configure(*files):
        checkout = project("linear", duckdb_environment)
        checkout.replace("alembic.ini", "sqlite:///app.db", "duckdb:////nonexistent/app.duckdb")
        checkout.write("migrations/env.py", IMPL + (checkout.path / "migrations/env.py").read_text())
        # It has no SERIAL.
        for file in [checkout.path / "models.py", *(checkout.path / "migrations/versions").glob("*.py")]:
            file.write_text(
                file.read_text().replace("primary_key=True", "autoincrement=False, primary_key=True")
            )
        checkout.commit("Move to DuckDB")
        checkout.variables[VARIABLE] = given(*files)
        return checkout

    return configure


@pytest.fixture
def inside(duckdb_environment):
    """``inside(file, *statements)``: what is in a DuckDB database, after the statements."""

    def look(file, *statements):
        tables = (
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() UNION ALL "
            "SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal UNION ALL "
            "SELECT schema_name || '.' || sequence_name FROM duckdb_sequences() UNION ALL "
            "SELECT schema_name FROM duckdb_schemas() WHERE NOT internal AND schema_name <> 'main'"
        )
        command = [
            duckdb_environment / "bin/python",
            "-c",
            SQL,
            f"duckdb:///{file}",
            json.dumps([*statements, tables]),
        ]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return sorted(row[0] for row in json.loads(done.stdout))

    return look


@pytest.mark.parametrize(
    "number",
    [pytest.param(1, id="one database", marks=pytest.mark.wide), pytest.param(2, id="two databases")],
)
@pytest.mark.wide
def test_duckdb(on_duckdb, files, inside, one_difference, number):
    used = files[:number]
    checkout = on_duckdb(*used)
    # It drops no column of a table that another one refers to, so that no downgrade could be proved.
    checkout.replace("models.py", ', ForeignKey("user.id")', "")
    checkout.replace("migrations/versions/cccccccccccc_create_post.py", ', sa.ForeignKey("user.id")', "")
    one_difference(checkout, "replayed on duckdb")
    fixed = checkout.guard("fix", "-m", "Add phone")
    assert fixed.returncode == 0, words(fixed)
    assert [inside(file) for file in used] == [[]] * number


MAKES_MORE = """\
    op.execute("CREATE SCHEMA other")
    op.execute("CREATE TABLE other.thing (id INTEGER PRIMARY KEY)")
    op.execute("CREATE TABLE other.part (id INTEGER REFERENCES other.thing (id))")
    op.execute("CREATE SEQUENCE numbers")
    op.execute("CREATE TABLE numbered (id INTEGER DEFAULT nextval('numbers'))")
    op.execute("CREATE VIEW names AS SELECT name FROM \\"user\\"")
    op.execute("CREATE VIEW short_names AS SELECT name FROM names")
"""


@pytest.mark.wide
def test_duckdb_from_a_start(on_duckdb, files, inside):
    """In the one database that there is, when it is the turn of the one that is judged."""
    checkout = on_duckdb(files[0])
    checkout.write(
        "start.sql", 'CREATE TABLE "user" (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, email VARCHAR);'
    )
    checkout.write(
        "pyproject.toml", '[tool.migrate-guard]\nstart = {revision = "bbbbbbbbbbbb", sql = "start.sql"}\n'
    )
    result = checkout.guard("check")
    assert result.returncode == 0, result.stdout
    assert "1 revision of the working tree" in words(result)
    assert "from a start at bbbbbbbbbbbb (start.sql), 2 tables" in words(result)
    assert inside(files[0]) == []
    assert words(checkout.guard("scratch", "dump")) == (
        "error: making a start dump failed. caused by: nothing here describes a database of duckdb"
    )


@pytest.mark.wide
def test_all_that_a_revision_makes_is_removed(on_duckdb, files, inside):
    checkout = on_duckdb(files[0])
    last = max((checkout.path / "migrations/versions").glob("*.py"))
    last.write_text(last.read_text().replace("def upgrade():\n", "def upgrade():\n" + MAKES_MORE))
    checkout.commit("Make more")

    for _ in range(2):
        result = checkout.guard("check")
        # Its dialect tells the tables of every schema.
        assert (result.returncode, "differ in 3 points" in words(result)) == (1, True), words(result)
        assert inside(files[0]) == []


def test_a_database_that_is_not_empty_is_left_alone(on_duckdb, files, inside, refuses):
    checkout = on_duckdb(files[0])
    inside(files[0], "CREATE TABLE precious (id INTEGER)")

    result = checkout.guard("check")

    refuses(result, "not empty", FILE=files[0])
    assert inside(files[0]) == ["main.precious"]


def test_no_database_is_given(on_duckdb, refuses):
    checkout = on_duckdb()

    result = checkout.guard("check")

    refuses(result, "no database is given")


@pytest.mark.wide
def test_a_killed_run_is_cleaned_up_by_the_next(on_duckdb, files, inside, killed):
    checkout = on_duckdb(files[0])
    killed(checkout)
    assert inside(files[0]) == ["main.alembic_version", "main.migrate_guard_marker", "main.post", "main.user"]

    result = checkout.guard("check")

    assert (result.returncode, inside(files[0])) == (0, []), words(result)


SET = "UPDATE migrate_guard_marker SET value = '{}' WHERE name = '{}'"


@pytest.mark.wide
def test_whose_a_database_is(on_duckdb, files, inside, killed, refuses):
    checkout = on_duckdb(files[0])
    killed(checkout)
    with open(f"/proc/{os.getpid()}/stat") as file:
        started = file.read().rpartition(")")[2].split()[19]
    there = inside(
        files[0],
        SET.format(os.getpid(), "pid"),
        SET.format(started, "started"),
        SET.format("builder", "host"),
        SET.format("noon", "since"),
    )

    busy = checkout.guard("check")
    inside(files[0], SET.format("elsewhere", "where"))
    foreign = checkout.guard("check")

    refuses(busy, "in use by another run", FILE=files[0], PID=os.getpid())
    refuses(foreign, "belongs to another machine", FILE=files[0], PID=os.getpid())
    assert inside(files[0]) == there


ENGINE = "sqlalchemy.create_engine('duckdb:////nonexistent/app.duckdb')"
BESIDES = {
    "before": f"with {ENGINE}.begin() as other:\n    other.exec_driver_sql('CREATE TABLE IF NOT EXISTS x (id INTEGER)')\n",
    "at the same time": f"other = {ENGINE}.connect()\n",
    "reading only": f"with {ENGINE}.connect() as other:\n    other.exec_driver_sql('SELECT 1')\n",
}


@pytest.mark.parametrize("number", [1, 2], ids=["one database", "two databases"])
@pytest.mark.parametrize("when", BESIDES)
@pytest.mark.wide(
    "before-one database",
    "at the same time-two databases",
    "reading only-two databases",
    "at the same time-one database",
    "before-two databases",
)
def test_a_connection_besides(on_duckdb, files, inside, plant, when, number, refuses):
    used = files[:number]
    checkout = on_duckdb(*used)
    env_py = (checkout.path / "migrations/env.py").read_text()
    checkout.write("migrations/env.py", "import sqlalchemy\n\n" + BESIDES[when] + env_py)
    plant(checkout)

    result = checkout.guard("check")

    if number == 1 and when != "reading only":
        refuses(result, when)
    else:
        assert (result.returncode, "differ in 1 point" in words(result)) == (1, True), words(result)
    assert [inside(file) for file in used] == [[]] * number


@pytest.mark.wide
def test_what_the_application_makes_at_import_is_gone_before_the_judged_turn(
    on_duckdb, files, one_difference
):
    checkout = on_duckdb(files[0])
    models = (checkout.path / "models.py").read_text()
    checkout.write("models.py", f"import sqlalchemy\n{models}\n\nBase.metadata.create_all({ENGINE})\n")
    one_difference(checkout, "replayed on duckdb")


@pytest.mark.wide
def test_setup_of_an_empty_database(on_duckdb, files, inside):
    checkout = on_duckdb(files[0])
    checkout.write("pyproject.toml", "[tool.migrate-guard]\nscratch_setup = 'CREATE SCHEMA app'\n")
    last = max((checkout.path / "migrations/versions").glob("*.py"))
    make = '    op.execute("CREATE SEQUENCE app.numbers")\n'
    last.write_text(last.read_text().replace("def upgrade():\n", "def upgrade():\n" + make))

    result = checkout.guard("check")

    assert (result.returncode, inside(files[0])) == (0, []), words(result)
