"""What differences are called, and what each side says."""

from dataclasses import replace

import pytest

from migrate_guard.protocol.messages import DatabaseObject, Operation, Rename
from migrate_guard.schema.differences import differences
from migrate_guard.schema.words import message, said, what

PHONE = Operation("column", "public.user", "phone", (("type", "VARCHAR(20)"),), None, spelled="user")
GONE = Operation("table", "old", "old", None, ())
WIDER = Operation(
    "column", "user", "name", (("type", "VARCHAR(80)"),), (("type", "VARCHAR(64)"),), "type"
)  # fmt: skip
INDEX = Operation("index", "user", "ix_user_name", (("unique", "yes"), ("columns", "name")), None)
VIEW = Operation("", "", "view active", (("code", "op.create_view(...)"),), None)
NEW = Operation("table", "post", "post", (("columns", "id, title"),), None)
CHECK = Operation("check constraint", "public.user", "ck", (("definition", "a > 0"),), None, spelled="user")


def column(*models, history=None, attribute=""):
    return Operation("column", "user", "a", models, history, attribute)


def key(kind, name, **more):
    return Operation(kind, "user", name, (("columns", "a, b"),), None, **more)


DESCRIBED = replace(CHECK, described=True, history=None, models=(("definition", "CHECK (a > 0)"),))
DEFAULT = Operation(
    "column", "public.user", "a", (("default", "1"),), (), "default", spelled="user", described=True
)
COMMENT = Operation("table", "user", "user", (("comment", "People"),), (), "comment")


@pytest.mark.parametrize(
    ("operation", "named", "models", "history"),
    [
        pytest.param(PHONE, "column user.phone", "VARCHAR(20)", "", id="a column"),
        pytest.param(WIDER, "column user.name", "VARCHAR(80)", "VARCHAR(64)", id="a type"),
        pytest.param(column(("type", "INT"), ("primary key", "yes"), ("default", "yes")), "column user.a",
                     "INT primary key with a server default", "", id="a primary key"),
        pytest.param(column(("type", "INT"), ("nullable", "NOT NULL")), "column user.a", "INT NOT NULL", "", id="required"),
        pytest.param(column(("nullable", "NOT NULL"), history=(("nullable", "nullable"),), attribute="nullable"),
                     "column user.a", "NOT NULL", "nullable", id="required from now on"),
        pytest.param(column(("default", "now()"), history=(), attribute="default"), "column user.a",
                     "server default now()", "no server default", id="a default"),
        pytest.param(column(("comment", "x"), history=(), attribute="comment"), "column user.a", "comment 'x'", "comment None",
                     id="a comment"),
        pytest.param(column(("type", "INT"), history=(), attribute="type"), "column user.a", "INT", "no type", id="no type"),
        pytest.param(column(("name", "b"), history=(("name", "a"),), attribute="name"), "column user.a", "name b", "name a",
                     id="another name"),
        pytest.param(NEW, "table post", "columns id, title", "", id="a table"),
        pytest.param(GONE, "table old", "", "has it", id="a table that is dropped"),
        pytest.param(COMMENT, "comment of table user", "'People'", "None", id="a comment of a table"),
        pytest.param(INDEX, "index ix_user_name of user", "unique on name", "", id="an index"),
        pytest.param(replace(INDEX, name=""), "index None of user", "unique on name", "", id="an index without a name"),
        pytest.param(key("unique constraint", "uq"), "unique constraint uq of user", "on a, b", "", id="a unique constraint"),
        pytest.param(key("foreign key", ""), "foreign key constraint of user", "on a, b", "", id="a foreign key"),
        pytest.param(CHECK, "check constraint ck of user", "a > 0", "", id="a check"),
        pytest.param(VIEW, "view active", "op.create_view(...)", "", id="a plugin's"),
        pytest.param(replace(VIEW, history=()), "view active", "op.create_view(...)", "something else", id="changed by a plugin"),
        pytest.param(replace(VIEW, models=None, history=()), "view active", "", "has it", id="dropped by a plugin"),
        pytest.param(DESCRIBED, "check constraint ck of user", "CHECK (a > 0)", "", id="as the database says it"),
        pytest.param(DEFAULT, "column user.a", "default 1", "default none", id="a default, as the database says it"),
        pytest.param(replace(key("foreign key", "fk"), described=True), "foreign key fk of user", "columns a, b", "",
                     id="a foreign key, as the database says it"),
        pytest.param(Operation("enum", "", "public.mood", (("values", "'a'"),), None, described=True), "enum mood",
                     "values 'a'", "", id="what belongs to no table"),
    ],
)  # fmt: skip
def test_words(operation, named, models, history):
    assert what(operation) == named
    assert (said(operation, operation.models), said(operation, operation.history)) == (models, history)


def test_words_of_a_difference_that_nobody_reports():
    user = DatabaseObject("table", "public.user", "public.user", {})
    old, new = (
        DatabaseObject("column", "public.user", "age", {"type": "int", "default": text}) for text in ("", "1")
    )
    (found,) = differences([user, old], [user, new])
    assert (what(found), said(found, found.models), said(found, found.history)) == (
        "column user.age",
        "default 1",
        "default none",
    )


@pytest.mark.parametrize(
    ("operations", "text"),
    [
        pytest.param([PHONE], "add_user_phone", id="one"),
        pytest.param([PHONE, PHONE], "add_user_phone", id="the same twice"),
        pytest.param([PHONE, GONE], "add_user_phone_and_drop_old", id="two"),
        pytest.param([PHONE, GONE, WIDER, GONE], "add_user_phone_and_drop_old_and_more", id="too long"),
        pytest.param([NEW], "create_post", id="a table"),
        pytest.param([INDEX], "add_ix_user_name", id="an index"),
        pytest.param([CHECK], "add_check_constraint_ck_of_user", id="a constraint"),
        pytest.param([COMMENT], "alter_comment_of_table_user", id="a comment of a table"),
        pytest.param([VIEW], "add_view_active", id="a plugin's"),
        pytest.param([replace(PHONE, spelled="billing.user")], "add_billing_user_phone", id="in a schema"),
        pytest.param([replace(PHONE, name="my phone")], "add_column_user_my_phone", id="a name of two words"),
    ],
)
def test_message(operations, text):
    assert message(operations) == text


@pytest.mark.parametrize(
    ("renamed", "text"),
    [
        (Rename("", "column", "public.user", "name", "label"), "rename_user_name_to_label_and_drop_old"),
        (Rename("", "table", "public.a", "public.a", "public.b"), "rename_a_to_b_and_drop_old"),
    ],
    ids=["a column", "a table"],
)
def test_a_message_begins_with_what_is_renamed(renamed, text):
    assert message([GONE], [renamed]) == text
