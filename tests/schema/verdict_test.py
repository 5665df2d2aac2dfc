"""Autogenerate's opinion against what the databases say."""

import pytest

from migrate_guard.protocol.messages import DatabaseObject, Described, LeftOut, Operation
from migrate_guard.protocol.observation import Observation
from migrate_guard.schema.verdict import confirm, held


def one(kind, name, table="user", generated=False, path="", line=0, **attributes):
    return DatabaseObject(kind, table, name, attributes, generated, path, line)


def column(name, **attributes):
    return one(
        "column",
        name,
        path="models.py",
        line=7,
        **{"type": "text", "nullable": "nullable", "default": "", **attributes},
    )


def said(kind, name, attribute="", table="user", models="x"):
    return Operation(kind, table, name, (("type", models),), None, attribute)


USER = one("table", "user", path="models.py", line=5)
CHECK = one("check constraint", "ck", definition="CHECK (a > 0)")


def judged(reported, history, models, left_out=()):
    described = (Described("", False, [USER, *history]), Described("", True, [USER, *models]))
    refused = tuple(LeftOut("", *item) for item in left_out)
    return confirm(Observation(operations=tuple(reported), refused=refused, described=described))


def shown(operations):
    return [
        (op.kind, op.name, op.models, op.history, f"{op.path}:{op.line}", op.by_hand, op.described)
        for op in operations
    ]


CONFIRMED = {
    "a column": ([said("column", "a")], [], [column("a")]),
    "a type": ([said("column", "a", "type")], [column("a")], [column("a", type="int")]),
    "a default that became a sequence": (
        [said("column", "a", "default")],
        [column("a", sequence="")],
        [column("a", sequence="x")],
    ),
    "an unnamed constraint": (
        [said("unique constraint", "")],
        [],
        [one("unique constraint", "user_a_key", definition="UNIQUE (a)")],
    ),
    "an index that is a constraint to the database": (
        [said("index", "ix")],
        [],
        [one("unique constraint", "ix", definition="UNIQUE (a)")],
    ),
    "the old name": (
        [said("check constraint", "ck")],
        [CHECK],
        [one("check constraint", "new", definition="CHECK (a > 0)")],
    ),
    "a column with its enum": (
        [said("column", "a", models="e")],
        [],
        [column("a", type="e"), one("enum", "e", "", values="'x'")],
    ),
    "an index of a new table": (
        [said("table", "new", table="new"), said("index", "ix", table="new")],
        [],
        [one("table", "new", "new"), one("index", "ix", "new", definition="(a)")],
    ),
    "a plugin's own": (
        [Operation("", "", "enum value public.e", (("code", "x"),), None)],
        [one("enum", "e", "", values="'x'")],
        [one("enum", "e", "", values="'x', 'y'")],
    ),
}


@pytest.mark.parametrize(("reported", "history", "models"), CONFIRMED.values(), ids=CONFIRMED)
def test_what_both_say_is_said_once(reported, history, models):
    seen = judged(reported, history, models)
    assert (seen.operations, seen.extras, seen.overruled) == (tuple(reported), (), 0)


OVERRULED = {
    "a type": ([said("column", "a", "type")], [column("a")], [column("a")]),
    "a type beside another change": (
        [said("column", "a", "type")],
        [column("a")],
        [column("a", nullable="NOT NULL")],
    ),
    "an index": (
        [said("index", "ix")],
        [one("index", "ix", definition="(a)")],
        [one("index", "ix", definition="(a)")],
    ),
    "a table": ([said("table", "user", table="user")], [], []),
}


@pytest.mark.parametrize(("reported", "history", "models"), OVERRULED.values(), ids=OVERRULED)
def test_what_the_databases_do_not_confirm_is_none(reported, history, models):
    seen = judged(reported, history, models)
    assert (seen.overruled, [op for op in seen.operations if op in reported]) == (1, [])


def test_what_autogenerate_does_not_see():
    seen = judged([], [column("a")], [column("a", default="1"), CHECK])
    assert shown(seen.operations) == [
        ("check constraint", "ck", (("definition", "CHECK (a > 0)"),), None, "models.py:5", True, True),
        ("column", "a", (("default", "1"),), (), "models.py:7", True, True),
    ]


