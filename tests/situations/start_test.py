"""Histories that cannot be replayed from their base: they begin with a dump, which is made, proved and kept."""

import re
import sqlite3

import pytest

from tests.situations.conftest import PASSWORD, QUOTED

SECOND = '''"""Add user.phone"""

import sqlalchemy as sa
from alembic import op

revision = "cccccccccccc"
down_revision = "bbbbbbbbbbbb"


def upgrade():
    op.add_column("{table}", sa.Column("phone", sa.String(20)))


def downgrade():
    op.drop_column("user", "phone")
'''
USER = "CREATE TABLE user (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(50) NOT NULL, email VARCHAR(120));\n"


def settings(checkout, *lines):
    checkout.write("pyproject.toml", "\n".join(["[tool.migrate-guard]", *lines]) + "\n")


def line_of(told, name):
    """The setting that the command has told, for the file ``name``."""
    found = re.search(r"^  (start = .*)$", told, re.M)[1]
    return found.replace("the path of the file", name)


def make(checkout, *arguments, **options):
    """A dump that must come about."""
    made = checkout.guard("scratch", "dump", *arguments, **options)
    assert made.returncode == 0, made.stderr
    return made


@pytest.fixture
def refuses(shows):
    """``refuses(result, why)``: its whole screen, in which no password is."""

    def check(result, why):
        assert result.returncode == 2, result.stdout
        assert PASSWORD not in result.stdout + result.stderr
        shows(result, "start-dump", why)

    return check


def error(result):
    """Its screen on one line."""
    assert "Traceback" not in result.stderr
    assert result.returncode == 2, result.stdout
    assert PASSWORD not in result.stderr
    return " ".join((result.stdout + result.stderr).split())


def test_the_whole_way(project, shows, plant):
    """Clean; new drift is caught; it is mended; and another revision on top of that one."""
    checkout = project("start_dump")
    shows(checkout.guard("check"), "start-dump", "clean", REVISIONS="1 revision")

    plant(checkout)
    checkout.git("add", "-A")
    blocked = checkout.guard("check", "--staged", env={"PRE_COMMIT": "1"})
    assert (blocked.returncode, "add column user.phone: VARCHAR(20)" in blocked.stdout) == (1, True)

    fixed = checkout.guard("fix", "-m", "Add phone")
    assert fixed.returncode == 0, fixed.stdout
    checkout.commit("Users have a phone")
    shows(checkout.guard("check", "--staged"), "start-dump", "clean, --staged")

    checkout.replace("models.py", "phone = Column(String(20))", "phone = Column(String(20), index=True)")
    assert checkout.guard("fix", "-m", "Index it").returncode == 0
    shows(checkout.guard("check"), "start-dump", "clean", REVISIONS="3 revisions")


def test_a_revision_after_the_start_raises(project):
    checkout = project("start_dump")
    checkout.write("migrations/versions/cccccccccccc_phone.py", SECOND.format(table="users"))
    result = checkout.guard("check")
    assert result.returncode == 1
    assert (
        "revision cccccccccccc raises when it is replayed from a start at aaaaaaaaaaaa"
        in result.stdout.replace("\n    ", " ")
    )


def test_without_the_start(project, refuses):
    """What the project is about; and the way out that is told."""
    checkout = project("start_dump")
    settings(checkout)
    checkout.commit("Without the start", "--amend")
    failed = checkout.guard("check")
    assert (failed.returncode, "error[upgrade-fails]" in failed.stdout) == (1, True)
    refuses(checkout.guard("scratch", "dump"), "the history cannot be replayed")


OUT = 'hint: to leave it out: exclude = ["migrations"] in [tool.migrate-guard]'


@pytest.mark.wide("no file", "another revision")
@pytest.mark.parametrize(
    ("text", "at", "why"),
    [
        pytest.param(None, "aaaaaaaaaaaa", "no file", id="no file"),
        pytest.param(
            "-- by hand\n" + USER + "\nCREATE INDEX\n  i ON users (name);\n",
            "aaaaaaaaaaaa",
            "a statement fails",
            id="a statement fails",
        ),
        pytest.param(USER, "dddddddddddd", "no such revision", id="no such revision"),
        pytest.param(
            USER
            + "CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('aaaaaaaaaaaa');",
            "bbbbbbbbbbbb",
            "another revision",
            id="another revision",
        ),
    ],
)
def test_a_start_that_cannot_be_used(project, refuses, text, at, why):
    checkout = project("start_dump")
    settings(checkout, f'start = {{revision = "{at}", sql = "schema.sql"}}')
    if text is None:
        (checkout.path / "schema.sql").unlink()
    else:
        checkout.write("schema.sql", text)
    refuses(checkout.guard("check"), why)


