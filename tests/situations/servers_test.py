"""Scratch databases on real servers: every driver, sync and async, and nothing left behind."""

import pytest

from migrate_guard.errors import ScratchError
from migrate_guard.protocol.messages import ScratchWanted
from migrate_guard.scratch.ladder import Ladder, Needs

POSTGRESQL = ["psycopg2", "psycopg", "pg8000"]
MYSQL = ["mysql+pymysql", "mariadb+pymysql"]
ASYNC = ["postgresql+asyncpg", "postgresql+psycopg", "mysql+aiomysql", "mysql+asyncmy"]


@pytest.mark.parametrize("driver", POSTGRESQL)
@pytest.mark.wide("psycopg2", "psycopg")
def test_postgresql(on, postgresql, one_difference, left, driver):
    checkout = on("linear", f"postgresql+{driver}")
    one_difference(checkout, f"replayed on PostgreSQL {postgresql.version}")
    assert left() == []


@pytest.mark.parametrize("dialect", MYSQL)
def test_mariadb(on, mariadb, one_difference, left, dialect):
    one_difference(on("linear", dialect), f"replayed on MariaDB {mariadb.version}")
    assert left() == []


@pytest.mark.parametrize("dialect", ASYNC)
@pytest.mark.wide("postgresql+asyncpg", "mysql+asyncmy")
def test_async(on, postgresql, mariadb, one_difference, left, dialect):
    server = postgresql if dialect.startswith("postgresql") else mariadb
    one_difference(on("async_env", dialect), f" {server.version} ")
    assert left() == []


@pytest.mark.parametrize("dialect", ["postgresql+psycopg", "mysql+pymysql"])
@pytest.mark.wide("postgresql+psycopg")
def test_fix(on, postgresql, mariadb, plant, dialect):
    checkout = on("linear", dialect)
    plant(checkout)

    fixed = checkout.guard("fix", "-m", "Add phone")

    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    assert checkout.guard("check").returncode == 0


def test_what_only_the_server_itself_would_say(on, postgresql):
    """SQLite would take the type for one of its own."""
    checkout = on("linear", "postgresql+psycopg")
    versions = checkout.path / "migrations/versions"
    last = max(versions.glob("*.py"))
    last.write_text(
        last.read_text().replace("def upgrade():\n", 'def upgrade():\n    op.execute("SELECT nothing()")\n')
    )

    result = checkout.guard("check")

    assert result.returncode == 1
    assert "error[upgrade-fails] migrations" in result.stdout
    assert "function nothing() does not exist" in " ".join(result.stdout.split())


def test_another_dialect(tmp_path):
    ladder = Ladder(str(tmp_path), str(tmp_path), {})
    with pytest.raises(ScratchError) as missing, ladder.databases(Needs()) as databases:
        databases.new(ScratchWanted("oracle", "oracledb"))
    assert missing.value.message == (
        "no scratch database can be made for oracle: give one, or better two, that are empty."
    )