EXTRAS = {
    "an order": (
        [one("unique constraint", "uq", definition="UNIQUE (a, b)")],
        [one("unique constraint", "uq", definition="UNIQUE (b, a)")],
    ),
    "a default": ([column("a", default="1")], [column("a")]),
    "a comment": ([column("a", comment="x")], [column("a", comment="")]),
    "a check": ([CHECK], []),
    "a name": ([CHECK], [one("check constraint", "other", definition="CHECK (a > 0)")]),
}


@pytest.mark.parametrize(("history", "models"), EXTRAS.values(), ids=EXTRAS)
def test_what_the_history_has_beyond_the_models(history, models):
    seen = judged([], history, models)
    assert (seen.operations, len(seen.extras)) == ((), 1)


HELD = {
    "a check": ([CHECK], [], [CHECK], True),
    "a check in other words": (
        [one("check constraint", "ck", definition="CHECK (a IN (1, 2))")],
        [],
        [one("check constraint", "ck", definition="CHECK (a IN (2, 1))")],
        True,
    ),
    "no check": ([CHECK], [], [], False),
    "another check": ([CHECK], [], [one("check constraint", "ck", definition="CHECK (a > 1)")], False),
    "a default": ([column("a", default="1")], [column("a")], [column("a", default="1")], True),
    "no default": ([column("a", default="1")], [column("a")], [column("a")], False),
    "a name": (*EXTRAS["a name"], [CHECK], True),
    "a third name": (
        *EXTRAS["a name"],
        [one("check constraint", "third", definition="CHECK (a > 0)")],
        False,
    ),
    "an order": (*EXTRAS["an order"], EXTRAS["an order"][0], True),
    "this order already": (*EXTRAS["an order"], EXTRAS["an order"][1], False),
    "a view": (
        [one("view", "v", "", definition="x")],
        [one("view", "v", "", definition="y")],
        [one("view", "v", "", definition="x")],
        None,
    ),
}


@pytest.mark.parametrize(("history", "models", "before", "expected"), HELD.values(), ids=HELD)
def test_what_the_models_had_before(history, models, before, expected):
    extras = judged([], history, models).extras
    assert [held(judged([], [], before), one) for one in extras] == ([] if expected is None else [expected])


def gone(kind, name, table, direction="drop"):
    sides = (None, ()) if direction == "drop" else ((), None)
    return Operation(kind, table, name, *sides)


def test_what_comes_of_sets_is_in_one_order():
    """In the places that it takes: tables that are gone with what they had, columns of one table, and foreign keys."""
    new, last = gone("table", "new", "new", "add"), gone("column", "x", "user", "add")
    found = [
        new,
        gone("index", "ix_z", "z"),
        gone("table", "z", "z"),
        gone("table", "a", "a"),
        last,
        gone("column", "c", "user"),
        gone("column", "b", "user"),
        gone("foreign key", "fk2", "user", "add"),
        gone("foreign key", "fk1", "user", "add"),
    ]
    seen = confirm(Observation(operations=tuple(found)))
    assert seen.operations == (
        new, found[3], found[1], found[2], last, found[6], found[5], found[8], found[7]
    )  # fmt: skip


LEFT_OUT = {
    "a table": (("table", "user", "user"), [], [column("a")]),
    "a column": (("column", "user", "a"), [], [column("a")]),
    "its default": (("column", "user", "a", "default"), [column("a")], [column("a", default="1")]),
    "a constraint": (("check constraint", "user", "ck"), [], [CHECK]),
}


@pytest.mark.parametrize(("left_out", "history", "models"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_the_project_leaves_out(left_out, history, models):
    seen = judged([], history, models, [left_out])
    assert (seen.operations, seen.extras, seen.left_out) == ((), (), 1)


def test_another_attribute_is_not_left_out():
    seen = judged([], [column("a")], [column("a", default="1")], [("column", "user", "a", "type")])
    assert (len(seen.operations), seen.left_out) == (1, 0)


def test_a_database_that_was_not_built_leaves_autogenerates_opinion():
    seen = confirm(Observation(operations=(said("column", "a"),)))
    assert seen.operations == (said("column", "a"),)
