"""How env.py comes to its connection, and what it does to it: each clean, then with a column more."""

import pytest

SITUATIONS = {
    "create_engine": ["postgresql+psycopg2", "sqlite"],
    "application_engine": ["postgresql+psycopg"],
    "async_application_engine": ["mysql+asyncmy", "sqlite+aiosqlite"],
    "creator": ["postgresql+pg8000"],
    "async_creator": ["postgresql+asyncpg"],
    "async_connect_args": ["postgresql+asyncpg"],
    "given_connection": ["postgresql+psycopg2"],
    "events": ["postgresql+psycopg2", "sqlite"],
    "retries": ["mariadb+pymysql"],
    "own_transaction": ["postgresql+pg8000"],
    "session": ["postgresql+psycopg"],
    "statements_before": ["postgresql+psycopg2"],
    "statements_before_in_one_transaction": ["postgresql+psycopg"],
    "schema_from_another_connection": ["postgresql+psycopg2"],
    "creates_the_database": ["postgresql+psycopg2"],
    "after_configure": ["postgresql+psycopg"],
    "no_transactional_ddl": ["postgresql+psycopg2"],
    "schema_translate_map": ["postgresql+psycopg2"],
    "tenants": ["postgresql+psycopg"],
    "detached": ["sqlite"],
    "twophase": ["postgresql+psycopg"],
    "async_in_a_thread": ["postgresql+asyncpg"],
}
# the same on a second server, or with a second driver
AGAIN = {
    "create_engine": ["postgresql+pg8000", "mysql+pymysql"],
    "creator": ["mysql+pymysql"],
    "async_creator": ["mysql+aiomysql"],
    "async_connect_args": ["postgresql+psycopg", "mysql+aiomysql"],
    "events": ["mysql+pymysql"],
    "statements_before": ["mysql+pymysql"],
    "creates_the_database": ["mysql+pymysql"],
    "no_transactional_ddl": ["mysql+pymysql"],
    "twophase": ["postgresql+psycopg2", "postgresql+pg8000"],
}
DATABASE = """\
from sqlalchemy{package} import {create}
from sqlalchemy.orm import declarative_base

engine = {create}("{url}", pool_pre_ping=True)
"""


@pytest.mark.parametrize(
    ("situation", "dialect"),
    [
        *((situation, dialect) for situation, dialects in SITUATIONS.items() for dialect in dialects),
        *(
            pytest.param(situation, dialect, marks=pytest.mark.wide)
            for situation, dialects in AGAIN.items()
            for dialect in dialects
        ),
    ],
)
@pytest.mark.wide(
    "async_connect_args-postgresql+asyncpg",
    "events-postgresql+psycopg2",
    "events-sqlite",
    "own_transaction-postgresql+pg8000",
    "statements_before-postgresql+psycopg2",
    "statements_before_in_one_transaction-postgresql+psycopg",
    "creates_the_database-postgresql+psycopg2",
    "no_transactional_ddl-postgresql+psycopg2",
    "tenants-postgresql+psycopg",
    "detached-sqlite",
    "async_in_a_thread-postgresql+asyncpg",
    "create_engine-sqlite",
    "application_engine-postgresql+psycopg",
    "async_application_engine-sqlite+aiosqlite",
    "creator-postgresql+pg8000",
    "retries-mariadb+pymysql",
    "after_configure-postgresql+psycopg",
    "create_engine-postgresql+psycopg2",
    "session-postgresql+psycopg",
    "schema_translate_map-postgresql+psycopg2",
)
def test_connecting(on, postgresql, mariadb, one_difference, situation, dialect):
    checkout = on("connecting", dialect)
    checkout.git("mv", "-f", f"migrations/situations/{situation}.py", "migrations/env.py")
    words = ("create_async_engine", ".ext.asyncio") if "async" in situation else ("create_engine", "")
    url = f"{dialect}://u:secret@db.example.org:1/x" if "sqlite" not in dialect else f"{dialect}:///app.db"
    checkout.write("database.py", DATABASE.format(create=words[0], package=words[1], url=url))
    checkout.variables["DRIVER"] = dialect.partition("+")[2] or "pysqlite"

    one_difference(checkout)


@pytest.mark.parametrize("dialect", ["postgresql+psycopg2", "sqlite"])
def test_a_revision_that_opens_a_session_of_its_own(on, postgresql, mariadb, one_difference, dialect):
    """It is one database in life, also for a pool that has a connection already."""
    checkout = on("revision_opens_a_session", dialect)
    address = "///app.db" if dialect == "sqlite" else "//u:secret@db.example.org:1/x"
    checkout.variables["DATABASE_URL"] = f"{dialect}:{address}"

    one_difference(checkout)
