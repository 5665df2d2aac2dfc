"""A file is there whole or not at all, with the mode that any new file has."""

import os

import pytest

from migrate_guard.errors import GuardError
from migrate_guard.fix import place
from migrate_guard.repository.git import Repository

PATH = "migrations/versions/2026/b.py"


@pytest.fixture(params=["nameless", "beside"])
def repo(checkout, request, monkeypatch):
    """Also as where the system knows no files without a name."""
    if request.param == "beside":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    return Repository(checkout.path, {})


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_new_file(repo, checkout):
    before = files(checkout.path)
    usual = checkout.write("usual.py", "")

    place.put(repo, PATH, b"text\r\n")

    made = checkout.path / PATH
    assert files(checkout.path) - before == {PATH, "usual.py"}
    assert (made.read_bytes(), made.stat().st_mode, made.stat().st_nlink) == (
        b"text\r\n",
        usual.stat().st_mode,
        1,
    )


def test_one_that_exists_is_left_alone(repo, checkout):
    checkout.write(PATH, "mine")
    before = files(checkout.path)

    with pytest.raises(GuardError) as raised:
        place.put(repo, PATH, b"text")

    assert (raised.value.message, raised.value.hint) == (
        f"{PATH} exists already and was left alone.",
        "Move it away, or git add it.",
    )
    assert (files(checkout.path), (checkout.path / PATH).read_text()) == (before, "mine")


def test_other_content(repo, checkout):
    file = checkout.write(PATH, "old")
    file.chmod(0o640)
    before = files(checkout.path)
    checkout.write(".git/migrate-guard-killed.tmp", "what a killed run has left")

    place.exchange(repo, PATH, b"new")

    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o640)
    assert files(checkout.path) == before
