"""What several situations need: a planted column, configured servers, servers at an address, what a run leaves behind."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from migrate_guard.scratch.server import Server

URL = "{}://u:secret@db.example.org:1/x"
# Held to need more than a plain one: what has to be quoted in a URL must not appear anywhere either
PASSWORD, QUOTED = "p@ss/w:rd", "p%40ss%2Fw%3Ard"

SQL = """\
import json, sys
import sqlalchemy

options = {} if sys.argv[1].startswith("duckdb") else {"isolation_level": "AUTOCOMMIT"}
engine = sqlalchemy.create_engine(sys.argv[1], **options)
with engine.begin() as connection:
    for statement in json.loads(sys.argv[2]):
        result = connection.exec_driver_sql(statement)
        rows = list(map(list, result.fetchall())) if result.returns_rows else []
print(json.dumps(rows, default=str))
"""


@pytest.fixture
def plant():
    """``plant(checkout, file)``: give the first model of ``file`` a column that no revision adds."""

    def add_column(checkout, file="models.py") -> None:
        text = (checkout.path / file).read_text()
        db = "db." if "db." in text else ""
        column = f"    phone = {db}Column({db}String(20))\n"
        if not db and "String" not in text:
            text = text.replace("Integer\n", "Integer, String\n", 1)
        checkout.write(file, text.replace("primary_key=True)\n", f"primary_key=True)\n{column}", 1))

    return add_column


@pytest.fixture
def temporary():
    """A folder for temporary files that a server of root's may enter, which pytest's own is not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def on(project, driver_environment, temporary):
    """``on(name, dialect)``: the project with its configured URL replaced."""

    def configure(name, dialect, url=None, python=driver_environment):
        checkout = project(name, python)
        text = (checkout.path / "alembic.ini").read_text()
        url = url or (f"{dialect}:///app.db" if dialect.startswith("sqlite") else URL.format(dialect))
        lines = [
            f"sqlalchemy.url = {url}" if "sqlalchemy.url" in line else line for line in text.splitlines()
        ]
        checkout.write("alembic.ini", "\n".join(lines) + "\n")
        checkout.variables["TMPDIR"] = str(temporary)
        return checkout

    return configure


PAIRS = {
    "SQLite": "sqlite:///app.db",
    "PostgreSQL": "postgresql+psycopg://user@db.example.org/x",
    "MariaDB": "mysql+pymysql://user@db.example.org/x",
}


@pytest.fixture
def pair(project, driver_environment, postgresql, mariadb):
    """``pair(engine, old, new)``: its only migration makes what the lines ``old`` declare, and the models are now ``new``.

    ``options`` are those of context.configure(), "true" or "false", and foreign_keys for a listener that heeds them.
    """

    def make(engine, old, new, **options):
        checkout = project("pairs", driver_environment)
        checkout.replace("alembic.ini", "sqlite:///app.db", PAIRS[engine])
        section = "".join(f"{name} = {value}\n" for name, value in options.items())
        checkout.write("alembic.ini", f"{(checkout.path / 'alembic.ini').read_text()}\n[options]\n{section}")
        head = (checkout.path / "before.py").read_text()
        checkout.write("before.py", f"{head}\n{old}\n")
        checkout.write("models.py", f"{head}\n{old}\n")
        checkout.commit("Begin")
        checkout.write("models.py", f"{head}\n{new}\n")
        return checkout

    return make


@pytest.fixture
def left(temporary, tmp_path):
    """Folders and processes of runs that have ended."""

    def look():
        folders = [*temporary.iterdir(), *(tmp_path / "cache/migrate-guard/runs").glob("run-*")]
        running = subprocess.run(
            ["ps", "-ww", "-eo", "args"], capture_output=True, text=True
        ).stdout.splitlines()
        return [*folders, *(line for line in running if str(temporary) in line or str(tmp_path) in line)]

    return look


@pytest.fixture
def one_difference(plant):
    """``one_difference(checkout, engine)``: a planted column is all that differs, on ``engine``.

    In one check: what is the same on both sides is told by the one difference as well as by none.
    """

    def checks(checkout, engine="", file="models.py"):
        plant(checkout, file)
        drift = checkout.guard("check")
        said = " ".join(drift.stdout.split())
        assert (drift.returncode, "differ in 1 point." in said) == (1, True), drift.stdout + drift.stderr
        assert (engine in said, "add column user.phone" in said) == (True, True), drift.stdout

    return checks


class Address:
    """A server that runs outside of all runs, as its superuser sees it."""

    def __init__(self, server, python, scheme, maintenance):
        self._python = python
        self.parts = server.address(maintenance)
        self.maintenance = maintenance
        self.scheme = scheme
        self.place = "{host}:{port}".format(**self.parts)

    def url(self, scheme, user="scratch", password=QUOTED, database="", query=""):
        return f"{scheme}://{user}:{password}@{self.place}/{database}{query}"

    def sql(self, *statements, database=None):
        url = self.url(
            self.scheme, self.parts["username"], self.parts["password"], database or self.maintenance
        )
        command = [self._python, "-c", SQL, url, json.dumps(statements)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def column(self, statement):
        return [row[0] for row in self.sql(statement)]


@pytest.fixture(scope="session")
def folder():
    """One that a server of root's may enter."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield made


@pytest.fixture(scope="session")
def postgresql_address(postgresql, driver_environment, folder):
    """A PostgreSQL server; "scratch" may create databases, and nothing else."""
    server = Server(postgresql, folder, os.path.join(folder, "templates"))
    address = Address(server, driver_environment / "bin/python", "postgresql+psycopg2", "postgres")
    address.sql(
        f"CREATE ROLE scratch LOGIN CREATEDB PASSWORD '{PASSWORD}'",
        f"CREATE ROLE maker LOGIN CREATEDB CREATEROLE PASSWORD '{PASSWORD}'",
        f"CREATE ROLE nothing LOGIN PASSWORD '{PASSWORD}'",
    )
    yield address
    server.stop()


@pytest.fixture(scope="session")
def mariadb_address(mariadb, driver_environment, folder):
    """A MariaDB or MySQL server; "scratch" has the rights that docs/scratch.md names, and no other."""
    server = Server(mariadb, folder, os.path.join(folder, "templates"))
    address = Address(server, driver_environment / "bin/python", "mysql+pymysql", "mysql")
    grant = r"GRANT ALL ON `migrate\_guard\_%%`.* TO {}@'%%'"
    create = "CREATE USER {}@'%%' IDENTIFIED BY '" + PASSWORD + "'"
    address.sql(
        *(create.format(user) for user in ("scratch", "maker", "nothing")),
        *(grant.format(user) for user in ("scratch", "maker")),
        "GRANT SELECT ON mysql.user TO maker@'%%'",
        "GRANT CREATE USER ON *.* TO maker@'%%'",
        "GRANT ROLE_ADMIN ON *.* TO maker@'%%'" if mariadb.name == "mysql" else "SELECT 1",
    )
    yield address
    server.stop()
