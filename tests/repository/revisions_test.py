"""What lies on disk beside the revisions of a source, as git sees it."""

import pytest

from migrate_guard.history.environment import Environment
from migrate_guard.repository import revisions, source
from migrate_guard.repository.git import Repository

ENVIRONMENT = Environment("db", "db", "", versions=("db/versions",))
FILES = {"aaaa_begin.py": "aaaa", "bbbb_more.py": "bbbb"}


def text(revision):
    return f"revision = {revision!r}\ndown_revision = None\n"


@pytest.fixture
def repo(checkout, monkeypatch):
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "HOME"):
        monkeypatch.setenv(name, checkout.variables[name])
    checkout.write("db/env.py", "")
    for name, revision in FILES.items():
        checkout.write(f"db/versions/{name}", text(revision))
    checkout.commit("Begin")
    return checkout


def states(repo, folder, git=None, read=source.staged):
    judged = read(Repository(repo.path, git or {}), str(folder))
    found = revisions.history(judged, ENVIRONMENT, {}).on_disk
    return {one.path.removeprefix("db/versions/"): (one.id, one.state) for one in found}


def test_nothing_but_what_is_staged(repo, tmp_path):
    repo.write("db/versions/cccc.py", text("cccc"))
    repo.write("db/versions/aaaa_begin.py", text("aaaa") + "# more\n")
    repo.git("mv", "db/versions/bbbb_more.py", "db/versions/bbbb_renamed.py")
    repo.git("add", "-A")
    assert states(repo, tmp_path) == {}


def test_each_state(repo, tmp_path):
    repo.write(".gitignore", "db/versions/dddd.py\nold/\n")
    for name, revision in (("cccc", "cccc"), ("dddd", "dddd"), ("new/eeee", "eeee"), ("old/ffff", "ffff")):
        repo.write(f"db/versions/{name}.py", text(revision))
    repo.write("db/versions/aaaa_begin.py", text("aaaa") + "# more\n")
    (repo.path / "db/versions/bbbb_more.py").chmod(0o755)
    assert states(repo, tmp_path) == {
        "aaaa_begin.py": ("aaaa", "unstaged"),
        "bbbb_more.py": ("bbbb", "unstaged"),
        "cccc.py": ("cccc", "untracked"),
        "dddd.py": ("dddd", "ignored"),
    }


def test_below_folders_that_git_shows_as_one(repo, tmp_path, monkeypatch):
    repo.write(".gitignore", "old/\n")
    repo.write("db/versions/new/eeee.py", text("eeee"))
    repo.write("db/versions/old/ffff.py", text("ffff"))
    monkeypatch.setitem(
        globals(), "ENVIRONMENT", Environment("db", "db", "", versions=("db/versions",), recursive=True)
    )
    assert states(repo, tmp_path) == {
        "new/eeee.py": ("eeee", "untracked"),
        "old/ffff.py": ("ffff", "ignored"),
    }


def test_whatever_the_user_has_set_for_status(repo, tmp_path):
    for name, value in (
        ("showUntrackedFiles", "no"),
        ("branch", "true"),
        ("renames", "true"),
        ("short", "true"),
    ):
        repo.git("config", f"status.{name}", value)
    repo.write("db/versions/ü c.py", text("cccc"))
    assert states(repo, tmp_path) == {"ü c.py": ("cccc", "untracked")}


def test_added_without_content(repo, tmp_path):
    repo.write("db/versions/cccc.py", text("cccc"))
    repo.git("add", "--intent-to-add", "db/versions/cccc.py")
    assert states(repo, tmp_path) == {"cccc.py": ("cccc", "unstaged")}


def test_another_time_is_no_change(repo, tmp_path):
    file = repo.path / "db/versions/aaaa_begin.py"
    file.write_text(file.read_text())
    assert states(repo, tmp_path) == {}


def test_left_out_of_a_commit_of_some_paths(repo, tmp_path):
    for name in ("cccc", "dddd"):
        repo.write(f"db/versions/{name}.py", text(name))
    repo.git("read-tree", "HEAD", env={"GIT_INDEX_FILE": str(repo.path / ".git/next-index")})
    repo.git("add", "db/versions/cccc.py")
    git = {"GIT_INDEX_FILE": str(repo.path / ".git/next-index")}
    assert states(repo, tmp_path, git) == {
        "cccc.py": ("cccc", "left out"),
        "dddd.py": ("dddd", "untracked"),
    }


def test_of_a_commit_there_is_nothing_on_disk(repo, tmp_path):
    repo.write("db/versions/cccc.py", text("cccc"))
    judged = source.commit(Repository(repo.path, {}), "HEAD")
    assert revisions.history(judged, ENVIRONMENT, {}).on_disk == ()
