"""What is asked before a revision is written, how it reads, and what each answer comes to."""

from dataclasses import replace

import pytest

from migrate_guard.errors import ConfigError
from migrate_guard.findings.remedy import Place, Unanswered, Write
from migrate_guard.history.environment import Environment
from migrate_guard.protocol.messages import (
    DatabaseObject,
    Described,
    Fill,
    Operation,
    Orders,
    Rename,
    Renaming,
)
from migrate_guard.protocol.observation import Observation
from migrate_guard.questions import find
from migrate_guard.questions.answers import Answers, parse
from migrate_guard.questions.decide import Decider, Decisions
from migrate_guard.report.questions import answer as answered
from migrate_guard.report.questions import asked as asks
from migrate_guard.report.questions import block, choices


def column(name, models=None, history=None, table="user"):
    """Each side as "TYPE", "TYPE NOT NULL" and so on."""
    return Operation(
        "column",
        f"public.{table}",
        name,
        as_data(models),
        as_data(history),
        "",
        "models.py",
        9,
        spelled=table,
    )


def as_data(text):
    more = {
        " primary key": ("primary key", "yes"),
        " NOT NULL": ("nullable", "NOT NULL"),
        " with a server default": ("default", "yes"),
    }
    type_ = text and text.partition(" ")[0]
    return text and (("type", type_), *(pair for words, pair in more.items() if words in text))


def table(name, added=False):
    models, history = ((("columns", "id"),), None) if added else (None, ())
    named = f"public.{name}"
    return Operation("table", named, named, models, history, "", "models.py", 3, spelled=name)


def described(models, **tables):
    return Described(
        "",
        models,
        [
            DatabaseObject(kind, f"public.{name}", part, {"type": type_})
            for name, columns in tables.items()
            for kind, part, type_ in [
                ("table", f"public.{name}", ""),
                *(("column", part, type_) for part, type_ in columns.items()),
            ]
        ],
    )


def asked(operations, *descriptions):
    """(name, candidates) of each question."""
    questions = find(operations, list(descriptions))
    return [(question.name, [candidate.name for candidate in question.candidates]) for question in questions]


def screen_of(environment, questions):
    return block(Unanswered(environment, tuple(questions), Write()), Place(Environment(environment, "m")))


OLD = column("name", history="VARCHAR(50) NOT NULL")
NEW = column("full_name", models="VARCHAR(50) NOT NULL")
AGE = column("age", models="INTEGER NOT NULL")
REQUIRED = replace(
    column("email"),
    attribute="nullable",
    models=(("nullable", "NOT NULL"),),
    history=(("nullable", "nullable"),),
)


@pytest.mark.parametrize(
    ("operations", "questions"),
    [
        pytest.param([OLD, NEW], [("user.name", ["user.full_name"])], id="dropped and added"),
        pytest.param([OLD], [], id="only dropped"),
        pytest.param([column("nick", models="TEXT")], [], id="only added"),
        pytest.param([OLD, column("nick", models="TEXT")], [("user.name", ["user.nick"])], id="same family"),
        pytest.param([OLD, column("born", models="DATE")], [], id="another family"),
        pytest.param([OLD, column("title", models="VARCHAR(50)", table="post")], [], id="another table"),
        pytest.param([column("a", history="MOOD"), column("b", models="MOOD")], [("user.a", ["user.b"])],
                     id="a type of the database's own"),
        pytest.param([column("a", history="INTEGER[]"), column("b", models="INTEGER")], [], id="an array and one"),
        pytest.param(
            [OLD, column("nick", models="VARCHAR(20)"), NEW], [("user.name", ["user.full_name", "user.nick"])],
            id="the likelier first",
        ),
        pytest.param(
            [column("mail", history="VARCHAR(9)"), OLD, NEW, column("email", models="VARCHAR(9)")],
            [("user.mail", ["user.email", "user.full_name"]), ("user.name", ["user.full_name", "user.email"])],
            id="the likeliest question first",
        ),
        pytest.param([OLD, NEW, NEW], [("user.name", ["user.full_name"])], id="said once for each tenant"),
        pytest.param([AGE], [("user.age", [])], id="a required column"),
        pytest.param([column("age", models="INTEGER")], [], id="one that is not required"),
        pytest.param([column("age", models="INTEGER NOT NULL with a server default")], [], id="with a default"),
        pytest.param([column("id", models="INTEGER primary key")], [], id="a primary key"),
        pytest.param([OLD, NEW, AGE], [("user.name", ["user.full_name"]), ("user.age", [])], id="both"),
        pytest.param([REQUIRED, REQUIRED], [("user.email", [])], id="required from now on"),
        pytest.param([replace(REQUIRED, models=REQUIRED.history, history=REQUIRED.models)], [], id="no longer required"),
    ],
)  # fmt: skip
def test_columns(operations, questions):
    assert asked(operations) == questions


USER = {"id": "integer", "name": "text", "email": "text"}


