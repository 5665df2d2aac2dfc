"""The repository in a snapshot answers as the user's does, and what is done to it stays there."""

import os
import subprocess
import tempfile

import pytest

from migrate_guard.repository import checkout as repository_in
from migrate_guard.repository import snapshot, source
from migrate_guard.repository.git import Repository

WRITING = (
    ("commit", "--allow-empty", "-m", "of the project"),
    ("gc", "--prune=now"),
    ("config", "core.editor", "of-the-project"),
    ("update-ref", "refs/heads/main", "HEAD~1"),
    ("tag", "-d", "v1"),
    ("rm", "-q", "--cached", "models.py"),
)


@pytest.fixture
def asked(checkout, tmp_path):
    """``asked(*words)``: what git says to it in the snapshot of the index, or of ``read``."""
    checkout.write("models.py", "one = 1\n")
    checkout.git("add", "models.py")
    checkout.commit("One")
    checkout.git("tag", "-a", "v1", "-m", "first")
    checkout.write("models.py", "two = 2\n")
    checkout.git("commit", "-qam", "Two")
    given = {name: value for name, value in checkout.variables.items() if name.startswith("GIT_")}

    def made(read=source.staged, *more):
        folder = tempfile.mkdtemp(dir=tmp_path)
        judged = read(Repository(str(checkout.path), given), *(more or [tempfile.mkdtemp(dir=tmp_path)]))
        tree = snapshot.make(judged, folder).tree
        repository_in.make(judged, tree, os.path.join(folder, "index"))

        def ask(*words):
            command = ["git", "-c", "user.name=p", "-c", "user.email=p@p", *words]
            done = subprocess.run(
                command, cwd=tree, env=checkout.variables, text=True, capture_output=True, check=True
            )
            return done.stdout.strip()

        return ask

    return made


def everything(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_answers_as_the_users_own_does(asked, checkout):
    ask = asked()
    for words in (
        ("describe", "--tags"),
        ("log", "--format=%H"),
        ("symbolic-ref", "HEAD"),
        ("show-ref", "-d"),
        ("status", "--porcelain"),
        ("fsck", "--connectivity-only"),
    ):
        assert ask(*words) == checkout.git(*words).strip(), words
    assert ask("remote") == ""


def test_head_is_the_commit_that_is_judged(asked, checkout):
    assert (
        asked(source.commit, "HEAD")("symbolic-ref", "HEAD") == checkout.git("symbolic-ref", "HEAD").strip()
    )
    earlier = asked(source.commit, "HEAD~1")
    assert earlier("rev-parse", "HEAD", "--abbrev-ref", "HEAD").split() == [
        checkout.git("rev-parse", "HEAD~1").strip(),
        "HEAD",
    ]
    assert earlier("status", "--porcelain") == ""


def test_what_is_staged_can_be_read(asked, checkout):
    checkout.write("models.py", "three = 3\n")
    checkout.git("add", "models.py")
    ask = asked()
    assert ask("show", ":models.py") == "three = 3"
    assert ask("status", "--porcelain") == "M  models.py"


def test_nothing_that_is_written_reaches_the_user(asked, checkout):
    ask = asked()
    before = everything(checkout.path)
    for words in WRITING:
        ask(*words)
    assert everything(checkout.path) == before


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(("worktree", "add", "-q", "-b", "side"), id="worktree"),
        pytest.param(("clone", "-q", "--depth=1"), id="shallow"),
        pytest.param(("clone", "-q", "--filter=blob:none", "--no-local"), id="partial"),
        pytest.param(("clone", "-q", "--shared"), id="alternates"),
    ],
)
def test_other_kinds_of_clones(asked, checkout, tmp_path, make):
    asked()
    copy = str(tmp_path / "a copy")
    words = [*make, *([f"file://{checkout.path}"] if make[0] == "clone" else []), copy]
    checkout.git("config", "uploadpack.allowFilter", "true")
    checkout.git(*words)
    given = {name: value for name, value in checkout.variables.items() if name.startswith("GIT_")}
    judged = source.staged(Repository(copy, given), tempfile.mkdtemp(dir=tmp_path))
    folder = tempfile.mkdtemp(dir=tmp_path)
    tree = snapshot.make(judged, folder).tree
    repository_in.make(judged, tree, os.path.join(folder, "index"))
    for asked_for in (("log", "--format=%H %D"), ("status", "--porcelain"), ("symbolic-ref", "HEAD")):
        told = [
            subprocess.check_output(["git", *asked_for], cwd=place, env=checkout.variables)
            for place in (tree, copy)
        ]
        assert told[0] == told[1], asked_for


def test_sha256(checkout, tmp_path):
    other = str(tmp_path / "sha256")
    checkout.git("init", "-q", "--object-format=sha256", other)
    checkout.git("-C", other, "commit", "-q", "--allow-empty", "-m", "One")
    given = {name: value for name, value in checkout.variables.items() if name.startswith("GIT_")}
    judged = source.commit(Repository(other, given), "HEAD")
    folder = tempfile.mkdtemp(dir=tmp_path)
    tree = snapshot.make(judged, folder).tree
    repository_in.make(judged, tree, os.path.join(folder, "index"))
    head = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=tree, env=checkout.variables, text=True)
    assert head == checkout.git("-C", other, "rev-parse", "HEAD")
