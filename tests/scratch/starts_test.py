"""What a judged database begins with: for which one it is, and what of a dump is run."""

import pytest

from migrate_guard.errors import ConfigError
from migrate_guard.protocol.messages import JUDGED, ScratchWanted
from migrate_guard.scratch.starts import Start, Starts

OURS = "-- start at a ({}, migrate-guard 0.1.0)\n"


def asked(url="sqlite:///app/shop.db", name="app/shop.db"):
    dialect = url.partition(":")[0]
    return ScratchWanted(dialect, "driver", name, purpose=JUDGED, url=url)


def start(text, database=""):
    return Start(("a",), "start.sql", text, database)


def run(text, dialect):
    given = Starts((start(text),)).of(asked(f"{dialect}://u:***@h/shop", "shop"))
    assert (given.file, given.revisions) == ("start.sql", ["a"])
    return given.statements


@pytest.mark.parametrize(
    ("dialect", "text", "statements"),
    [
        pytest.param("sqlite", OURS.format("SQLite 3.40.1") + "A;", [(2, "A")], id="our own"),
        pytest.param("sqlite", "A; \n\n B\n;", [(1, "A"), (3, "B")], id="by hand"),
        pytest.param(
            "sqlite",
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN\n  SELECT 1;\n  SELECT ';';\nEND;\nB;",
            [(1, "CREATE TRIGGER t AFTER INSERT ON a BEGIN\n  SELECT 1;\n  SELECT ';';\nEND"), (5, "B")],
            id="a trigger of SQLite",
        ),
        pytest.param(
            "postgresql",
            "\\restrict x\nSET transaction_timeout = 0;\nSELECT '\n\\connect';\n\\unrestrict x\n",
            [(3, "SELECT '\n\\connect'")],
            id="commands of psql, and what older servers do not know",
        ),
        pytest.param(
            "postgresql",
            "CREATE SCHEMA billing; CREATE SCHEMA IF NOT EXISTS b",
            [(1, "CREATE SCHEMA IF NOT EXISTS billing"), (1, "CREATE SCHEMA IF NOT EXISTS b")],
            id="a schema that may be there",
        ),
        pytest.param(
            "mysql",
            "-- MariaDB dump 10.19\nA;\nDELIMITER ;;\nBEGIN a; b; END ;;\nDELIMITER ;\n/*!50003 C */;\n",
            [(2, "A"), (4, "BEGIN a; b; END"), (6, "/*!50003 C */")],
            id="another end, and MariaDB's for MySQL",
        ),
    ],
)
def test_what_is_run(dialect, text, statements):
    assert run(text, dialect) == statements


@pytest.mark.parametrize(
    ("dialect", "text", "message", "hint"),
    [
        pytest.param(
            "sqlite",
            OURS.format("PostgreSQL 15.18") + "A;",
            "start.sql is a dump of PostgreSQL, and the database is one of sqlite.",
            "Make it anew: migrate-guard scratch dump.",
            id="our own of another dialect",
        ),
        pytest.param(
            "postgresql",
            "/*M!999999\\- enable the sandbox mode */\n-- MariaDB dump 10.19\nA;",
            "start.sql is a dump of MariaDB, and the database is one of postgresql.",
            "Make it anew: migrate-guard scratch dump.",
            id="mysqldump's",
        ),
        pytest.param(
            "sqlite",
            "--\n-- PostgreSQL database dump\n--\nA;",
            "start.sql is a dump of PostgreSQL, and the database is one of sqlite.",
            "Make it anew: migrate-guard scratch dump.",
            id="pg_dump's",
        ),
        pytest.param(
            "sqlite",
            "-- nothing\n",
            "start.sql holds no statement.",
            "Make it anew: migrate-guard scratch dump. "
            "Where the shell has emptied it for > start.sql: let it write another file.",
            id="nothing",
        ),
        pytest.param(
            "postgresql",
            "A;\nCOPY public.a (b) FROM stdin;\n1\n\\.\n",
            "start.sql:2 holds rows, and a start dump holds none.",
            "Make it anew: migrate-guard scratch dump, or pg_dump --schema-only.",
            id="rows",
        ),
    ],
)
def test_what_cannot_be_used(dialect, text, message, hint):
    with pytest.raises(ConfigError) as raised:
        run(text, dialect)
    assert (raised.value.message, raised.value.hint) == (message, hint)


def test_the_database_that_it_is_for():
    starts = Starts((start("A", "shop.db"), start("B", "app/users.db")))
    shop, users = starts.of(asked()), starts.of(asked("sqlite:///app/users.db", "app/users.db"))
    other = starts.of(asked("sqlite:///other.db", "other.db"))
    assert (shop.statements, users.statements, other) == ([(1, "A")], [(1, "B")], None)
    starts.require_all_used()


def test_a_database_that_there_is_not():
    starts = Starts((start("A", "nothing.db"),))
    assert starts.of(asked()) is None
    with pytest.raises(ConfigError) as raised:
        starts.require_all_used()
    assert (raised.value.message, raised.value.cause, raised.value.hint) == (
        "start names the database nothing.db, and none is called so.",
        "sqlite:///app/shop.db",
        "database in the table start of [tool.migrate-guard] is the end of a URL.",
    )
