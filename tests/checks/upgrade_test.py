"""A revision that raises: its words, its place, and what SQLite cannot do."""

import pytest

from migrate_guard.checks.facts import Facts
from migrate_guard.checks.upgrade import upgrade
from migrate_guard.environments import Environment
from migrate_guard.history.graph import Graph
from migrate_guard.protocol import Observation, UpgradeFailed

BATCH = "SQLite cannot alter that in place: use op.batch_alter_table, or render_as_batch=True in env.py."


def facts(error=None):
    failed = error and UpgradeFailed("bbbbbbbbbbbb", "migrations/versions/b.py", 12, error)
    return Facts(
        Environment("migrations", "migrations"), Graph([]), observation=Observation(upgrade_failed=failed)
    )


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        pytest.param("ValueError: no", ("ValueError: no",), id="one line"),
        pytest.param("E: a\n[SQL: b]", ("E: a", "[SQL: b]"), id="the database's words"),
        pytest.param('(sqlite3) near "ALTER": x', ('(sqlite3) near "ALTER": x', BATCH), id="alter column"),
        pytest.param(
            "N: No support for ALTER of constraints in SQLite dialect.",
            ("N: No support for ALTER of constraints in SQLite dialect.", BATCH),
            id="alter constraint",
        ),
    ],
)
def test_finds(error, detail):
    (found,) = upgrade(facts(error))
    assert (found.name, found.path, found.line) == ("upgrade-fails", "migrations/versions/b.py", 12)
    assert found.fact == "revision bbbbbbbbbbbb raises when it is replayed on an empty database."
    assert found.detail == detail


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(facts(), id="all revisions replayed"),
        pytest.param(Facts(Environment("migrations", "migrations"), Graph([])), id="the worker did not run"),
    ],
)
def test_does_not_find(given):
    assert upgrade(given) == []
