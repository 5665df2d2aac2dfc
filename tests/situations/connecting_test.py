"""How env.py comes to its connection, and what it does to it: each clean, then with a column more."""

import pytest

SYNC = ["postgresql+psycopg2", "mysql+pymysql"]
SITUATIONS = {
    "create_engine": [
        "postgresql+psycopg2",
        "postgresql+psycopg",
        "postgresql+pg8000",
        "mysql+pymysql",
        "sqlite",
    ],
    "application_engine": ["postgresql+psycopg", "mariadb+pymysql"],
    "async_application_engine": ["postgresql+asyncpg", "mysql+asyncmy", "sqlite+aiosqlite"],
    "creator": ["postgresql+pg8000", "mysql+pymysql"],
    "async_creator": ["postgresql+asyncpg", "postgresql+psycopg_async", "mysql+aiomysql", "sqlite+aiosqlite"],
    "async_connect_args": ["postgresql+asyncpg", "postgresql+psycopg", "mysql+aiomysql", "mysql+asyncmy"],
    "given_connection": ["postgresql+psycopg2"],
    "events": [*SYNC, "sqlite"],
    "retries": ["postgresql+psycopg"],
    "own_transaction": [*SYNC, "postgresql+pg8000"],
    "session": ["postgresql+psycopg", "mysql+pymysql"],
    "statements_before": [*SYNC, "postgresql+pg8000"],
    "statements_before_in_one_transaction": ["postgresql+psycopg", "postgresql+psycopg2"],
    "schema_from_another_connection": ["postgresql+psycopg2"],
    "driver_cursor": ["postgresql+psycopg"],
    "schema_translate_map": ["postgresql+psycopg2"],
    "tenants": ["postgresql+psycopg"],
    "detached": ["postgresql+psycopg", "sqlite"],
    "twophase": ["postgresql+psycopg2", "postgresql+psycopg", "postgresql+pg8000"],
    "async_in_a_thread": ["postgresql+asyncpg", "mysql+aiomysql"],
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


@pytest.mark.parametrize("dialect", ["postgresql+psycopg2", "mysql+pymysql", "sqlite"])
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