def test_a_dump_of_what_the_history_gives(project, refuses, shows):
    """It tells the setting; a later one can be made on top of it."""
    checkout = project("linear")
    made = make(checkout, "--at", "aaaa")
    settings(checkout, line_of(made.stderr, "start.sql"))
    checkout.write("start.sql", made.stdout)
    checkout.replace("migrations/versions/aaaaaaaaaaaa_create_user.py", "    op.create_table(", "    raise (")

    shows(checkout.guard("check"), "start-dump", "clean, on a dump of what the history gives")
    later = make(checkout, "--at", "bbbbbbbbbbbb")
    version = sqlite3.sqlite_version
    assert later.stdout.startswith(f"-- start at bbbbbbbbbbbb (SQLite {version}, migrate-guard ")
    assert later.stdout.endswith("\n\nINSERT INTO alembic_version (version_num) VALUES ('bbbbbbbbbbbb');\n")
    shows(later.stderr, "start-dump", "a dump was made")
    refuses(checkout.guard("scratch", "dump", "--at", "dddddddddddd"), "no such revision to dump at")


@pytest.mark.wide
def test_a_sqlite_database_that_somebody_keeps(project, refuses):
    """It is not changed, rows stay where they are, and what it is made of is the same."""
    checkout = project("start_dump")
    file = checkout.path / "kept.db"
    text = (checkout.path / "schema.sql").read_text()
    with sqlite3.connect(file) as kept:
        kept.execute("PRAGMA journal_mode = WAL")
        kept.executescript(
            text + "INSERT INTO user (name) VALUES ('Ann'); CREATE VIEW names AS SELECT name FROM user;"
            "CREATE TRIGGER named AFTER INSERT ON user BEGIN SELECT 1; SELECT ';'; END;"
            "CREATE INDEX by_name ON user (name); CREATE VIRTUAL TABLE words USING fts4(body);"
        )
    kept.close()
    before = file.read_bytes()
    settings(checkout)

    made = make(checkout, "--url", "sqlite:///kept.db")

    checkout.write("schema.sql", made.stdout)
    settings(checkout, line_of(made.stderr, "schema.sql"))
    assert file.read_bytes() == before
    assert [path.name for path in checkout.path.glob("kept*")] == ["kept.db"]
    assert "Ann" not in made.stdout
    assert all(
        name in made.stdout for name in ("VIEW names", "TRIGGER named", "INDEX by_name", "TABLE words")
    )
    checked = checkout.guard("check")
    assert "from a start at aaaaaaaaaaaa" in " ".join(checked.stdout.split()), checked.stdout

    variable = {"MIGRATE_GUARD_DUMP_URL": f"sqlite:///{file}"}
    models = (checkout.path / "models.py").read_text()
    checkout.write("models.py", f'import os\n\nassert "MIGRATE_GUARD_DUMP_URL" not in os.environ\n{models}')
    refuses(
        checkout.guard("scratch", "dump", "--at", "bbbbbbbbbbbb", env=variable),
        "the database stands elsewhere",
    )
    settings(checkout, 'scratch_setup = {sqlite = "CREATE TABLE more (id INTEGER)"}')
    refuses(checkout.guard("scratch", "dump", env=variable), "restored, it is not the same")


ATTACHES = """\
from sqlalchemy import event
from sqlalchemy.engine import Engine


@event.listens_for(Engine, "connect")
def attach(dbapi_connection, record):
    dbapi_connection.execute("ATTACH '{file}' AS billing")


"""


@pytest.mark.parametrize("spelled", ["{}", "file://{}?mode=rwc"], ids=["by its path", "by URI"])
def test_a_file_that_is_attached_begins_with_nothing(project, shows, tmp_path, spelled):
    """The start is the one database's that an engine names, however the other file is called."""
    checkout = project("env_py_creates_schema_first")
    file = tmp_path / "billing.db"
    checkout.replace("alembic.ini", "sqlite:///app.db", "sqlite:///file:app.db?uri=true")
    checkout.replace("migrations/env.py", "        connection.commit()\n", "")
    line = "        connection.execute(text(\"ATTACH DATABASE 'billing.db' AS billing\"))\n"
    checkout.replace("migrations/env.py", line, "")
    models = (checkout.path / "models.py").read_text()
    checkout.write("models.py", ATTACHES.format(file=spelled.format(file)) + models)
    checkout.replace("migrations/versions/aaaaaaaaaaaa_create_user.py", "    op.create_table(", "    raise (")
    settings(checkout, 'start = {revision = "aaaaaaaaaaaa", sql = "schema.sql"}')
    checkout.write(
        "schema.sql", "CREATE TABLE user (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(50) NOT NULL);\n"
    )

    checkout.git("add", "-A")
    clean = checkout.guard("check")
    checkout.replace("models.py", "    total =", "    paid = Column(Integer)\n    total =")
    drift = checkout.guard("check")

    shows(clean, "start-dump", "clean", REVISIONS="1 revision")
    assert (clean.returncode, drift.returncode) == (0, 1)
    assert "add column billing.invoice.paid: INTEGER" in drift.stdout
    assert not file.exists()


