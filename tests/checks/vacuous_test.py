"""What is said of history that is built from the models."""

import pytest

from migrate_guard.checks import find
from migrate_guard.checks.facts import Facts, Old
from migrate_guard.checks.vacuous import vacuous
from migrate_guard.findings.fingerprints import of_built, points
from migrate_guard.findings.remedy import Request, Write
from migrate_guard.history.environment import Environment
from migrate_guard.history.graph import Graph
from migrate_guard.history.revision import Revision
from migrate_guard.protocol.messages import BuiltFromModels, Operation
from migrate_guard.protocol.observation import Observation

REVISION = BuiltFromModels("migrations/versions/a.py", 9, ["user"], "aaaaaaaaaaaa")
ENV_PY = BuiltFromModels("migrations/env.py", 0, list("abcdefg"))
PHONE = Operation("column", "user", "phone", (("type", "VARCHAR(20)"),), None)


def token(models):
    return Operation("column", "user", "token", (("default", models),), (("default", "b"),), "default")


def facts(*built, operations=(), **more):
    seen = Observation(built=tuple(built), operations=tuple(operations))
    graph = Graph([Revision("aaaaaaaaaaaa")])
    return Facts(Environment("migrations", "migrations"), graph, observation=seen, **more)


@pytest.mark.parametrize(
    "built, fact, detail, hint",
    [
        pytest.param(
            REVISION,
            "revision aaaaaaaaaaaa builds a table from the models as they are now, so that history and models cannot differ.",
            ("It builds: user",),
            "Freeze it",
            id="revision",
        ),
        pytest.param(
            ENV_PY,
            "migrations/env.py builds 7 tables from the models as they are now, so that history and models cannot differ.",
            ("It builds: a, b, c, d, e and 2 more",),
            "Take the call out",
            id="env.py",
        ),
        pytest.param(
            BuiltFromModels("migrations/versions/a.py", 9, ["user"], "aaaaaaaaaaaa", judged=False),
            "revision aaaaaaaaaaaa builds a table from the models as they are now, so that no replay tells what it made in life.",
            (
                "It builds: user",
                "It does so on a connection of its own: databases in life get them, the replay does not.",
            ),
            "Freeze it",
            id="on another connection",
        ),
    ],
)
def test_finds(built, fact, detail, hint):
    (finding,) = vacuous(facts(built))
    assert (finding.name, finding.severity, finding.fact, finding.detail) == (
        "vacuous-history",
        "error",
        fact,
        detail,
    )
    assert finding.hint.startswith(hint)
    assert (finding.path, finding.line) == (built.path, built.line)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(facts(), id="nothing was built from the models"),
        pytest.param(Facts(Environment("m", "m"), Graph([])), id="the worker did not run"),
    ],
)
def test_does_not_find(given):
    assert vacuous(given) == []


def test_no_fix_is_offered_beside_it():
    built, drift = find(facts(REVISION, operations=[PHONE]))
    assert (built.name, drift.name, drift.remedy) == ("vacuous-history", "drift", None)


def test_drift_that_another_import_does_not_have():
    """Excused by the parent where it concerns the same object: the words differ each time."""
    one = token("a")
    given = facts(operations=[PHONE, one], unsteady=frozenset([one.identity]))
    (new,) = find(given)
    assert (new.operations, new.unsteady, new.remedy) == ((PHONE, one), (one,), None)
    assert new.hint.startswith("A value that Python makes while it imports the models")

    parent = frozenset(points(Observation(operations=(token("c"),))).values())
    given = facts(operations=[PHONE, one], unsteady=frozenset([one.identity]), old=Old(points=parent))
    (error,) = find(given)
    assert (error.remedy, error.hint, given.old_operations) == (
        Write(Request("add_user_phone_and_alter_user_token")),
        "",
        [one],
    )


def test_accepted_it_is_a_note():
    """The verdict beside it still says nothing."""
    (note,) = vacuous(facts(REVISION, accepted=frozenset([of_built(REVISION)])))
    assert note.severity == "note"
    assert note.fact.endswith("cannot differ (accepted in migrate-guard-baseline.toml).")
