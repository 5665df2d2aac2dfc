"""The index, a commit or the working tree as one git tree, read with real git."""

import os
from pathlib import Path

import pytest

from migrate_guard.errors import GitError
from migrate_guard.repository import source
from migrate_guard.repository.git import Repository


@pytest.fixture
def repo(checkout, monkeypatch):
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "HOME"):
        monkeypatch.setenv(name, checkout.variables[name])
    checkout.write("models.py", "A = 1\n")
    checkout.write("notes.md", "Notes\n")
    checkout.commit("Begin")
    return checkout


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "ours"
    path.mkdir()
    return str(path)


def staged(repo, folder, **variables):
    return source.staged(Repository(repo.path, variables), folder)


def working_tree(repo, folder, also=()):
    return source.working_tree(Repository(repo.path, {}), folder, also)


def content(judged):
    return {path: text.decode(errors="replace") for path, text in judged.read(judged.entries).items()}


def private(repo):
    """All that git keeps of the repository: names, content and times."""
    files = [path for path in (repo.path / ".git").rglob("*") if path.is_file()]
    # An object that git would write again is marked as used by its time.
    return {path: (path.read_bytes(), "objects" in path.parts or path.stat().st_mtime_ns) for path in files}


def test_staged_is_the_index_alone(repo, folder):
    repo.write("models.py", "A = 2\n")
    repo.write("new.py", "N = 1\n")
    repo.git("add", "-A")
    repo.write("models.py", "A = 3\n")
    repo.write("untracked.py", "U = 1\n")
    repo.git("rm", "-q", "--cached", "notes.md")
    judged = staged(repo, folder)
    assert (judged.kind, judged.label) == (source.STAGED, "the index")
    assert content(judged) == {"models.py": "A = 2\n", "new.py": "N = 1\n"}


def test_staged_leaves_no_trace(repo, folder):
    repo.write("sub/new.py", "N = 1\n")
    repo.git("add", "-A")
    before = private(repo)
    content(staged(repo, folder))
    assert private(repo) == before


def test_staged_reads_the_index_that_git_names(repo, folder):
    """As under ``git commit -a``, and relative as git gives it."""
    repo.write("models.py", "A = 2\n")
    repo.git("add", "-A", env={"GIT_INDEX_FILE": ".git/another"})
    assert content(staged(repo, folder))["models.py"] == "A = 1\n"
    os.mkdir(os.path.join(folder, "named"))
    named = staged(repo, os.path.join(folder, "named"), GIT_INDEX_FILE=".git/another")
    assert content(named)["models.py"] == "A = 2\n"


def test_staged_before_anything_was_added(checkout, folder):
    assert content(staged(checkout, folder)) == {}


def test_staged_without_what_is_only_intended(repo, folder):
    repo.write("planned.py", "P = 1\n")
    repo.git("add", "-N", "planned.py")
    assert "planned.py" not in content(staged(repo, folder))


def test_staged_with_what_the_checkout_skips(repo, folder):
    repo.git("update-index", "--skip-worktree", "models.py")
    (repo.path / "models.py").unlink()
    assert content(staged(repo, folder))["models.py"] == "A = 1\n"


@pytest.mark.parametrize("read", [staged, working_tree])
def test_odd_names(repo, folder, read):
    names = [
        "a b.py",
        "ü.py",
        "tab\t.py",
        "new\nline.py",
        'quo"te.py',
        ":(top)x.py",
        "-x.py",
        "back\\slash.py",
    ]
    for name in names:
        repo.write(name, name)
    (repo.path / os.fsdecode(b"latin-\xfc.py")).write_text("1")
    repo.git("add", "-A")
    judged = content(read(repo, folder))
    assert {name: judged.get(name) for name in names} == {name: name for name in names}
    assert judged[os.fsdecode(b"latin-\xfc.py")] == "1"


def test_unmerged_index(repo, folder):
    repo.git("checkout", "-q", "-b", "side")
    repo.write("models.py", "A = 2\n")
    repo.commit("Side")
    repo.git("checkout", "-q", "main")
    repo.write("models.py", "A = 3\n")
    repo.commit("Main")
    assert repo.run("git", "merge", "side").returncode == 1
    with pytest.raises(GitError) as raised:
        staged(repo, folder)
    assert raised.value.message == "the index has unmerged paths: models.py."