@pytest.mark.wide
def test_urls_that_cannot_be_read(project, refuses):
    checkout = project("start_dump")
    sqlite3.connect(checkout.path / "empty.db").close()
    dump = ("scratch", "dump", "--url")
    refuses(checkout.guard(*dump, "sqlite:///empty.db"), "an empty database")
    none = checkout.path / "none.db"
    refuses(checkout.guard(*dump, "sqlite:///none.db"), "no such database")
    assert not none.exists()
    refuses(checkout.guard(*dump, f"postgresql://u:{QUOTED}@localhost/shop"), "a URL of another dialect")


@pytest.mark.wide
def test_several_databases(project, refuses):
    """Each can have a start of its own; the other one is replayed from the base."""
    checkout = project("multidb")
    refuses(checkout.guard("scratch", "dump"), "which of several databases")
    made = make(checkout, "--database", "users.db")
    assert ("TABLE user" in made.stdout, "TABLE order" in made.stdout) == (True, False)
    checkout.write("users.sql", made.stdout)
    settings(checkout, line_of(made.stderr, "users.sql"))
    checkout.replace(
        "migrations/versions/aaaaaaaaaaaa_begin.py", '    op.create_table("user"', '    raise ("user"'
    )

    checked = checkout.guard("check")

    assert checked.returncode == 0, checked.stdout
    assert "from a start at aaaaaaaaaaaa (users.sql)," in " ".join(checked.stdout.split())
    settings(checkout, 'start = {revision = "aaaaaaaaaaaa", sql = "users.sql"}')
    assert error(checkout.guard("check")).startswith(
        "error: migrations: start does not say which database it is for, and there are several. "
        "caused by: sqlite:///users.db sqlite:///orders.db "
        f'hint: Add it to the table: database = "..." {OUT}'
    )


@pytest.mark.wide
def test_several_environments(project, refuses):
    checkout = project("two_environments")
    refuses(checkout.guard("scratch", "dump"), "which of several environments")
    made = make(checkout, "--env", "tasks/migrations")
    checkout.write("tasks.sql", made.stdout)
    settings(checkout, line_of(made.stderr, "tasks.sql"))
    checked = checkout.guard("check")
    assert checked.returncode == 0, checked.stdout
    assert [
        " from a start at dddddddddddd (tasks.sql)" in " ".join(block.split())
        for block in re.split(r"\n(?=tasks)", checked.stdout)
    ] == [False, True]
    settings(checkout, 'start = {revision = "dddddddddddd", sql = "tasks.sql"}')
    said = " ".join(checkout.guard("check").stdout.split())
    assert (
        "start names no environment, and the working tree has accounts/migrations, tasks/migrations. "
        'hint: Say in the table whose it is: environment = "..."' in said
    )