@pytest.mark.parametrize(
    ("before", "after", "candidates"),
    [
        pytest.param(USER, USER, ["account"], id="the same columns"),
        pytest.param(USER, {"id": "bigint", "full_name": "text", "address": "text"}, ["account"],
                     id="columns of the same types"),
        pytest.param(USER, {"id": "integer", "of": "date", "amount": "money", "note": "text"}, None, id="little alike"),
    ],
)  # fmt: skip
def test_tables(before, after, candidates):
    operations = [table("user"), table("account", added=True)]
    sides = [described(False, user=before), described(True, account=after)]
    assert asked(operations, *sides) == ([("user", candidates)] if candidates else [])


def test_tables_whose_columns_nobody_knows():
    assert asked([table("user"), table("account", added=True)]) == [("user", ["account"])]


def test_a_table_of_another_schema_is_another_table():
    moved = Operation("table", "billing.user", "billing.user", (("columns", "id"),), None)
    assert asked([table("user"), moved]) == []


def test_the_screen(shows):
    questions = find([OLD, NEW, column("nick", models="TEXT"), AGE], [])
    shows(screen_of("migrations", questions), "questions", "of several kinds")


def test_the_screen_of_a_column_that_is_there(shows):
    shows(screen_of("migrations", find([REQUIRED], [])), "questions", "a column that is there")


def test_the_screen_of_a_table(shows):
    sides = [described(False, user=USER), described(True, account={**USER, "phone": "text"})]
    questions = find([table("user"), table("account", added=True)], sides)
    shows(screen_of("", questions), "questions", "a table")


# --- answers


ANSWERS = Answers(
    (("user.name", "user.full_name"),),
    True,
    (("user.age", "0"),),
    (("user.short", "substr(name, 1, 2)"),),
    True,
)


def test_answers_are_typed_again_as_they_were_given():
    options = {
        "renames": ["user.name:user.full_name"],
        "no_rename": True,
        "defaults": ["user.age=0"],
        "backfills": ["user.short = substr(name, 1, 2)"],
        "allow_empty_only": True,
    }
    assert parse(**options) == ANSWERS
    assert " ".join(ANSWERS.options()) == (
        "--rename user.name:user.full_name --no-rename --default user.age=0 "
        "--backfill 'user.short=substr(name, 1, 2)' --allow-empty-only"
    )


@pytest.mark.parametrize(
    ("option", "said", "message", "hint"),
    [
        ("renames", "user.name", "--rename user.name says nothing.", "For example: --rename user.name:user.full_name"),
        ("renames", "user.name:", "--rename user.name: says nothing.", "For example: --rename user.name:user.full_name"),
        ("defaults", "user.age", "--default user.age says nothing.", "For example: --default user.age=0"),
        ("backfills", "=1", "--backfill =1 says nothing.", "For example: --backfill user.age=length(name)"),
    ],
)  # fmt: skip
def test_answers_that_cannot_be_read(option, said, message, hint):
    with pytest.raises(ConfigError) as raised:
        parse(**{option: [said]})
    assert (raised.value.message, raised.value.hint) == (message, hint)


def orders(answers, *rounds, ask=lambda question: None):
    """What is ordered when the worker has seen one of ``rounds`` after the other."""
    decisions = Decisions(answers, ask)
    decider = Decider(decisions)
    made = [decider.orders(Observation(operations=tuple(seen)), Orders("Change")) for seen in rounds]
    return made, decider, decisions


WRITE = Orders("Change")
RENAMED = Rename("", "column", "public.user", "name", "full_name")


@pytest.mark.parametrize(
    ("answers", "rounds", "ordered"),
    [
        pytest.param(Answers(), [[OLD]], [WRITE], id="nothing to ask"),
        pytest.param(Answers(), [[OLD, NEW]], [None], id="no answer"),
        pytest.param(Answers(no_rename=True), [[OLD, column("nick", models="TEXT")]], [WRITE], id="not renamed"),
        pytest.param(
            Answers(no_rename=True), [[OLD, NEW]], [None], id="not renamed, and then required"
        ),
        pytest.param(
            Answers((("user.name", "user.full_name"),)), [[OLD, NEW], []],
            [Renaming((RENAMED,)), WRITE], id="renamed",
        ),
        pytest.param(
            Answers((("public.user.name", "public.user.full_name"),)), [[OLD, NEW]],
            [Renaming((RENAMED,))], id="with the schema",
        ),
        pytest.param(
            Answers((("user.name", "user.born"),), no_rename=True), [[OLD, column("born", models="DATE")]],
            [Renaming((Rename("", "column", "public.user", "name", "born"),))], id="what nobody would ask",
        ),
        pytest.param(
            Answers((("user", "account"), ("user.name", "account.full_name"), ("account.mail", "account.email"))),
            [
                [table("user"), table("account", added=True)],
                [
                    column("name", history="TEXT", table="account"), column("full_name", models="TEXT", table="account"),
                    column("mail", history="TEXT", table="account"), column("email", models="TEXT", table="account"),
                ],
            ],
            [
                Renaming((Rename("", "table", "public.user", "public.user", "public.account"),)),
                Renaming((
                    Rename("", "column", "public.account", "name", "full_name"),
                    Rename("", "column", "public.account", "mail", "email"),
                )),
            ],
            id="a table, then its columns by either name of it",
        ),
        pytest.param(Answers(allow_empty_only=True), [[AGE]], [WRITE], id="no rows anywhere"),
        pytest.param(
            Answers(defaults=(("user.age", "0"),)), [[AGE]], [Orders("Change", fills=(Fill(AGE, default="0"),))],
            id="a value",
        ),
        pytest.param(
            Answers(backfills=(("user.age", "1 + 1"),)), [[AGE]],
            [Orders("Change", fills=(Fill(AGE, backfill="1 + 1"),))], id="an expression",
        ),
    ],
)  # fmt: skip
def test_orders(answers, rounds, ordered):
    made, decider, decisions = orders(answers, *rounds)
    assert made == ordered
    assert bool(decider.open) == (made == [None])
    decisions.require_fit()


