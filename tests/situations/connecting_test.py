"""How env.py comes to its connection, and what it does to it: each clean, then with a column more."""

import pytest

SITUATIONS = {
    "create_engine": ["postgresql+psycopg2", "postgresql+pg8000", "mysql+pymysql", "sqlite"],
    "application_engine": ["postgresql+psycopg"],
    "async_application_engine": ["mysql+asyncmy", "sqlite+aiosqlite"],
    "creator": ["postgresql+pg8000", "mysql+pymysql"],
    "async_creator": ["postgresql+asyncpg", "mysql+aiomysql"],
    "async_connect_args": ["postgresql+asyncpg", "postgresql+psycopg", "mysql+aiomysql"],
    "given_connection": ["postgresql+psycopg2"],
    "events": ["postgresql+psycopg2", "mysql+pymysql", "sqlite"],
    "retries": ["mariadb+pymysql"],
    "own_transaction": ["postgresql+pg8000"],
    "session": ["postgresql+psycopg"],
    "statements_before": ["postgresql+psycopg2", "mysql+pymysql"],
    "statements_before_in_one_transaction": ["postgresql+psycopg"],
    "schema_from_another_connection": ["postgresql+psycopg2"],
    "creates_the_database": ["postgresql+psycopg2", "mysql+pymysql"],
    "after_configure": ["postgresql+psycopg"],
    "no_transactional_ddl": ["postgresql+psycopg2", "mysql+pymysql"],
    "schema_translate_map": ["postgresql+psycopg2"],
    "tenants": ["postgresql+psycopg"],
    "detached": ["sqlite"],
    "twophase": ["postgresql+psycopg2", "postgresql+psycopg", "postgresql+pg8000"],
    "async_in_a_thread": ["postgresql+asyncpg"],
}
DATABASE = """\
from sqlalchemy{package} import {create}
from sqlalchemy.orm import declarative_base

engine = {create}("{url}", pool_pre_ping=True)
"""


@pytest.mark.parametrize(
    ("situation", "dialect"),
    [(situation, dialect) for situation, dialects in SITUATIONS.items() for dialect in dialects],
)
def test_connecting(on, postgresql, mariadb, plant, situation, dialect):
    checkout = on("connecting", dialect)
    checkout.git("mv", "-f", f"migrations/situations/{situation}.py", "migrations/env.py")
    words = ("create_async_engine", ".ext.asyncio") if "async" in situation else ("create_engine", "")
    url = f"{dialect}://u:secret@db.example.org:1/x" if "sqlite" not in dialect else f"{dialect}:///app.db"
    checkout.write("database.py", DATABASE.format(create=words[0], package=words[1], url=url))
    checkout.variables["DRIVER"] = dialect.partition("+")[2] or "pysqlite"

    clean = checkout.guard("check")
    plant(checkout)
    drift = checkout.guard("check")

    assert (clean.returncode, "they agree" in clean.stdout) == (0, True), clean.stdout
    assert drift.returncode == 1, drift.stdout
    assert "differ in 1 point" in drift.stdout
    assert "add column user.phone: VARCHAR(20)" in drift.stdout


@pytest.mark.parametrize("dialect", ["postgresql+psycopg2", "sqlite"])
def test_a_revision_that_opens_a_session_of_its_own(on, postgresql, mariadb, plant, dialect):
    """It is one database in life, also for a pool that has a connection already."""
    checkout = on("revision_opens_a_session", dialect)
    address = "///app.db" if dialect == "sqlite" else "//u:secret@db.example.org:1/x"
    checkout.variables["DATABASE_URL"] = f"{dialect}:{address}"

    clean = checkout.guard("check")
    plant(checkout)
    drift = checkout.guard("check")

    assert (clean.returncode, "they agree" in clean.stdout) == (0, True), clean.stdout
    assert (drift.returncode, "add column user.phone" in drift.stdout) == (1, True), drift.stdout
