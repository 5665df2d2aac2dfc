"""The tools that read databases: which one is taken, and what is told to it."""

import sqlite3
from contextlib import closing

import pytest

from migrate_guard.errors import ScratchError
from migrate_guard.scratch.dumps import address, made, only_read

ASKED = {"host": "h", "port": 5, "username": "u", "password": "p", "database": "shop", "query": {}}


def tool(folder, name, script):
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_parts_of_a_url():
    assert address("postgresql+psycopg://ann:p%40ss@[::1]:5433/shop?sslmode=require") == {
        "host": "::1", "port": 5433, "username": "ann", "password": "p@ss", "database": "shop",
        "query": {"sslmode": "require"},
    }  # fmt: skip


def test_a_file_is_opened_to_be_read(tmp_path, monkeypatch):
    """One with a write-ahead log, which nobody uses, as if nobody could."""
    monkeypatch.chdir(tmp_path)
    uri = f"file:{tmp_path}/my%20shop.db?mode=ro"
    assert address("sqlite+aiosqlite:///my shop.db") == {"database": f"{tmp_path}/my shop.db"}
    plain = only_read("sqlite+aiosqlite:///my shop.db")
    assert plain == f"sqlite+aiosqlite:///{uri}&uri=true"
    with closing(sqlite3.connect("my shop.db")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE a (b)")
        assert only_read("sqlite:///my shop.db") == f"sqlite:///{uri}&uri=true"
    assert only_read("sqlite:///my shop.db") == f"sqlite:///{uri}&immutable=1&uri=true"


def test_an_older_pg_dump_is_passed_over(tmp_path, postgresql):
    """PostgreSQL's own refuses a newer server."""
    tool(tmp_path / "bin", "pg_dump", "echo pg_dump '(PostgreSQL) 9.6.1'")
    path = f"{tmp_path / 'bin'}:/bin"
    with pytest.raises(ScratchError) as raised:
        made("postgresql", "99.1", ASKED, {"PATH": path})
    error = raised.value
    assert error.message == "no pg_dump of PostgreSQL 99 or newer was found to read the database with."
    assert f"{tmp_path}/bin/pg_dump: pg_dump (PostgreSQL) 9.6.1" in error.cause.splitlines()
    assert f"{postgresql.folder}/pg_dump" in error.cause
    assert error.hint.startswith("apt install postgresql-client-99, ")


def test_a_session_of_pg_dump_can_only_read(tmp_path):
    tool(
        tmp_path,
        "pg_dump",
        'if [ "$1" = --version ]; then echo 99.1; else echo "$PGOPTIONS/$PGPASSWORD/$PGSSLMODE/$PGHOST" "$@"; fi',
    )
    asked = {**ASKED, "query": {"sslmode": "require"}}
    said = made("postgresql", "99.0", asked, {"PATH": f"{tmp_path}:/bin", "PGHOST": "elsewhere"})
    first, *words = said.split(" --")
    assert first == "-c default_transaction_read_only=on/p/require/"
    assert {"schema-only", "no-owner", "no-privileges", "host=h", "port=5", "username=u"} <= set(words)
    assert "p" not in " ".join(words).split()


@pytest.mark.parametrize(
    ("version", "alone"),
    [("mysqldump  Ver 8.0.36 for Linux", True), ("mysqldump from 11.4.2-MariaDB", False)],
    ids=["MySQL", "MariaDB"],
)
def test_mysqldump(tmp_path, version, alone):
    """Both are called so; only MySQL's knows these options."""
    tool(
        tmp_path,
        "mysqldump",
        f'if [ "$1" = --version ]; then echo "{version}"; else echo "$MYSQL_PWD" "$@"; fi',
    )
    said = made("mysql", "8.0.36", {**ASKED, "query": {"ssl_ca": "ca.pem"}}, {"PATH": str(tmp_path)}).split()
    assert said[:2] == ["p", "--no-defaults"]
    assert {"--no-data", "--single-transaction", "--host=h", "--ssl-ca=ca.pem"} <= set(said)
    assert ("--set-gtid-purged=OFF" in said) == alone
    assert said[-1] == "shop"


def test_no_tool(tmp_path, monkeypatch):
    monkeypatch.setattr("migrate_guard.scratch.mysql.USUAL_PLACES", ())
    with pytest.raises(ScratchError) as raised:
        made("mariadb", "10.11", ASKED, {"PATH": str(tmp_path)})
    assert raised.value.message == "no mariadb-dump or mysqldump was found to read the database with."
    assert "apt install mariadb-client" in raised.value.hint


def test_a_tool_that_fails(tmp_path):
    tool(tmp_path, "mysqldump", 'echo "Got error: 1045: Access denied" >&2; exit 2')
    with pytest.raises(ScratchError) as raised:
        made("mysql", "8.0", ASKED, {"PATH": str(tmp_path)})
    assert raised.value.message == "mysqldump could not read the database."
    assert raised.value.cause == "Got error: 1045: Access denied"