def test_what_follows_a_rename_is_renamed_next():
    def side(models, name):
        index = DatabaseObject("index", "public.user", name, {"definition": "btree (full_name)"})
        return Described("", models, [index])

    seen = Observation(described=(side(False, "ix_name"), side(True, "ix_full_name")))
    decider = Decider(Decisions(Answers()))
    decider.renamed = [RENAMED]
    follows = Renaming((Rename("", "index", "public.user", "ix_name", "ix_full_name"),))
    # once, though the database has not done it
    assert [decider.orders(seen, WRITE), decider.orders(seen, WRITE)] == [follows, WRITE]


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (Answers((("user.nmae", "user.full_name"),)), "--rename user.nmae:user.full_name"),
        (Answers((("user.name", "user.full_name"), ("user.nick", "user.full_name"))), "--rename user.nick:user.full_name"),
        (Answers(defaults=(("user.aeg", "0"),)), "--default user.aeg=0"),
        (Answers(backfills=(("user.full_name", "'x'"),), renames=(("user.name", "user.full_name"),)),
         "--backfill user.full_name='x'"),
    ],
)  # fmt: skip
def test_an_answer_that_fits_no_question(answers, message):
    _, _, decisions = orders(answers, [OLD, NEW, AGE])
    with pytest.raises(ConfigError) as raised:
        decisions.require_fit()
    assert raised.value.message == f"{message} fits nothing that the missing revision would do."
    assert raised.value.cause == (
        "user.name is dropped, and could be renamed to user.full_name\n"
        "user.full_name is NOT NULL, and rows need a value for it\n"
        "user.age is NOT NULL, and rows need a value for it"
    )


# --- on a terminal


@pytest.mark.parametrize(
    ("operation", "typed", "answer"),
    [
        pytest.param(OLD, ["1"], Answers((("user.name", "user.full_name"),)), id="the first"),
        pytest.param(OLD, ["2"], Answers((("user.name", "user.nick"),)), id="the second"),
        pytest.param(OLD, ["3"], None, id="there is no third"),
        pytest.param(OLD, ["N\n"], Answers(settled=("user.name",)), id="not renamed"),
        pytest.param(OLD, ["\n"], None, id="Enter"),
        pytest.param(AGE, ["d\n", " 0\n"], Answers(defaults=(("user.age", "0"),)), id="a value"),
        pytest.param(AGE, ["b", "1 + 1"], Answers(backfills=(("user.age", "1 + 1"),)), id="an expression"),
        pytest.param(AGE, ["d", "\n"], None, id="no value"),
        pytest.param(AGE, ["d", None], None, id="no answer in time"),
        pytest.param(AGE, ["e"], Answers(settled=("user.age",)), id="no rows"),
        pytest.param(AGE, [""], None, id="end of input"),
    ],
)
def test_what_is_typed(operation, typed, answer):
    questions = find([OLD, NEW, column("nick", models="TEXT"), AGE], [])
    question = next(question for question in questions if question.operation == operation)
    first, *more = typed
    assert answered(question, first, lambda words: more.pop(0)) == answer


def test_each_question_is_asked_until_none_is_left():
    answers = {
        "user.name": Answers(settled=("user.name",)),
        "user.full_name": Answers(defaults=(("user.full_name", "x"),)),
    }
    asked = []

    def ask(question):
        asked.append(f"{asks(question)}\n{choices(question)}")
        return answers[question.name]

    made, _, _ = orders(Answers(), [OLD, NEW], ask=ask)

    assert made == [Orders("Change", fills=(Fill(NEW, default="x"),))]
    assert asked == [
        """\
column user.name is dropped. Was it renamed? A rename keeps its values.
[1] to user.full_name: same type, 62 % alike by name
[n] it was not, and is lost  [Enter] stop: """,
        """\
models.py:9: column user.full_name is added and NOT NULL. What do the rows get that the table may hold?
[d] a value  [b] an SQL expression over each row  [e] nothing, there are no rows  [Enter] stop: """,
    ]