@pytest.mark.wide
def test_postgresql(on, postgresql, postgresql_address):
    """With a role that may only read; what scratch_setup makes as well does no harm."""
    address = postgresql_address
    checkout = on("linear", "postgresql+psycopg")
    address.sql("CREATE DATABASE kept")
    try:
        address.sql(
            "CREATE EXTENSION citext",
            "CREATE SCHEMA billing",
            "CREATE TABLE billing.note (body citext DEFAULT 'a;b', CHECK (body <> $$;$$))",
            "CREATE FUNCTION billing.f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.body := ';'; RETURN NEW; END$$",
            "CREATE TRIGGER t BEFORE INSERT ON billing.note FOR EACH ROW EXECUTE FUNCTION billing.f()",
            'CREATE TABLE "user" (id serial PRIMARY KEY, name varchar(50) NOT NULL, email varchar(120))',
            "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)",
            "INSERT INTO alembic_version VALUES ('bbbbbbbbbbbb')",
            "INSERT INTO \"user\" (name) VALUES ('Ann')",
            "GRANT USAGE ON SCHEMA billing TO nothing",
            "GRANT SELECT ON ALL TABLES IN SCHEMA public, billing TO nothing",
            "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO nothing",
            database="kept",
        )
        settings(checkout, 'scratch_setup = "CREATE SCHEMA billing; CREATE EXTENSION citext"')
        next_transaction = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"
        before = address.column(next_transaction)
        url = address.url("postgresql", user="nothing", database="kept")

        made = make(checkout, env={"MIGRATE_GUARD_DUMP_URL": url})

        assert address.column(next_transaction) == before
    finally:
        address.sql("DROP DATABASE kept")
    assert "Ann" not in made.stdout
    assert "'; RETURN NEW; END" in made.stdout
    assert made.stdout.startswith(
        f"-- start at bbbbbbbbbbbb (PostgreSQL {postgresql.version}, migrate-guard "
    )
    checkout.write("start.sql", made.stdout)
    with open(checkout.path / "pyproject.toml", "a") as file:
        file.write(line_of(made.stderr, "start.sql") + "\n")
    checked = checkout.guard("check")
    assert checked.returncode == 0, checked.stdout
    assert "1 revision of the working tree replayed on PostgreSQL" in checked.stdout
    wrong = address.url("postgresql", user="nothing", password="wrong", database="kept")
    refused = error(checkout.guard("scratch", "dump", "--url", wrong))
    assert refused.startswith(f"error: reading the database at {address.place} failed. caused by: ")
    assert refused.endswith("hint: --url takes an existing database, and a user who may read its structure.")


@pytest.mark.wide
def test_mariadb(on, mariadb, mariadb_address):
    """With a user who may only look; views, triggers and functions come with it."""
    address = mariadb_address
    checkout = on("linear", "mysql+pymysql")
    address.sql("CREATE DATABASE kept")
    try:
        address.sql(
            "CREATE TABLE user (id int PRIMARY KEY AUTO_INCREMENT, name varchar(50) NOT NULL, email varchar(120)) "
            "ENGINE=InnoDB",
            "INSERT INTO user (name) VALUES ('Ann'), ('Bob')",
            "CREATE SQL SECURITY INVOKER VIEW names AS SELECT name, 'a;b' FROM user",
            "CREATE TRIGGER t AFTER INSERT ON user FOR EACH ROW BEGIN SET @a = 1; SET @b = ';;'; END",
            "CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1",
            "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)",
            "INSERT INTO alembic_version VALUES ('bbbbbbbbbbbb')",
            "GRANT SELECT, SHOW VIEW, TRIGGER ON kept.* TO nothing@'%%'",
            "GRANT SELECT ON mysql.proc TO nothing@'%%'",
            database="kept",
        )
        url = address.url("mysql", user="nothing", database="kept")
        made = make(checkout, "--url", url)
        rows = address.sql("SELECT name FROM kept.user")
    finally:
        address.sql("DROP DATABASE kept", "REVOKE ALL, GRANT OPTION FROM nothing@'%%'")
    assert rows == [["Ann"], ["Bob"]]
    assert not re.search("Ann|DEFINER=|AUTO_INCREMENT=", made.stdout)
    assert all(text in made.stdout for text in ("SQL SECURITY INVOKER", "TRIGGER t AFTER", "FUNCTION `f`"))
    checkout.write("start.sql", made.stdout)
    settings(checkout, line_of(made.stderr, "start.sql"))
    checked = checkout.guard("check")
    assert "1 revision of the working tree replayed on MariaDB" in checked.stdout, checked.stdout
    assert "they agree" in checked.stdout


@pytest.mark.wide
def test_an_env_py_that_makes_its_schemas(on, postgresql):
    """It finds none in its own database, but the dump has made them in the one that is judged."""
    checkout = on("schemas_and_search_path", "postgresql+asyncpg")
    checkout.git("mv", "-f", "migrations/situations/async_include_object.py", "migrations/env.py")
    made = make(checkout, "--at", "head")
    assert made.stdout.endswith("INSERT INTO meta.alembic_version (version_num) VALUES ('aaaaaaaaaaaa');\n")
    checkout.write("start.sql", made.stdout)
    settings(checkout, line_of(made.stderr, "start.sql"))
    checked = checkout.guard("check")
    assert checked.returncode == 0, checked.stdout
    assert "0 revisions of the working tree replayed on PostgreSQL" in checked.stdout


def test_databases_of_mysql_beside_its_own(on, mariadb, refuses):
    checkout = on("databases_as_schemas", "mysql+pymysql")
    refuses(checkout.guard("scratch", "dump"), "tables in other databases of the server")
