"""What differs between two descriptions."""

import pytest

from migrate_guard.protocol.messages import DatabaseObject
from migrate_guard.schema.differences import differences


def one(kind, name, table="user", generated=False, **attributes):
    return DatabaseObject(kind, table, name, attributes, generated)


USER = one("table", "user")
PRIMARY = one("primary key", "user_pkey", generated=True, definition="PRIMARY KEY (id)")
NAME = one("column", "name", type="text", default="")
UNIQUE = one("unique constraint", "uq", definition="UNIQUE (name)")
UNNAMED = one("unique constraint", "user_name_key", generated=True, definition="UNIQUE (name)")

SAME = {
    "nothing": ([], []),
    "the same": ([USER, NAME, PRIMARY, UNIQUE], [USER, NAME, PRIMARY, UNIQUE]),
    "in another order": ([USER, UNIQUE, NAME], [NAME, USER, UNIQUE]),
    "a name that nobody chose": ([USER, UNIQUE], [USER, UNNAMED]),
    "two that say the same": ([USER, UNIQUE, UNNAMED], [USER, UNNAMED, UNIQUE]),
    "the list of a check in another order": (
        [USER, one("check constraint", "ck", definition="CHECK (a IN (1, 2))")],
        [USER, one("check constraint", "ck", definition="CHECK (a IN (2, 1))")],
    ),
    "what only revisions make": (
        [
            one("view", "v", "", definition="x"),
            one("function", "f", "", definition="x"),
            one("trigger", "t", definition="x"),
            one("schema", "s", ""),
            USER,
        ],
        [USER],
    ),
}


@pytest.mark.parametrize(("history", "models"), SAME.values(), ids=SAME)
def test_no_difference(history, models):
    assert differences(history, models) == []


def defined(text):
    return (("definition", text),)


DIFFERENT = {
    "a table more": ([], [USER, NAME], [("table", "user", "user", "", (), None)]),
    "a table less": ([USER, NAME, UNIQUE], [], [("table", "user", "user", "", None, ())]),
    "a column more": ([USER], [USER, NAME], [("column", "user", "name", "", (("type", "text"),), None)]),
    "an attribute": (
        [USER, NAME],
        [USER, one("column", "name", type="text", default="1")],
        [("column", "user", "name", "default", (("default", "1"),), ())],
    ),
    "a constraint less": (
        [USER, UNIQUE],
        [USER],
        [("unique constraint", "user", "uq", "", None, defined("UNIQUE (name)"))],
    ),
    "a constraint of the same name": (
        [USER, UNIQUE],
        [USER, one("unique constraint", "uq", definition="UNIQUE (email)")],
        [
            (
                "unique constraint",
                "user",
                "uq",
                "definition",
                defined("UNIQUE (email)"),
                defined("UNIQUE (name)"),
            )
        ],
    ),
    "a name that somebody chose": (
        [USER, UNIQUE],
        [USER, one("unique constraint", "other", definition="UNIQUE (name)")],
        [("unique constraint", "user", "other", "name", (("name", "other"),), (("name", "uq"),))],
    ),
    "a primary key of another name": (
        [USER, PRIMARY],
        [USER, one("primary key", "pk", definition="PRIMARY KEY (id, name)")],
        [
            (
                "primary key",
                "user",
                "pk",
                "definition",
                defined("PRIMARY KEY (id, name)"),
                defined("PRIMARY KEY (id)"),
            )
        ],
    ),
    "one of two": (
        [USER, UNIQUE],
        [USER, UNIQUE, UNNAMED],
        [("unique constraint", "user", "user_name_key", "", defined("UNIQUE (name)"), None)],
    ),
    "a view of the models": (
        [],
        [one("view", "v", "", definition="x")],
        [("view", "", "v", "", defined("x"), None)],
    ),
    "a changed view": (
        [one("view", "v", "", definition="x")],
        [one("view", "v", "", definition="y")],
        [("view", "", "v", "definition", defined("y"), defined("x"))],
    ),
    "an enum in another order": (
        [one("enum", "e", "", values="'a', 'b'")],
        [one("enum", "e", "", values="'b', 'a'")],
        [("enum", "", "e", "order", (("order", "'b', 'a'"),), (("order", "'a', 'b'"),))],
    ),
    "unnamed constraints in another order": (
        [USER, one("unique constraint", "user_a_b_key", generated=True, definition="UNIQUE (a, b)")],
        [USER, one("unique constraint", "user_b_a_key", generated=True, definition="UNIQUE (b, a)")],
        [
            (
                "unique constraint",
                "user",
                "user_b_a_key",
                "order",
                (("order", "UNIQUE (b, a)"),),
                (("order", "UNIQUE (a, b)"),),
            )
        ],
    ),
    "an enum that is left over": (
        [one("enum", "e", "", values="'a'")],
        [],
        [("enum", "", "e", "", None, (("values", "'a'"),))],
    ),
}


@pytest.mark.parametrize(("history", "models", "found"), DIFFERENT.values(), ids=DIFFERENT)
def test_a_difference(history, models, found):
    assert [one[:6] for one in differences(history, models)] == found


@pytest.mark.parametrize(
    ("name", "generated", "content"),
    [
        pytest.param("ck", False, "", id="named"),
        pytest.param("user_age_check1", True, "CHECK (age > 0)", id="named by the database"),
        pytest.param("", True, "CHECK (age > 0)", id="without a name"),
    ],
)
def test_what_nobody_has_named_is_known_by_its_content(name, generated, content):
    check = one("check constraint", name, "user", generated, definition="CHECK (age > 0)")
    (found,) = differences([USER], [USER, check])
    assert found.content == content
