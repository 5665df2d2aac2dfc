"""Drift: what is said of each kind of difference, who blocks and who does not."""

from dataclasses import replace

import pytest

from migrate_guard.checks import find
from migrate_guard.checks.drift import drift, older_differences
from migrate_guard.checks.facts import Facts, Old
from migrate_guard.findings.fingerprints import points
from migrate_guard.findings.remedy import Request, Stage, Write
from migrate_guard.history.environment import Environment
from migrate_guard.history.graph import Graph
from migrate_guard.history.revision import DiskRevision, Revision
from migrate_guard.protocol.messages import Operation
from migrate_guard.protocol.observation import Observation
from migrate_guard.schema.words import message

PHONE = Operation("column", "user", "phone", (("type", "VARCHAR(20)"),), None, path="app/models.py", line=7)
GONE = Operation("table", "old", "old", None, ())
WIDER = Operation(
    "column",
    "user",
    "name",
    (("type", "VARCHAR(80)"),),
    (("type", "VARCHAR(64)"),),
    "type",
    "app/models.py",
    5,
)
ONE = Graph([Revision("aaaaaaaaaaaa")])
ON_DISK = DiskRevision("migrations/versions/b.py", "bbbbbbbbbbbb", ("aaaaaaaaaaaa",), "untracked")


def facts(*operations, extras=(), **more):
    seen = Observation(operations=operations, extras=extras)
    return Facts(Environment("migrations", "migrations"), ONE, observation=seen, **more)


@pytest.mark.parametrize(
    ("operations", "fact"),
    [
        pytest.param([PHONE], "models and history differ in 1 point.", id="one"),
        pytest.param([WIDER, PHONE], "models and history differ in 2 points.", id="two"),
    ],
)
def test_finds(operations, fact):
    (found,) = drift(facts(*operations))
    assert (found.name, found.severity, found.fact) == ("drift", "error", fact)
    assert (found.operations, found.unsteady) == (tuple(operations), ())
    assert (found.path, found.line) == (operations[0].path, operations[0].line)
    assert found.remedy == Write(Request(message(operations)))


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(facts(), id="models and history agree"),
        pytest.param(Facts(Environment("migrations", "migrations"), ONE), id="the worker did not run"),
    ],
)
def test_does_not_find(given):
    assert drift(given) == []


def parents(*operations):
    return frozenset(points(Observation(operations=operations)).values())


@pytest.mark.parametrize(
    ("parent", "line"),
    [
        pytest.param([], "", id="nothing"),
        pytest.param(
            [GONE],
            "1 difference was there before this commit; `migrate-guard check` lists it and `migrate-guard baseline` accepts it.",
            id="one",
        ),
        pytest.param(
            [GONE, WIDER],
            "2 differences were there before this commit; `migrate-guard check` lists them and `migrate-guard baseline` accepts them.",
            id="two",
        ),
    ],
)
def test_what_was_there_before_is_a_line(parent, line):
    given = facts(PHONE, *parent, old=Old("before this commit", parents(*parent)))
    (error,) = drift(given)
    assert (error.severity, error.operations) == ("error", (PHONE,))
    assert error.hint == ""
    assert older_differences(given) == line


def test_what_the_history_has_beyond_the_models_and_had_before():
    given = facts(strict=True, extras=(DEFAULT,), old=Old("before this commit", parents(DEFAULT)))
    assert drift(given) == []
    assert older_differences(given).startswith("1 difference was there before")
    assert older_differences(replace(given, strict=False)) == ""


@pytest.mark.parametrize(
    ("count", "before", "offered"),
    [
        pytest.param(20, "", False, id="not so many"),
        pytest.param(21, "", True, id="many"),
        pytest.param(21, "before this commit", False, id="many new ones"),
    ],
)
def test_a_baseline_is_offered_where_there_is_much(count, before, offered):
    many = [Operation("table", f"t{at}", f"t{at}", (("columns", "id"),), None) for at in range(count)]
    (found,) = drift(facts(*many, old=Old(before)))
    assert ("migrate-guard baseline" in found.hint) is offered


def test_no_fix_is_offered_where_a_revision_waits_on_disk():
    found, unstaged = find(facts(PHONE, on_disk=(ON_DISK,)))
    assert (found.name, found.remedy, unstaged.name) == ("drift", None, "unstaged-revision")


def test_no_fix_is_offered_before_the_heads_are_merged():
    two = Graph([Revision("aaaaaaaaaaaa"), Revision("bbbbbbbbbbbb")])
    seen = Observation(operations=(PHONE,))
    heads, found = find(Facts(Environment("migrations", "migrations"), two, observation=seen))
    assert (heads.name, found.name, found.remedy) == ("multiple-heads", "drift", None)


@pytest.mark.parametrize(
    ("operation", "more", "remedy"),
    [
        pytest.param(WIDER, {}, Write(Request("alter_user_name")), id="all is staged"),
        pytest.param(
            WIDER,
            {"unstaged": frozenset(["app/models.py"])},
            Write(Request("alter_user_name", staged=True)),
            id="the models are staged in part",
        ),
        pytest.param(
            WIDER,
            {"unstaged": frozenset(["README.md"]), "brings_revision": True},
            Write(Request("alter_user_name")),
            id="with a revision, and all models",
        ),
        pytest.param(
            WIDER,
            {"unstaged": frozenset(["app/models.py"]), "brings_revision": True},
            Stage(("app/models.py",)),
            id="with a revision, without all of its models",
        ),
        pytest.param(
            PHONE,
            {"unstaged": frozenset(["app/models.py"]), "brings_revision": True},
            Write(Request("add_user_phone", staged=True)),
            id="with a revision that lacks what is staged",
        ),
    ],
)
def test_what_mends_it(operation, more, remedy):
    (found,) = drift(facts(operation, **more))
    assert (found.remedy, found.written) == (remedy, isinstance(remedy, Write))


CHECK = Operation(
    "check constraint", "user", "ck", (("definition", "CHECK (a > 0)"),), None, "", "app/models.py", 5, described=True,
    by_hand=True,
)  # fmt: skip
DEFAULT = Operation(
    "column", "user", "a", (), (("default", "1"),), "default", "app/models.py", 6, described=True
)


def test_what_autogenerate_does_not_see():
    (found,) = drift(facts(CHECK))
    assert found.operations == (CHECK,)
    assert (found.remedy, found.written) == (Write(Request("add_check_constraint_ck_of_user")), True)


@pytest.mark.parametrize(
    ("strict", "severity", "remedy"),
    [(False, "note", None), (True, "error", Write(Request("alter_user_a")))],
)
def test_what_the_history_has_beyond_the_models(strict, severity, remedy):
    (found,) = drift(facts(strict=strict, extras=(DEFAULT,)))
    assert (found.severity, found.remedy, found.written) == (severity, remedy, strict)
    assert found.fact == "the history makes 1 thing that the models do not have."
    assert found.operations == (DEFAULT,)
