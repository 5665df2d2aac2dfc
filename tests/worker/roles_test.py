"""Which roles a statement makes."""

import importlib

import pytest

# Nobody imports the worker; this module of it needs nothing of the project's.
made_by = importlib.import_module("migrate_guard.worker.connections.roles").made_by

IN_A_BLOCK = """\
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'app') THEN
    CREATE ROLE app LOGIN;
  END IF;
END $$
"""
POSTGRESQL = {
    "CREATE ROLE app": ["app"],
    "create user App with password 'x'": ["app"],
    'CREATE GROUP "The ""App"""': ['The "App"'],
    "-- first\nCREATE ROLE app": ["app"],
    "/* first */ CREATE ROLE app; GRANT a TO b; CREATE ROLE other": ["app", "other"],
    IN_A_BLOCK: ["app"],
    "DO $do$CREATE ROLE app$do$": ["app"],
    "DO $$ BEGIN EXECUTE 'CREATE ROLE app'; END $$": ["app"],
    # what is computed cannot be read
    "DO $$ BEGIN EXECUTE format('CREATE ROLE %I', name); END $$": [],
    "DO $$ BEGIN EXECUTE 'CREATE ROLE ' || quote_ident(name); END $$": [],
    "CREATE USER MAPPING FOR app SERVER other": None,
    "ALTER ROLE app NOLOGIN": None,
    "CREATE TABLE role (id int)": None,
    "COMMENT ON TABLE t IS 'how to create user accounts'": None,
    "-- CREATE ROLE app\nSELECT 1": None,
}
MYSQL = {
    "CREATE USER app": ["app"],
    "CREATE USER IF NOT EXISTS 'app'@'%' IDENTIFIED BY 'a, b@c'": ["app@%"],
    "CREATE OR REPLACE USER `app`@localhost": ["app@localhost"],
    "CREATE USER a IDENTIFIED BY 'x', b@localhost IDENTIFIED BY 'y', 'c d'@'10.0.0.%'": [
        "a", "b@localhost", "c d@10.0.0.%",
    ],
    "CREATE ROLE reader, writer": ["reader", "writer"],
    "CREATE USER a; INSERT INTO t VALUES (1, b)": ["a"],
    "GRANT ALL ON x.* TO a": None,
}  # fmt: skip


@pytest.mark.parametrize("statement", POSTGRESQL)
def test_postgresql(statement):
    assert made_by(statement, "postgresql") == POSTGRESQL[statement]


@pytest.mark.parametrize("statement", MYSQL)
@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
def test_mysql(statement, dialect):
    assert made_by(statement, dialect) == MYSQL[statement]


def test_in_other_dialects_a_user_is_of_the_database():
    assert made_by("CREATE USER app", "mssql") is None
