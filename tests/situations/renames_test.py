"""Renames and required columns, asked and then written: with rows in the tables before, and there after."""

import contextlib
import json
import os

import pytest

from migrate_guard.scratch.server import Server

SCRIPT = """\
import json, sys
import sqlalchemy

engine = sqlalchemy.create_engine(sys.argv[1], isolation_level="AUTOCOMMIT")
with engine.begin() as connection:
    for statement in json.loads(sys.argv[2]):
        result = connection.execute(sqlalchemy.text(statement))
        rows = list(map(list, result.fetchall())) if result.returns_rows else []
print(json.dumps(rows))
"""
ANSWERS = (
    ("--rename", "user:account"),
    ("--rename", "user.name:account.full_name"),
    ("--rename", "account.email:account.address"),
    ("--default", "account.age=0"),
    ("--default", "account.kind=it's: new"),
    ("--backfill", "account.short=substr(full_name, 1, 2)"),
    ("--default", "account.address=none"),
)
NEW = """\
    age = Column(Integer, nullable=False)
    kind = Column(String(20), nullable=False)
    short = Column(String(9), nullable=False)
"""
INSERTS = (
    """INSERT INTO "user" (id, name, email) VALUES (1, 'Ann', 'ann@example.org'), (2, 'Bob', NULL)""",
    "INSERT INTO post (id, user_id, title) VALUES (1, 2, 'Hello')",
)
BEFORE = [[1, "Ann", "ann@example.org", None, None], [2, "Bob", None, 1, "Hello"]]
# What was filled in stays.
BACK = [BEFORE[0], [2, "Bob", "none", 1, "Hello"]]
AFTER = [
    [1, "Ann", "ann@example.org", 0, "it's: new", "An", None],
    [2, "Bob", "none", 0, "it's: new", "Bo", "Hello"],
]
READ_BEFORE = """\
SELECT u.id, u.name, u.email, p.id, p.title FROM "user" u LEFT JOIN post p ON p.user_id = u.id ORDER BY u.id"""
READ_AFTER = """\
SELECT a.id, a.full_name, a.address, a.age, a.kind, a.short, p.title FROM account a LEFT JOIN post p ON p.user_id = a.id
ORDER BY a.id"""

SERVERS = {"postgresql": ("postgresql+psycopg", "postgres"), "mariadb": ("mysql+pymysql", "mysql")}
# what follows the renames, by engine
FOLLOWS = {
    "sqlite": """\
    op.create_index(op.f('ix_account_full_name'), 'account', ['full_name'], unique=False)
""",
    "postgresql": """\
    op.execute('ALTER SEQUENCE user_id_seq RENAME TO account_id_seq')
    op.execute('ALTER TABLE post RENAME CONSTRAINT fk_post_user_id_user TO fk_post_user_id_account')
    op.execute('ALTER TABLE account RENAME CONSTRAINT uq_user_email TO uq_account_address')
    op.execute('ALTER TABLE account RENAME CONSTRAINT pk_user TO pk_account')
    op.execute('ALTER TABLE account RENAME CONSTRAINT ck_user_named TO ck_account_named')
    op.execute('ALTER INDEX ix_user_name RENAME TO ix_account_full_name')
""",
    "mariadb": """\
    op.execute('ALTER TABLE account RENAME COLUMN name TO full_name')
    op.execute('ALTER TABLE account RENAME COLUMN email TO address')
    op.execute('ALTER TABLE post DROP CONSTRAINT fk_post_user_id_user')
    op.execute('ALTER TABLE post ADD CONSTRAINT fk_post_user_id_account FOREIGN KEY (`user_id`) REFERENCES `account` (`id`)')
    op.execute('ALTER TABLE account RENAME INDEX ix_user_name TO ix_account_full_name')
    op.execute('ALTER TABLE account RENAME INDEX uq_user_email TO uq_account_address')
    op.execute('ALTER TABLE account DROP CONSTRAINT ck_user_named')
    op.execute("ALTER TABLE account ADD CONSTRAINT ck_account_named CHECK (`full_name` <> '')")
""",
}  # fmt: skip


