"""What git says when a run begins, of real repositories."""

import pytest

from migrate_guard.errors import GitError
from migrate_guard.repository.gate import CHANGES, NOTHING_RELEVANT, SAME_AS_HEAD
from migrate_guard.repository.git import Repository
from migrate_guard.repository.state import COMPARED, PARENTS, PUSHED, Known, Range, State, gather


@pytest.fixture
def repo(checkout, monkeypatch):
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "HOME"):
        monkeypatch.setenv(name, checkout.variables[name])
    commit(checkout, "a.py")
    return checkout


def commit(repo, name):
    repo.write(name, "content\n")
    repo.commit(name)
    return head(repo)


def head(repo, name="HEAD"):
    return repo.git("rev-parse", name).strip()


def gathered(repo, variables=(), index=True, ranges=()):
    return gather(Repository(repo.path, {}), dict(variables), index, ranges)


def known(repo, *ranges):
    return gathered(repo, index=False, ranges=[Range("name", *one) for one in ranges]).known


def branches(repo, *names):
    """Each with a file of its own, made from main."""
    for name in names:
        repo.git("checkout", "-q", "-b", name, "main")
        commit(repo, f"{name}.py")
    repo.git("checkout", "-q", "main")
    return [head(repo, name) for name in names]


def test_nothing_is_asked_where_nothing_decides(repo):
    assert gathered(repo, index=False) == State()


def test_the_index(repo):
    first = head(repo)
    assert gathered(repo) == State(first, SAME_AS_HEAD)
    second = commit(repo, "b.py")
    assert gathered(repo) == State(second, SAME_AS_HEAD, (first,))
    repo.write("c.md", "content\n")
    repo.git("add", "c.md")
    assert gathered(repo) == State(second, NOTHING_RELEVANT)
    repo.write("c.py", "content\n")
    repo.git("add", "c.py")
    assert gathered(repo) == State(second, CHANGES)


def test_before_the_first_commit(repo):
    repo.git("update-ref", "-d", "HEAD")
    assert gathered(repo) == State(None, CHANGES)


def test_merges(repo):
    """Under way, with one other side or two, and done."""
    one, two = branches(repo, "one", "two")
    ours = commit(repo, "ours.py")
    before_it_is_made = gathered(repo, {f"GITHEAD_{one}": "one", f"GITHEAD_{two}": "two"})
    repo.git("merge", "-q", "--no-commit", "one", "two")
    assert gathered(repo) == State(ours, CHANGES, merging=(one, two))
    repo.git("commit", "-q", "-m", "Merge")
    assert before_it_is_made.merging == (one, two)
    assert gathered(repo) == State(head(repo), SAME_AS_HEAD, (ours, one, two))


def test_commits(repo):
    first = head(repo)
    (one,) = branches(repo, "one")
    second = commit(repo, "b.py")
    assert known(repo, ("HEAD", None, None), ("one", "main", None), ("gone", None, None)) == (
        Known(second), Known(one, (first,), COMPARED), Known(None),
    )  # fmt: skip
    for there in ("gone", "main"):
        with pytest.raises(GitError, match="gone is not a commit"):
            known(repo, ("gone" if there == "main" else "one", there, None))


def test_pushed(repo, tmp_path):
    first = head(repo)
    assert known(repo, (first, None, "origin")) == (Known(first, (), PARENTS),)
    second = commit(repo, "b.py")
    nothing_pushed = known(repo, (second, None, "origin"))
    repo.git("init", "-q", "--bare", tmp_path / "origin")
    repo.git("remote", "add", "origin", tmp_path / "origin")
    repo.git("push", "-q", "origin", "main")
    one, two = branches(repo, "one", "two")
    repo.git("push", "-q", "origin", "two")
    third = commit(repo, "notes.md")
    fourth = commit(repo, "c.py")
    repo.git("merge", "-q", "--no-edit", "two")
    merge = head(repo)

    assert nothing_pushed == (Known(second, (first,), PARENTS),)
    assert known(repo, (one, None, "origin")) == (Known(one, (second,), PUSHED),)
    assert known(repo, (two, None, "origin")) == (Known(two, (two,), PUSHED, False),)
    (merged,) = known(repo, (merge, None, "origin"))
    assert (set(merged.old), merged.since) == ({second, two}, PUSHED)
    assert known(repo, (third, second, "origin")) == (Known(third, (second,), COMPARED, False),)
    assert known(repo, (fourth, second, "origin")) == (Known(fourth, (second,), COMPARED),)
    not_fetched = "f" * 40
    assert known(repo, (fourth, not_fetched, "origin")) == (Known(fourth, (second,), PUSHED),)
    assert known(repo, (fourth, None, "another")) == (Known(fourth, (second,), PUSHED),)
    with pytest.raises(GitError, match="ffff is not a commit"):
        known(repo, (fourth, not_fetched, ""))
