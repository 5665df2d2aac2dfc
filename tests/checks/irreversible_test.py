"""What a downgrade leaves, takes along or changes, and the line that mends it."""

import pytest

from migrate_guard.checks.facts import Facts
from migrate_guard.checks.irreversible import irreversible
from migrate_guard.history.environment import Environment
from migrate_guard.history.graph import Graph
from migrate_guard.protocol.messages import DatabaseObject, DowngradeFailed, Known, Stood
from migrate_guard.protocol.observation import Observation

PATH = "migrations/versions/b.py"


def found(before=(), after=(), database="", **seen):
    stood = [Stood(database, False, list(before)), Stood(database, True, list(after))]
    observation = Observation(proved=(Known("bbbb", ["aaaa"], [], [], PATH),), stood=stood, **seen)
    return irreversible(Facts(Environment("migrations", "migrations"), Graph([]), observation=observation))


USER = DatabaseObject("table", "public.user", "public.user", {})
MOOD = DatabaseObject("enum", "", "public.mood", {"values": "'ok'"})
LINES = [
    pytest.param(MOOD, "enum mood", "op.execute('DROP TYPE mood')", id="enum"),
    pytest.param(DatabaseObject("domain", "", "app.zip", {}), "domain app.zip", "op.execute('DROP DOMAIN app.zip')", id="domain"),
    pytest.param(DatabaseObject("sequence", "", "public.s", {}), "sequence s", "op.execute('DROP SEQUENCE s')", id="sequence"),
    pytest.param(DatabaseObject("view", "", "public.v", {}), "view v", "op.execute('DROP VIEW v')", id="view"),
    pytest.param(DatabaseObject("function", "", "public.f(integer)", {}), "function f(integer)", "op.execute('DROP FUNCTION f(integer)')", id="function"),
    pytest.param(DatabaseObject("schema", "", "app", {}), "schema app", "op.execute('DROP SCHEMA app')", id="schema"),
    pytest.param(DatabaseObject("trigger", "public.user", "t", {}), "trigger t of user", "op.execute('DROP TRIGGER t ON user')", id="trigger"),
    pytest.param(DatabaseObject("table", "app.post", "app.post", {}), "table app.post", "op.drop_table('post', schema='app')", id="table"),
    pytest.param(DatabaseObject("column", "public.user", "age", {}), "column user.age", "op.drop_column('user', 'age')", id="column"),
    pytest.param(DatabaseObject("index", "public.user", "i", {}), "index i of user", "op.drop_index('i', table_name='user')", id="index"),
    pytest.param(DatabaseObject("check constraint", "public.user", "c", {}), "check constraint c of user", "op.drop_constraint('c', 'user')", id="constraint"),
]  # fmt: skip


@pytest.mark.parametrize(("thing", "named", "line"), LINES)
def test_left_behind(thing, named, line):
    (finding,) = found([USER], [USER, thing])
    assert finding.detail == (f"{named} is left behind", f"    add to downgrade(): {line}")
    assert (finding.path, finding.severity) == (PATH, "error")
    assert finding.fact == (
        "the downgrade of revision bbbb does not lead back to the schema that was there before."
    )


@pytest.mark.parametrize("thing", [MOOD, DatabaseObject("view", "", "public.v", {"definition": "SELECT 1"})])
def test_taken_along(thing):
    """Views as well, which the models have no word for."""
    (finding,) = found([USER, thing], [USER])
    assert finding.detail[0].startswith(f"{thing.kind} {thing.name[7:]} is gone: ")
    assert finding.detail[1:] == ("    add to downgrade() what makes it again",)


def test_changed():
    columns = [
        DatabaseObject("column", "public.user", "age", {"nullable": said}) for said in ("NOT NULL", "NULL")
    ]
    (finding,) = found([USER, columns[0]], [USER, columns[1]], "other")
    assert finding.detail == (
        "column user.age (database other): nullable NULL; before it was NOT NULL",
        "    add to downgrade() what sets it back",
    )


def test_raises_without_leaving_anything():
    (finding,) = found(downgrade_failed=DowngradeFailed("bbbb", PATH, 7, "ValueError: no\nmore"))
    assert (finding.fact, finding.detail, finding.path, finding.line) == (
        "revision bbbb raises when it is downgraded.",
        ("ValueError: no", "more"),
        PATH,
        7,
    )


def test_the_way_back():
    assert found([USER, MOOD], [MOOD, USER]) == []
