"""What a fingerprint depends on, and what it does not."""

from dataclasses import replace

import pytest

from migrate_guard.findings.fingerprints import Point, content, of_module, of_operations, points
from migrate_guard.protocol.messages import DatabaseObject, Described, Operation
from migrate_guard.protocol.observation import Observation


def of_type(text):
    return (("type", text),)


COLUMN = Operation("column", "user", "phone", of_type("VARCHAR(20)"), None, path="app/models.py", line=7)
TYPE = Operation(
    "column", "user", "name", of_type("VARCHAR(80)"), of_type("VARCHAR(64)"), "type", "app/models.py", 5
)  # fmt: skip
INDEX = Operation("index", "user", "ix", (("columns", "name"),), None)
CHECK = Operation(
    "check constraint", "user", "", (("definition", "CHECK (age > 0)"),), None, content="CHECK (age > 0)"
)  # fmt: skip
KEY = Operation("foreign key", "post", "", (("columns", "user_id"),), None, content="FOREIGN KEY (user_id)")
VIEW = Operation("", "", "view active", (("code", "create_entity(...)"),), None)


# Held: they stand in the baselines of users
MARKS = ["d529eb22c0", "b9b7393535", "1b29b887ef", "1df6a0e2e8", "c41f1075ed", "109bcffc18"]


def mark(operation, *others):
    return of_operations([operation, *others])[operation]


SAME = {
    "the file has moved": (COLUMN, replace(COLUMN, path="src/app/users.py")),
    "the line has shifted": (COLUMN, replace(COLUMN, line=70)),
    "Alembic calls it otherwise": (
        COLUMN,
        replace(COLUMN, spelled="users.user", models=of_type("String(20)")),
    ),
    "Alembic does not see it": (TYPE, replace(TYPE, by_hand=True, described=True)),
    "the engine prints its type otherwise": (
        TYPE,
        replace(TYPE, models=of_type("varchar"), history=of_type("text")),
    ),
    "only another Alembic compares collations": (TYPE, replace(TYPE, attribute="collation")),
    "an index taken for a constraint": (INDEX, replace(INDEX, kind="unique constraint")),
    "a name that the database chose": (CHECK, replace(CHECK, name="user_check1")),
    "a check printed otherwise": (CHECK, replace(CHECK, content='CHECK ((("age" > (0)::integer)))')),
    "a key printed otherwise": (
        KEY,
        replace(KEY, content="foreign key (`user_id`) REFERENCES user(id)", name="post_ibfk_1"),
    ),
    "a database in another folder": (
        replace(COLUMN, database="/srv/a/app.db"),
        replace(COLUMN, database="/home-of-b/app.db"),
    ),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_stays(one, other):
    assert mark(one) == mark(other)
    assert len(mark(one)) == 10


OTHER = {
    "table": (COLUMN, replace(COLUMN, table="post")),
    "name": (COLUMN, replace(COLUMN, name="fax")),
    "database": (COLUMN, replace(COLUMN, database="engine1")),
    "kind": (INDEX, replace(INDEX, kind="foreign key")),
    "direction": (COLUMN, replace(COLUMN, models=None, history=of_type("VARCHAR(20)"))),
    "attribute": (TYPE, replace(TYPE, attribute="nullable")),
    "what a check says": (CHECK, replace(CHECK, content="CHECK (age > 1)")),
    "the columns of a key": (KEY, replace(KEY, content="FOREIGN KEY (owner_id)")),
    "what a plugin names": (VIEW, replace(VIEW, name="view inactive")),
}


@pytest.mark.parametrize(("one", "other"), OTHER.values(), ids=OTHER)
def test_differs(one, other):
    assert mark(one) != mark(other)


def test_dropped_and_made_again_is_one_change():
    """As an Alembic that does not see it, and the databases, would have it."""
    dropped = replace(INDEX, models=None, history=())
    changed = replace(INDEX, history=(("definition", "(id)"),), attribute="definition", by_hand=True)
    assert mark(dropped, INDEX) == mark(INDEX, dropped) == mark(changed) != mark(INDEX)


def test_the_marks_in_the_files_of_users_stay():
    assert [mark(one) for one in (COLUMN, TYPE, INDEX, CHECK, KEY, VIEW)] == MARKS


def test_modules_are_known_by_their_tables():
    assert of_module(["tag", "post"]) == of_module(("post", "tag")) != of_module(["post"])


@pytest.mark.parametrize(
    ("kind", "text", "known"),
    [
        pytest.param("check constraint", "CHECK (a  >= 'B c'::text)", "a>='bc'", id="check"),
        pytest.param("unique constraint", 'UNIQUE ("b", a)', "a,b", id="columns"),
        pytest.param("foreign key", "", "", id="nothing"),
    ],
)
def test_content(kind, text, known):
    assert content(kind, text) == known


# --- the same difference, touched again or not


def seen(*operations, name="VARCHAR(80)", phone="VARCHAR(20)", history="VARCHAR(64)", mood="'a'"):
    def column(name, type_):
        return DatabaseObject("column", "user", name, {"type": type_})

    user = DatabaseObject("table", "user", "user", {})
    models = [user, column("name", name), column("phone", phone), column("mood", "public.mood")]
    enum = DatabaseObject("enum", "", "public.mood", {"values": mood})
    return Observation(
        operations=tuple(operations),
        described=[
            Described("", True, [*models, enum]),
            Described("", False, [user, column("name", history), enum]),
        ],
    )


TABLE = Operation("table", "user", "user", (("columns", "name"),), None)
MOOD = replace(COLUMN, name="mood")
TOUCHED = {
    "nothing": (COLUMN, {}, True),
    "another column": (COLUMN, {"name": "TEXT"}, True),
    "its type in the models": (COLUMN, {"phone": "VARCHAR(30)"}, False),
    "its type in the history": (TYPE, {"history": "VARCHAR(60)"}, False),
    "a column of the table": (TABLE, {"phone": "VARCHAR(30)"}, False),
    "the values of its type": (MOOD, {"mood": "'a', 'b'"}, False),
    "the values of another's type": (COLUMN, {"mood": "'a', 'b'"}, True),
}


@pytest.mark.parametrize(("operation", "change", "same"), TOUCHED.values(), ids=TOUCHED)
def test_touched_again(operation, change, same):
    before = points(seen(operation))[operation]
    after = points(seen(operation, **change))[operation]
    assert (before == after) is same
    assert before.fingerprint == after.fingerprint


def test_without_descriptions_both_sides_tell():
    before, after = (
        points(Observation(operations=(op,)))[op] for op in (COLUMN, replace(COLUMN, models=of_type("TEXT")))
    )
    assert isinstance(before, Point) and before != after
    assert before.fingerprint == after.fingerprint


def test_without_descriptions_a_database_in_another_folder_is_the_same():
    here, there = (
        points(Observation(operations=(op,)))[op]
        for op in (replace(VIEW, database=f"/{folder}/app.db") for folder in "ab")
    )
    assert here == there
