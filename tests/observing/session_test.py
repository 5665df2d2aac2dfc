"""A session with a real worker: what one look sees, what is written on it, and what stays when the worker has ended."""

import os
import sqlite3

import pytest

from migrate_guard import config, environments
from migrate_guard.machine.workspace import Workspace
from migrate_guard.observing.session import Session
from migrate_guard.observing.subject import Means, Snapshot, Subject
from migrate_guard.protocol.messages import CheckOrder, DumpOrder, Orders, Rename, WriteOrder
from migrate_guard.repository import source
from migrate_guard.repository.git import Repository
from migrate_guard.schema.verdict import confirm
from migrate_guard.scratch.ladder import Ladder

IGNORED = {"migrate_guard": {"ignore": ["drift"], "reason": "of another team"}}
PHONE = f"    phone = Column(String(20), info={IGNORED})\n"
NAME = "    name = Column(String(50), nullable=False)\n"


@pytest.fixture
def session_of(project, tmp_path):
    """``session_of()``: of the project linear, with a column more than its history has."""
    linear = project("linear")
    linear.replace("models.py", NAME, NAME + PHONE)
    environ = {**os.environ, **linear.variables}
    with Workspace(environ) as workspace:
        ladder = Ladder(workspace.folder("scratch"), str(tmp_path / "templates"), environ)
        means = Means(workspace, ladder, environ)
        repo = Repository(linear.path, {})

        def of(commit=None):
            judged = (
                source.commit(repo, commit)
                if commit
                else source.working_tree(repo, workspace.folder("source"))
            )
            settings = config.read(judged.settings_files.get(config.FILE), environ, None)
            found = tuple(environments.find(judged))
            snapshot = Snapshot(judged, found, settings.overlay, means)
            return Subject(repo, judged, settings, found, judged, snapshot)

        def session(**more):
            subject = of()
            return Session(subject, means, subject.environments[0], **more)

        session.of = of
        yield session
        ladder.close()


def tables(address):
    with sqlite3.connect(address["database"]) as database:
        return {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def named(operations):
    return [f"{one.kind} {one.table}.{one.name}" for one in operations]


def test_a_session_in_which_nobody_looks_starts_nothing(session_of):
    with session_of() as session:
        pass
    assert (session.notes, session.scripts) == ((), "")


def test_what_is_seen_and_how(session_of):
    with session_of() as session:
        seen = session.look(CheckOrder())
    assert named(confirm(seen).operations) == ["column user.phone"]
    assert (seen.tables, seen.engines, seen.starts) == (2, ("SQLite",) * len(seen.engines), (None,))
    assert seen.loaded.modules["models"] == "models.py"
    assert session.scripts.endswith("/bin")


def test_one_looks_before_one_writes(session_of):
    """What was seen holds all that is known, and nothing is written until orders are given."""
    with session_of() as session:
        seen = session.look(WriteOrder())
        assert (seen.loaded.modules["models"], seen.written) == ("models.py", ())
        draft = session.write(Orders("add phone"))
    (written,) = draft.written
    with open(os.path.join(draft.root, written.path)) as file:
        assert "Revision ID: " in file.read()
    assert seen.written == ()


def test_what_is_renamed_is_looked_at_again(session_of):
    """The first observation stays as it was; the second holds what the comparison tells now, once."""
    with session_of() as session:
        seen = session.look(WriteOrder())
        again = session.rename([Rename("", "column", "user", "email", "mail")])
    assert named(confirm(seen).operations) == ["column user.phone"]
    assert sorted(named(confirm(again).operations)) == [
        "column user.email",
        "column user.mail",
        "column user.phone",
    ]
    assert (again.tables, len(again.described), again.known) == (2, 2, seen.known)
    assert [one.column for one in again.ignores] == ["phone"]


def test_the_databases_stay_when_the_worker_has_ended(session_of):
    with session_of() as session:
        seen = session.look(DumpOrder())
        session.finish()
        (standing,) = seen.standing
        assert {"user", "post", "alembic_version"} <= tables(session.address(standing.url))


def test_a_step_begins_with_what_earlier_models_make(session_of):
    """Nothing is left to be replayed, and what the earlier models lack is missing."""
    earlier = session_of.of("HEAD")
    with session_of(starts=()) as session:
        begun = session.begin(earlier, earlier.environments[0])
        seen = session.look()
    assert begun.loaded.modules["models"] == "models.py"
    assert named(confirm(seen).operations) == ["column user.phone"]
    assert seen.starts == (None,)
