"""A revision that raises: its words, its place, and the way out."""

import pytest

from migrate_guard.checks.facts import Facts
from migrate_guard.checks.upgrade import upgrade
from migrate_guard.history.environment import Environment
from migrate_guard.history.graph import Graph
from migrate_guard.protocol.messages import StartDump, UpgradeFailed
from migrate_guard.protocol.observation import Observation

BATCH = """\
SQLite cannot alter that in place: use op.batch_alter_table, or render_as_batch=True in env.py. If these migrations never run on \
SQLite, show the URL of the database that they run on; it is never connected to:
[tool.migrate-guard]
env = {DATABASE_URL = "postgresql://localhost/app"}"""

SCHEMA = """\
No revision has made the schema app by then. Where a DBA makes it, scratch databases need it too, in \
[tool.migrate-guard]:
scratch_setup = "CREATE ROLE app; CREATE SCHEMA app;"\
"""


def facts(error=None, **more):
    failed = error and UpgradeFailed("bbbbbbbbbbbb", "migrations/versions/b.py", 12, error)
    return Facts(
        Environment("migrations", "migrations"),
        Graph([]),
        observation=Observation(upgrade_failed=failed, **more),
        scratch_setup={"": "CREATE ROLE app"},
    )


@pytest.mark.parametrize(
    ("error", "detail", "hint"),
    [
        pytest.param("ValueError: no", ("ValueError: no",), "", id="one line"),
        pytest.param("E: a\n[SQL: b]", ("E: a", "[SQL: b]"), "", id="the database's words"),
        pytest.param('(sqlite3) near "ALTER": x', ('(sqlite3) near "ALTER": x',), BATCH, id="a way out"),
        pytest.param(
            'E: schema "app" does not exist', ('E: schema "app" does not exist',), SCHEMA, id="lines to paste"
        ),
    ],
)
def test_finds(error, detail, hint):
    (found,) = upgrade(facts(error))
    assert (found.name, found.path, found.line) == ("upgrade-fails", "migrations/versions/b.py", 12)
    assert found.fact == "revision bbbbbbbbbbbb raises when it is replayed on an empty database."
    assert (found.detail, found.hint) == (detail, hint)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(facts(), id="all revisions replayed"),
        pytest.param(Facts(Environment("migrations", "migrations"), Graph([])), id="the worker did not run"),
    ],
)
def test_does_not_find(given):
    assert upgrade(given) == []


def test_after_a_start():
    start = StartDump("db/start.sql", ["aaaaaaaaaaaa"], [])
    (found,) = upgrade(facts("E: a", starts=(start,)))
    assert found.fact == (
        "revision bbbbbbbbbbbb raises when it is replayed from a start at aaaaaaaaaaaa (db/start.sql)."
    )
