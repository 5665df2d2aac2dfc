"""A revision on disk that the judged source lacks: when it is named, when it blocks."""

import pytest

from migrate_guard.checks.facts import Facts
from migrate_guard.checks.unstaged import unstaged
from migrate_guard.findings.remedy import Stage
from migrate_guard.history.environment import Environment
from migrate_guard.history.graph import Graph
from migrate_guard.history.revision import DiskRevision, Revision
from migrate_guard.protocol.messages import Operation
from migrate_guard.protocol.observation import Observation

A = Revision("aaaaaaaaaaaa")
C = Revision("cccccccccccc", ("bbbbbbbbbbbb",))
DRIFT = Observation(operations=(Operation("table", "t", "t", (("columns", "id"),), None),))
AGREE = Observation()


def on_disk(id="bbbbbbbbbbbb", down=("aaaaaaaaaaaa",), state="untracked"):
    return DiskRevision(f"versions/{id[0]}.py", id, down, state)


def found(revisions, disk, observation=AGREE, **more):
    facts = Facts(
        Environment("migrations", "migrations"),
        Graph(revisions),
        on_disk=tuple(disk),
        observation=observation,
        **more,
    )
    return [(f.severity, f.path, f.fact, f.remedy) for f in unstaged(facts)]


@pytest.mark.parametrize(
    ("state", "fact", "remedy"),
    [
        pytest.param(
            "untracked",
            "revision bbbbbbbbbbbb is on disk but was never added to git.",
            Stage(("versions/b.py",)),
            id="untracked",
        ),
        pytest.param(
            "unstaged",
            "revision bbbbbbbbbbbb has changes on disk that are not staged.",
            Stage(("versions/b.py",)),
            id="unstaged",
        ),
        pytest.param(
            "ignored",
            "revision bbbbbbbbbbbb is on disk but git ignores it.",
            Stage(("versions/b.py",), ignored=True),
            id="ignored",
        ),
    ],
)
@pytest.mark.parametrize(
    ("revisions", "observation", "more", "severity"),
    [
        pytest.param([A], DRIFT, {}, "error", id="with drift"),
        pytest.param([A, C], None, {}, "error", id="with a gap"),
        pytest.param([A], AGREE, {}, "note", id="alone"),
        pytest.param([A], DRIFT, {"by_hand": True}, "note", id="by hand"),
    ],
)
def test_finds(state, fact, remedy, revisions, observation, more, severity):
    disk = [on_disk(state=state)]
    assert found(revisions, disk, observation, **more) == [(severity, "versions/b.py", fact, remedy)]


@pytest.mark.parametrize(
    ("revisions", "disk"),
    [
        pytest.param([A], [], id="nothing on disk"),
        pytest.param([A], [on_disk(down=("ffffffffffff",))], id="of another history"),
        pytest.param([A], [on_disk(down=())], id="the base of another history"),
    ],
)
def test_does_not_find(revisions, disk):
    assert found(revisions, disk, DRIFT) == []


def test_one_that_cannot_be_read_may_be_the_missing_one():
    fact = "a revision is on disk but was never added to git."
    disk = [DiskRevision("versions/x.py", "", (), "untracked")]
    assert found([A], disk, DRIFT) == [("error", "versions/x.py", fact, Stage(("versions/x.py",)))]


def test_by_hand_nothing_is_advised_while_the_history_is_broken():
    assert found([A, C], [on_disk("dddddddddddd", ("cccccccccccc",))], None, by_hand=True) == []


def test_what_stands_on_one_that_attaches_is_named_too():
    disk = [on_disk("cccccccccccc", ("bbbbbbbbbbbb",)), on_disk()]
    assert [path for _, path, _, _ in found([A], disk, DRIFT)] == ["versions/b.py", "versions/c.py"]


def test_the_first_revision_of_all():
    assert len(found([], [on_disk(down=())], DRIFT)) == 1
