"""What the index holds against HEAD, and which files count."""

import pytest

from migrate_guard.repository.gate import CHANGES, NOTHING_RELEVANT, SAME_AS_HEAD, decide
from migrate_guard.repository.git import Repository


@pytest.fixture
def repo(checkout, monkeypatch):
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "HOME"):
        monkeypatch.setenv(name, checkout.variables[name])
    checkout.write("models.py", "A = 1\n")
    checkout.write("notes.md", "Notes\n")
    checkout.commit("Begin")
    return checkout


def decided(repo):
    return decide(Repository(repo.path, {}))


def stage(repo, *names):
    for name in names:
        repo.write(name, "content\n")
    repo.git("add", "-A")


@pytest.mark.parametrize(
    "name",
    [
        "README.md", "docs/guide.rst", "a/b/site.CSS", "logo.png", "app.js", "app.tsx", "page.html", "font.woff2",
        "LICENSE", "docs/README", "CODEOWNERS", "a b.md", "ü.md", "new\nline.md", "tab\t.md", ".py.md",
    ],
)  # fmt: skip
def test_irrelevant(repo, name):
    stage(repo, name)
    assert decided(repo) == NOTHING_RELEVANT


@pytest.mark.parametrize(
    "name",
    [
        "a.py", "a.pyi", "a.pyx", "a.so", "alembic.ini", "pyproject.toml", "requirements.txt", "requirements/dev.txt",
        "a.sql", "a.json", "a.yaml", ".env", ".gitignore", ".gitattributes", "Dockerfile", "md", "a.md.py",
        "script.py.mako", "README.md/a", "new\n.md\nline",
    ],
)  # fmt: skip
def test_relevant(repo, name):
    stage(repo, name)
    assert decided(repo) == CHANGES


def test_one_relevant_file_is_enough(repo):
    stage(repo, "a.md", "b.css", "models2.py", "z.md")
    assert decided(repo) == CHANGES


def test_index_equal_to_head(repo):
    repo.write("models.py", "A = 2\n")  # not staged
    repo.write("untracked.py", "A = 2\n")
    assert decided(repo) == SAME_AS_HEAD


def test_before_the_first_commit(checkout):
    stage(checkout, "notes.md")
    assert decided(checkout) == CHANGES


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        pytest.param(["rm", "-q", "notes.md"], NOTHING_RELEVANT, id="deleted document"),
        pytest.param(["rm", "-q", "models.py"], CHANGES, id="deleted module"),
        pytest.param(["mv", "notes.md", "more.md"], NOTHING_RELEVANT, id="renamed document"),
        pytest.param(["mv", "models.py", "models.md"], CHANGES, id="module renamed to a document"),
        pytest.param(["mv", "notes.md", "notes.py"], CHANGES, id="document renamed to a module"),
        pytest.param(["update-index", "--chmod=+x", "notes.md"], NOTHING_RELEVANT, id="executable document"),
    ],
)
def test_deleted_and_renamed(repo, command, expected):
    repo.git(*command)
    assert decided(repo) == expected


def test_link_is_relevant_whatever_its_name_and_its_end(repo):
    (repo.path / "link.md").symlink_to("models.py")
    repo.git("add", "-A")
    assert decided(repo) == CHANGES
    repo.git("commit", "-q", "-m", "Link")
    (repo.path / "link.md").unlink()
    repo.git("add", "-A")
    assert decided(repo) == CHANGES


def test_submodule_is_relevant_even_if_it_is_to_be_ignored(repo):
    commit = repo.git("rev-parse", "HEAD").strip()
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{commit},part.md")
    repo.git("config", "diff.ignoreSubmodules", "all")
    assert decided(repo) == CHANGES