class Database:
    """One that has lived: the project's history made it, and its users filled it."""

    def __init__(self, checkout, url, quote):
        self._checkout, self._url, self._quote = checkout, url, quote
        self._python = os.path.join(checkout.variables["MIGRATE_GUARD_PYTHON"], "bin", "python")
        self._ini = checkout.path.parent / "alembic.ini"
        text = (checkout.path / "alembic.ini").read_text().replace("%(here)s", str(checkout.path))
        lines = [
            f"sqlalchemy.url = {url}" if "sqlalchemy.url" in line else line for line in text.splitlines()
        ]
        self._ini.write_text("\n".join(lines))

    def alembic(self, *words):
        done = self._checkout.run(self._python, "-m", "alembic", "-c", self._ini, *words)
        assert done.returncode == 0, done.stdout + done.stderr

    def sql(self, *statements):
        typed = [statement.replace('"', self._quote) for statement in statements]
        done = self._checkout.run(self._python, "-c", SCRIPT, self._url, json.dumps(typed))
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(params=FOLLOWS)
def engine(request):
    return request.param


@pytest.fixture
def lived(engine, request, project, driver_environment, temporary, tmp_path):
    """(the project, a database of it with rows); scratch databases are made on the same server."""
    checkout = project("renames", driver_environment)
    with contextlib.ExitStack() as stack:
        url = f"sqlite:///{tmp_path}/lived.db"
        if engine != "sqlite":
            server = Server(request.getfixturevalue(engine), str(temporary), str(temporary / "templates"))
            stack.callback(server.stop)
            url = served(server, checkout, *SERVERS[engine])
        database = Database(checkout, url, "`" if engine == "mariadb" else '"')
        database.alembic("upgrade", "head")
        database.sql(*INSERTS)
        yield checkout, database


def served(server, checkout, scheme, maintenance):
    """The URL of a new database of ``server``, which is used for scratch as well."""
    url = "{}://{username}:{password}@{host}:{port}/".format(scheme, **server.address(maintenance))
    checkout.variables["MIGRATE_GUARD_SCRATCH_URL"] = url
    checkout.replace("alembic.ini", "sqlite:///app.db", f"{scheme}://u:secret@db.example.org:1/shop")
    checkout.commit("Say where")
    Database(checkout, url + maintenance, '"').sql("CREATE DATABASE shop")
    return url + "shop"


def rename_all(checkout):
    checkout.replace("models.py", '__tablename__ = "user"', '__tablename__ = "account"')
    checkout.replace("models.py", 'ForeignKey("user.id")', 'ForeignKey("account.id")')
    checkout.replace("models.py", "    name = Column", "    full_name = Column")
    checkout.replace("models.py", "name <> ''", "full_name <> ''")
    checkout.replace(
        "models.py",
        "    email = Column(String(120)",
        f"{NEW}    address = Column(String(120), nullable=False",
    )


@pytest.mark.wide("mariadb", "postgresql")
def test_values_survive(lived, engine):
    checkout, database = lived
    rename_all(checkout)
    options = [word for pair in ANSWERS for word in pair]

    fixed = checkout.guard("fix", "-m", "Accounts", *options)

    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    path = checkout.git("diff", "--cached", "--name-only").strip()
    text = (checkout.path / path).read_text()
    upgrade = text.partition("def downgrade")[0]
    assert "op.rename_table('user', 'account')\n" in upgrade
    assert [line for line in FOLLOWS[engine].splitlines() if line not in upgrade] == []
    assert "drop_table" not in text
    assert "drop_column" not in upgrade

    assert database.sql(READ_BEFORE) == BEFORE
    database.alembic("upgrade", "head")
    assert database.sql(READ_AFTER) == AFTER
    database.alembic("downgrade", "-1")
    assert database.sql(READ_BEFORE) == BACK
    database.alembic("upgrade", "head")
    assert database.sql(READ_AFTER) == AFTER
