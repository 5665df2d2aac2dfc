"""Which commit a step starts from: real histories, without the project's code."""

import pytest

from migrate_guard import environments
from migrate_guard.config import Settings
from migrate_guard.replay.ancestors import Ancestors
from migrate_guard.repository import source
from migrate_guard.repository.git import Repository

INI = "[alembic]\nscript_location = migrations\n"
REVISION = 'revision = "{}"\ndown_revision = {!r}\n\n\ndef upgrade():\n    {}\n'


class History:
    """A repository whose commits are named: each holds ``models`` and revisions, a dictionary of id and body."""

    def __init__(self, checkout):
        self.checkout = checkout
        self.names = {}
        checkout.write("alembic.ini", INI)
        checkout.write("migrations/env.py", "")

    def lay(self, models, revisions):
        self.checkout.write("models.py", models)
        for file in self.checkout.path.glob("migrations/versions/*.py"):
            file.unlink()
        for id, body in revisions.items():
            below = max((other for other in revisions if other < id), default=None)
            self.checkout.write(f"migrations/versions/{id}.py", REVISION.format(id, below, body))

    def commit(self, name, models, **revisions):
        self.lay(models, revisions)
        self.checkout.commit(name, "--allow-empty")
        self.names[self.checkout.git("rev-parse", "HEAD").strip()] = name

    def starts(self, newest=None, models=("models.py",)):
        """The names of the commits to start from, for what is on disk."""
        self.checkout.git("add", "-A")
        repo = Repository(self.checkout.path, {})
        folder = self.checkout.path.parent / "source"
        folder.mkdir()
        judged = source.staged(repo, str(folder))
        (environment,) = environments.find(judged)
        found = Ancestors(repo, judged, Settings(), newest).starts(
            environment, True, lambda start: list(models)
        )
        return [self.names[start.commit] for start, _ in found]


@pytest.fixture
def history(checkout):
    return History(checkout)


def test_the_parent_where_no_revision_differs(history):
    history.commit("begin", "1", a="one")
    history.commit("parent", "2", a="one")
    history.lay("3", {"a": "one"})
    assert history.starts()[0] == "parent"


def test_the_parent_where_one_is_added(history):
    history.commit("begin", "1", a="one")
    history.lay("2", {"a": "one", "b": "two"})
    assert history.starts() == ["begin"]


def test_before_the_one_that_is_edited(history):
    history.commit("begin", "1", a="one")
    history.commit("before", "2", a="one")
    history.commit("adds it", "3", a="one", b="two")
    history.commit("on top", "4", a="one", b="two", c="three")
    history.lay("5", {"a": "one", "b": "twice", "c": "three"})
    assert history.starts()[0] == "before"


def test_comments_are_no_difference(history):
    history.commit("begin", "1", a="one")
    history.commit("adds it", "2", a="one", b="two")
    history.lay("3", {"a": "one", "b": "two  # of them"})
    assert history.starts()[0] == "adds it"


def test_before_the_one_that_is_deleted(history):
    history.commit("begin", "1", a="one")
    history.commit("adds it", "2", a="one", b="two")
    history.lay("1", {"a": "one"})
    assert history.starts()[0] == "begin"


def test_moves_to_what_was_before_each_change_of_models_or_revisions(history):
    history.commit("one", "1", a="one")
    history.commit("two", "2", a="one")
    history.checkout.write("notes.txt", "nothing")
    history.commit("notes", "2", a="one")
    history.commit("three", "2", a="one", b="two")
    history.commit("four", "3", a="one", b="two")
    history.lay("3", {"a": "one", "b": "two", "c": "three"})
    # "notes" has the models and revisions of "two", from which the step would start next.
    assert history.starts() == ["four", "three", "notes", "one"]


def test_twenty_moves(history):
    for number in range(25):
        history.commit(f"{number}", f"{number}", a="one")
    history.lay("new", {"a": "one", "b": "two"})
    assert history.starts() == [f"{number}" for number in range(24, 3, -1)]


def test_a_commit_without_the_environment_is_none(history):
    history.commit("before", "1")
    history.checkout.git("rm", "-q", "-r", "--cached", "migrations", "alembic.ini")
    history.checkout.git("commit", "-q", "--amend", "--no-edit")
    history.lay("1", {"a": "one"})
    assert history.starts() == []


def test_the_same_revision_in_another_file(history):
    history.commit("begin", "1", a="one")
    history.lay("2", {"a": "one"})
    history.checkout.git("add", "-A")
    history.checkout.git("mv", "migrations/versions/a.py", "migrations/versions/2026_a.py")
    assert history.starts()[0] == "begin"


def test_first_parents_alone(history):
    history.commit("begin", "1", a="one")
    history.checkout.git("checkout", "-q", "-b", "side")
    history.commit("side", "2", a="one", b="two")
    history.checkout.git("checkout", "-q", "main")
    history.commit("main", "1 of main", a="one")
    history.checkout.git("merge", "-q", "--no-ff", "--no-commit", "-s", "ours", "side")
    history.lay("2 of main", {"a": "one", "b": "two"})
    assert history.starts() == ["main", "begin"]


def test_the_newest_that_is_allowed(history):
    history.commit("begin", "1", a="one")
    history.commit("base", "2", a="one")
    base = history.checkout.git("rev-parse", "HEAD").strip()
    history.commit("of the branch", "3", a="one", b="two")
    assert history.starts(newest=base)[0] == "base"


def test_what_equals_head_follows_its_first_parent(history):
    history.commit("begin", "1", a="one")
    history.commit("head", "2", a="one", b="two")
    assert history.starts() == ["begin"]


def test_no_parent(history):
    history.lay("1", {"a": "one"})
    assert history.starts() == []