def test_commit(repo):
    repo.write("models.py", "A = 2\n")
    repo.commit("Second")
    judged = source.commit(Repository(repo.path, {}), "HEAD~1")
    assert (judged.kind, judged.label) == (source.REF, "HEAD~1")
    assert content(judged) == {"models.py": "A = 1\n", "notes.md": "Notes\n"}


def test_commit_by_its_full_id(repo):
    first = repo.git("rev-parse", "HEAD").strip()
    repo.write("models.py", "A = 2\n")
    repo.commit("Second")
    repository = Repository(repo.path, {})
    judged = source.commit(repository, repository.head)
    assert judged.label == repository.head[:8]
    assert judged.parent() == first


@pytest.mark.parametrize("ref", ["nothing", "HEAD:models.py", "--all", "-h", "", "HEAD~9", "a b"])
def test_no_commit(repo, ref):
    with pytest.raises(GitError, match=f"^{ref or repr(ref)} is not a commit"):
        source.commit(Repository(repo.path, {}), ref)


def test_working_tree_is_what_lies_there(repo, folder):
    repo.write("models.py", "A = 2\n")
    repo.write("untracked/new.py", "N = 1\n")
    repo.write("planned.py", "P = 1\n")
    repo.git("add", "-N", "planned.py")
    repo.write(".gitignore", "ignored*\n")
    repo.write("ignored.py", "I = 1\n")
    repo.write("ignored_too.py", "I = 2\n")
    repo.write("data.csv", "x" * 1_000_001)
    (repo.path / "notes.md").unlink()
    judged = working_tree(repo, folder, also=["ignored_too.py"])
    assert content(judged) == {
        "models.py": "A = 2\n",
        "untracked/new.py": "N = 1\n",
        "planned.py": "P = 1\n",
        ".gitignore": "ignored*\n",
        "ignored_too.py": "I = 2\n",
    }


def test_working_tree_leaves_no_trace(repo, folder):
    hook = repo.path / ".git" / "hooks" / "post-index-change"
    hook.write_text(f"#!/bin/sh\ntouch '{repo.path}/changed'\n")
    hook.chmod(0o755)
    repo.write("models.py", "A = 2\n")
    repo.write("new.py", "N = 1\n")
    before = private(repo)
    content(working_tree(repo, folder))
    assert private(repo) == before
    assert not (repo.path / "changed").exists()


def test_working_tree_sees_an_edit_that_time_and_size_hide(repo, folder):
    """Made in the second of the ``git add``: git compares what is no older than the index, and so must its copy."""
    repo.git("config", "core.trustctime", "false")
    models, index = repo.path / "models.py", repo.path / ".git" / "index"
    os.utime(models, (1_700_000_000, 1_700_000_000))
    repo.git("add", "models.py")
    models.write_text("A = 2\n")
    for path in (models, index):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    assert repo.git("diff", "--name-only") == "models.py\n"
    assert content(working_tree(repo, folder))["models.py"] == "A = 2\n"


def test_working_tree_with_another_repository_and_a_link(repo, folder):
    repo.git("init", "-q", repo.path / "nested")
    (repo.path / "nested" / "a.py").write_text("1")
    (repo.path / "link.py").symlink_to("nowhere.py")
    judged = working_tree(repo, folder)
    assert judged.entries["link.py"][0] == "120000"
    assert not [path for path in judged.entries if path.startswith("nested")]


def test_reads_neither_submodules_nor_what_is_not_there(repo, folder):
    commit = repo.git("rev-parse", "HEAD").strip()
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{commit},part")
    judged = staged(repo, folder)
    assert judged.read(["part", "models.py", "nothing.py"]) == {"models.py": b"A = 1\n"}


def test_object_that_is_gone_is_named(repo):
    judged = source.commit(Repository(repo.path, {}), "HEAD")
    blob = judged.entries["models.py"][1]
    Path(repo.path, ".git", "objects", blob[:2], blob[2:]).unlink()
    with pytest.raises(GitError, match=f"{blob} for models.py"):
        judged.read(["models.py"])


def test_outside_of_a_repository(tmp_path):
    with pytest.raises(GitError, match="is not in a git working tree"):
        Repository(tmp_path, {})
