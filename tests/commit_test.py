"""Real ``git commit`` in every mode, with the hooks that ``migrate-guard install`` puts in place."""

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent / "projects" / "commit_modes"
PHONE = '    Column("phone", String(20)),\n'
PHONE_AS_LONG = '    Column("phone", String(__import__("lengths").LONG)),\n'
NAME = '    Column("name", String(NAME)),\n'
BODY = '    Column("body", String(20)),\n'
TITLE = '    Column("title", String(50)),\n'
REVISION = "migrations/versions/bbbb_phone.py"
REVISION_TEXT = """\
import sqlalchemy as sa
from alembic import op

revision = "bbbb"
down_revision = "aaaa"


def upgrade():
    op.add_column("user", sa.Column("phone", sa.String(20)))


def downgrade():
    op.drop_column("user", "phone")
"""

BODY_REVISION = """\
import sqlalchemy as sa
from alembic import op

revision = "cccc"
down_revision = "aaaa"


def upgrade():
    op.add_column("post", sa.Column("body", sa.String(20)))


def downgrade():
    op.drop_column("post", "body")
"""

# Everything that a commit could find changed, before and after the check: names, content and times of all files of
# the working tree and of git's own folders, the index that the commit is made from among them.
_RECORD = """\
import hashlib, json, os, sys
seen = {}
for top in sys.argv[2:]:
    for folder, folders, files in os.walk(top):
        folders.sort()
        seen[folder] = os.lstat(folder).st_mtime_ns
        for name in files:
            path = os.path.join(folder, name)
            stat = os.lstat(path)
            with open(path, "rb") as file:
                content = hashlib.sha256(file.read()).hexdigest()
            # git marks a shared index as used when it reads one, an object when it would write it again
            marked = name.startswith("sharedindex.") or "/objects/" in path
            seen[path] = [content, 0 if marked else stat.st_mtime_ns, stat.st_mode]
with open(sys.argv[1], "w") as file:
    json.dump(seen, file)
"""


def install(repo, *tops):
    """The hooks in place, and around them what proves that a check leaves ``tops`` as they were."""
    done = repo.guard("install")
    assert done.returncode == 0, done.stderr
    hooks, common = (
        _git_path(repo, *question) for question in (("--git-path", "hooks"), ("--git-common-dir",))
    )
    around = _around(repo)
    shutil.rmtree(around, ignore_errors=True)
    around.mkdir()
    (around / "record.py").write_text(_RECORD)
    record = [sys.executable, "-I", str(around / "record.py")]
    places = list(map(str, tops or (repo.path, common)))
    for name in ("pre-commit", "pre-merge-commit"):
        (around / name).write_text(
            "#!/bin/sh\n"
            f"{shlex.join([*record, str(around / 'before'), *places])}\n"
            f"{shlex.quote(str(hooks / name))}\n"
            "code=$?\n"
            f"{shlex.join([*record, str(around / 'after'), *places])}\n"
            "exit $code\n"
        )
        (around / name).chmod(0o755)
    repo.git("config", "core.hooksPath", around)


def _git_path(repo, *question):
    return Path(repo.git("rev-parse", "--path-format=absolute", *question).removesuffix("\n"))


def _around(repo):
    return Path(repo.variables["HOME"]).parent / "hooks around"


def changed_by_the_check(repo):
    """The paths that the last check changed, made or removed, and all bytecode."""
    before, after = (json.loads((_around(repo) / when).read_text()) for when in ("before", "after"))
    assert before
    bytecode = [path for path in after if "__pycache__" in path]
    return bytecode + [path for path in before | after if before.get(path) != after.get(path)]


def change(repo, revision, phone=PHONE):
    """A column more in the model; with ``revision`` also the revision for it."""
    repo.replace("models.py", NAME, NAME + phone)
    if revision:
        repo.write(REVISION, REVISION_TEXT)


@pytest.fixture
def repo(checkout, environment):
    checkout.variables["MIGRATE_GUARD_PYTHON"] = str(environment)
    checkout.variables["MIGRATE_GUARD_NO_PROMPT"] = "1"  # the tests may run in a terminal
    shutil.copytree(PROJECT, checkout.path, dirs_exist_ok=True)
    checkout.write("notes.md", "Notes\n")
    checkout.commit("Begin")
    install(checkout)
    return checkout


# --- the modes: each makes the change and commits it in its own way


def plain(repo, revision):
    change(repo, revision)
    repo.git("add", "-A")
    return repo, repo.run("git", "commit", "-m", "Change")


def all_tracked(repo, revision):
    change(repo, revision)
    if revision:
        repo.git("add", REVISION)
    return repo, repo.run("git", "commit", "-a", "-m", "Change")


def patch(repo, revision):
    change(repo, revision)
    if revision:
        repo.git("add", REVISION)
    command = ["git", "commit", "-p", "-m", "Change"]
    done = subprocess.run(
        command, cwd=repo.path, env=repo.variables, input="y\n", capture_output=True, text=True
    )
    return repo, done


def paths(repo, revision):
    change(repo, revision)
    repo.write("other.py", "OTHER = 1\n")
    repo.git("add", "-A")
    named = ["models.py", *([REVISION] if revision else [])]
    done = repo.run("git", "commit", "-m", "Change", "--", *named)
    assert "other.py" in repo.git("diff", "--cached", "--name-only")
    return repo, done


def amend(repo, revision):
    change(repo, revision)
    repo.git("add", "-A")
    return repo, repo.run("git", "commit", "--amend", "-m", "Begin better")


def first(repo, revision):
    repo.git("update-ref", "-d", "HEAD")
    return plain(repo, revision)


def below(repo, revision):
    change(repo, revision)
    repo.git("add", "-A")
    return repo, repo.run("git", "commit", "-m", "Change", cwd="migrations/versions")


def linked_worktree(repo, revision):
    path = repo.path.parent / "linked"
    repo.git("worktree", "add", "-q", "-b", "linked", path)
    repo.git("config", "--unset", "core.hooksPath")
    linked = type(repo)(path, repo.variables)
    install(linked, path, repo.path)
    return plain(linked, revision)


def submodule(repo, revision):
    outer = repo.path.parent / "outer"
    repo.git("init", "-q", outer)
    type(repo)(outer, repo.variables).git("submodule", "--quiet", "add", repo.path, "inner part")
    inner = type(repo)(outer / "inner part", repo.variables)
    install(inner, outer)
    return plain(inner, revision)


def named_git_dir(repo, revision):
    change(repo, revision)
    repo.git("add", "-A")
    elsewhere = repo.path.parent / "elsewhere.git"
    (repo.path / ".git").rename(elsewhere)
    where = ["git", f"--git-dir={elsewhere}", "--work-tree=."]
    hook = _around(repo) / "pre-commit"
    hook.write_text(hook.read_text().replace(str(repo.path / ".git"), str(elsewhere)))
    done = repo.run(*where, "commit", "-m", "Change")
    elsewhere.rename(repo.path / ".git")
    return repo, done


def _side_branch(repo, revision, notes, phone=PHONE):
    """The change, where ``revision`` is not None, on a branch of its own; ``notes`` is what main says in the same place."""
    repo.git("checkout", "-q", "-b", "side")
    if revision is not None:
        change(repo, revision, phone)
    repo.write("notes.md", "Side\n")
    repo.commit("Side", "--no-verify")
    repo.git("checkout", "-q", "main")
    repo.write(*notes)
    repo.commit("Main", "--no-verify")


def clean_merge(repo, revision):
    """Without the change to main, both sides are in order, and so is the merge."""
    repo.write("lengths.py", "LONG = 20\n")
    repo.commit("Lengths", "--no-verify")
    longer = ("lengths.py", "LONG = 30\n")
    _side_branch(repo, True, ("main.md", "Main\n") if revision else longer, PHONE_AS_LONG)
    return repo, repo.run("git", "merge", "--no-edit", "side")


def merge_with_conflict(repo, revision):
    """The change is a part of how the conflict is resolved."""
    _side_branch(repo, None, ("notes.md", "Main\n"))
    assert repo.run("git", "merge", "side").returncode == 1
    repo.write("notes.md", "Both\n")
    change(repo, revision)
    repo.git("add", "-A")
    return repo, repo.run("git", "commit", "--no-edit")


def cherry_pick(repo, revision):
    _side_branch(repo, revision, ("notes.md", "Main\n"))
    assert repo.run("git", "cherry-pick", "side").returncode == 1
    repo.write("notes.md", "Both\n")
    repo.git("add", "notes.md")
    return repo, repo.run("git", "cherry-pick", "--continue", env={"GIT_EDITOR": "true"})


def split_index(repo, revision):
    repo.git("config", "core.splitIndex", "true")
    repo.git("update-index", "--split-index")
    return plain(repo, revision)


def index_version_4(repo, revision):
    repo.git("update-index", "--index-version", "4")
    return plain(repo, revision)


def sparse_checkout(repo, revision):
    """Without a folder that the models import from."""
    repo.git("sparse-checkout", "set", "--no-cone", "/*", "!/parts/")
    assert not (repo.path / "parts").exists()
    return plain(repo, revision)


def sparse_index(repo, revision):
    repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "migrations")
    assert not (repo.path / "parts").exists()
    return plain(repo, revision)


def intent_to_add(repo, revision):
    change(repo, revision)
    repo.git("add", "-A")
    repo.write("planned.py", "raise SystemExit\n")
    repo.git("add", "-N", "planned.py")
    return repo, repo.run("git", "commit", "-m", "Change")


def autocrlf(repo, revision):
    repo.git("config", "core.autocrlf", "true")
    for path in repo.git("ls-files").split():
        (repo.path / path).unlink()
    repo.git("checkout", "--", ".")
    assert b"\r\n" in (repo.path / "models.py").read_bytes()
    return plain(repo, revision)


def partly_staged(repo, revision):
    change(repo, revision)
    repo.git("add", "-A")
    repo.replace("models.py", TITLE, TITLE + BODY)
    return repo, repo.run("git", "commit", "-m", "Change")


def shared_objects(repo, revision):
    """The objects of another repository, by alternates."""
    clone = repo.path.parent / "clone"
    repo.git("clone", "-q", "--shared", repo.path, clone)
    shared = type(repo)(clone, repo.variables)
    install(shared)
    return plain(shared, revision)


def sha256(repo, revision):
    shutil.rmtree(repo.path / ".git")
    repo.git("init", "-q", "--object-format=sha256")
    repo.commit("Begin")
    install(repo)
    return plain(repo, revision)


def odd_names(repo, revision):
    """Spaces, umlauts, a newline, a colon and quotes, in the repository's path and in the project's."""
    odd = type(repo)(repo.path.parent / 'Büro: "1"\nzwei', repo.variables)
    repo.path.rename(odd.path)
    odd.write("a\nb ü.py", "X = 1\n")
    odd.git("config", "--unset", "core.hooksPath")
    inner = type(repo)(odd.path / "mein 'Projekt'\nÜ", repo.variables)
    inner.path.mkdir()
    for name in ("alembic.ini", "models.py", "parts", "migrations"):
        (odd.path / name).rename(inner.path / name)
    odd.commit("Move")
    install(odd)
    return plain(inner, revision)


def hook_of_git_after_each_index(repo, revision):
    """A post-index-change hook is for the user's index, not for ours."""
    hook = _around(repo) / "post-index-change"
    hook.write_text(f'#!/bin/sh\ntouch "{repo.path}/index changed by $PPID"\n')
    hook.chmod(0o755)
    return plain(repo, revision)


def recursing_submodules(repo, revision):
    other = repo.path.parent / "other"
    repo.git("init", "-q", other)
    type(repo)(other, repo.variables).git("commit", "-q", "--allow-empty", "-m", "Begin", "--no-verify")
    repo.git("submodule", "--quiet", "add", other, "part.md")
    repo.git("config", "submodule.recurse", "true")
    return plain(repo, revision)


MODES = [
    plain, all_tracked, patch, paths, amend, first, below, linked_worktree, submodule, named_git_dir, clean_merge,
    merge_with_conflict, cherry_pick, split_index, index_version_4, sparse_checkout, sparse_index, intent_to_add,
    autocrlf, partly_staged, shared_objects, sha256, odd_names, hook_of_git_after_each_index,
    recursing_submodules,
]  # fmt: skip


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.__name__)
@pytest.mark.wide(
    "all_tracked",
    "paths",
    "amend",
    "below",
    "submodule",
    "named_git_dir",
    "merge_with_conflict",
    "split_index",
    "sparse_checkout",
    "sparse_index",
    "autocrlf",
    "shared_objects",
    "sha256",
    "hook_of_git_after_each_index",
    "first",
    "cherry_pick",
    "partly_staged",
    "patch",
    "index_version_4",
    "intent_to_add",
    "odd_names",
    "linked_worktree",
)
def test_model_alone_is_blocked(repo, mode):
    blocked(*mode(repo, revision=False))


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.__name__)
@pytest.mark.wide(
    "patch",
    "below",
    "submodule",
    "named_git_dir",
    "clean_merge",
    "cherry_pick",
    "split_index",
    "index_version_4",
    "sparse_checkout",
    "sparse_index",
    "intent_to_add",
    "autocrlf",
    "shared_objects",
    "sha256",
    "hook_of_git_after_each_index",
    "all_tracked",
    "amend",
    "merge_with_conflict",
    "odd_names",
    "first",
    "linked_worktree",
    "recursing_submodules",
)
def test_model_with_its_revision_passes(repo, mode):
    passed(*mode(repo, revision=True))


def blocked(repo, done):
    assert done.returncode == 1, done.stderr
    assert done.stderr.count("error[drift] ") == 1
    assert "user.phone" in done.stderr
    assert "phone" not in repo.run("git", "show", "HEAD:./models.py").stdout
    assert changed_by_the_check(repo) == []


def passed(repo, done):
    assert done.returncode == 0, done.stderr
    assert "migrat" not in done.stderr
    assert "phone" in repo.run("git", "show", "HEAD:./models.py").stdout
    assert changed_by_the_check(repo) == []


# --- a revision on disk that the commit would not hold


def untracked(repo):
    repo.git("add", "models.py")


def intended(repo):
    repo.git("add", "models.py")
    repo.git("add", "-N", REVISION)


def ignored(repo):
    repo.write(".gitignore", "bbbb_*\n")
    repo.git("add", "models.py", ".gitignore")


def edited(repo):
    repo.write(REVISION, REVISION_TEXT.replace("op.add_column", "print").replace("op.drop_column", "print"))
    repo.git("add", "-A")
    repo.write(REVISION, REVISION_TEXT)


@pytest.mark.parametrize(
    ("state", "arguments", "add"),
    [
        pytest.param(untracked, (), f"git add {REVISION}", id="untracked"),
        pytest.param(intended, (), f"git add {REVISION}", id="intent to add"),
        pytest.param(edited, (), f"git add {REVISION}", id="unstaged edit"),
        pytest.param(ignored, (), f"git add -f {REVISION}", id="ignored"),
    ],
)
@pytest.mark.wide("intent to add", "unstaged edit")
def test_revision_on_disk_does_not_count_and_is_named(repo, state, arguments, add):
    change(repo, revision=True)
    state(repo)
    done = repo.run("git", "commit", "-m", "Change", *arguments)
    assert done.returncode == 1
    assert done.stderr.count("error[unstaged-revision]") == 1
    assert f"To mend it:\n  {add}\n" in done.stderr
    assert "migrate-guard fix" not in done.stderr
    assert changed_by_the_check(repo) == []


def test_a_revision_that_the_paths_of_a_commit_leave_out(repo):
    change(repo, revision=True)
    repo.git("add", "-A")
    done = repo.run("git", "commit", "-m", "Change", "--", "models.py")
    assert done.returncode == 1
    left_out = "revision bbbb is staged, but the paths of this commit leave it out: name it too, or none."
    assert left_out in " ".join(done.stderr.split())
    assert "git add" not in done.stderr and "migrate-guard fix" not in done.stderr
    assert repo.run("git", "commit", "-m", "Change", "--", "models.py", REVISION).returncode == 0


def test_a_revision_without_its_model_is_not_undone(repo):
    """The command at the end stages the model; a revision that drops the column again would pass as well."""
    change(repo, revision=True)
    repo.git("add", REVISION)
    blocked = repo.run("git", "commit", "-m", "Change")
    assert blocked.returncode == 1
    assert "the history has it, the models do not" in blocked.stderr
    assert "To mend it:\n  git add models.py\n" in blocked.stderr
    repo.git("add", "models.py")
    assert repo.run("git", "commit", "-m", "Change").returncode == 0


def test_commands_are_typed_where_the_person_stands(repo):
    change(repo, revision=True)
    repo.git("add", "models.py")
    blocked = repo.run("git", "commit", "-m", "Change", cwd="migrations")
    assert "\n  git add versions/" in blocked.stderr


@pytest.mark.parametrize("state", [untracked, intended, ignored])
def test_fix_refuses_where_a_revision_is_on_disk(repo, state):
    change(repo, revision=True)
    state(repo)
    before = sorted((repo.path / "migrations/versions").iterdir())
    done = repo.guard("fix", "--staged", "-m", "again")
    assert done.returncode == 1
    assert "git add " in done.stdout and "migrate-guard fix" not in done.stdout
    assert done.stdout.endswith("\nNothing was written.\n")
    assert sorted((repo.path / "migrations/versions").iterdir()) == before


def test_fix_names_the_revision_that_fills_a_gap(repo):
    """The graph alone is judged, and the answer is the same."""
    change(repo, revision=True)
    repo.write(
        "migrations/versions/cccc_more.py", 'revision = "cccc"\ndown_revision = "bbbb"\ndef upgrade(): pass\n'
    )
    repo.git("add", "models.py", "migrations/versions/cccc_more.py")
    done = repo.guard("fix", "--staged", "-m", "again")
    assert done.returncode == 1
    assert "error[missing-down-revision]" in done.stdout
    assert f"  git add {REVISION}\n" in done.stdout


def test_unrelated_revision_on_disk_is_no_error(repo):
    change(repo, revision=True)
    repo.git("add", "-A")
    repo.write("migrations/versions/cccc_more.py", 'revision = "cccc"\ndown_revision = "bbbb"\n')
    assert repo.run("git", "commit", "-m", "Change").returncode == 0


# --- what the commit is compared with


def test_index_equal_to_head_is_judged_in_full(repo):
    change(repo, revision=False)
    repo.commit("Not guarded", "--no-verify")
    done = repo.run("git", "commit", "--amend", "-m", "Reworded")
    assert done.returncode == 1
    assert "error[drift]" in done.stderr and "user.phone" in done.stderr
    assert repo.guard("check", "--staged").returncode == 1


BEFORE = """\
1 difference was there before this commit; `migrate-guard check` lists it and
  `migrate-guard baseline` accepts it.
"""


def test_drift_of_the_parent_is_a_line(repo, shows):
    change(repo, revision=False)
    repo.commit("Not guarded", "--no-verify")
    repo.write("other.py", "OTHER = 1\n")
    repo.git("add", "-A")
    done = repo.guard("check", "--staged")
    assert done.returncode == 0
    shows(done, "older", "a line alone")
    assert repo.guard("check").returncode == 1
    committed = repo.run("git", "commit", "-m", "Other")
    assert (committed.returncode, BEFORE in committed.stderr) == (0, True)


def test_parent_is_measured_by_the_settings_of_the_commit(repo):
    """What they find is no doing of the commit that only brings them; its own drift is."""
    change(repo, revision=False)
    ini = repo.path / "alembic.ini"
    ini.write_text(ini.read_text() + "\n")
    repo.commit("Not guarded", "--no-verify")
    repo.write("pyproject.toml", '[tool.migrate-guard]\njudge = "autogenerate"\n')
    repo.git("add", "-A")
    done = repo.run("git", "commit", "-m", "Guard")
    assert (done.returncode, BEFORE in done.stderr) == (0, True), done.stderr


def test_new_drift_beside_the_parents_blocks(repo):
    change(repo, revision=False)
    repo.commit("Not guarded", "--no-verify")
    repo.replace("models.py", TITLE, TITLE + BODY)
    repo.git("add", "-A")
    done = repo.run("git", "commit", "-m", "Body")
    assert done.returncode == 1
    assert "differ in 1 point" in done.stderr and "post.body" in done.stderr
    assert 'fix -m "add_post_body"' in done.stderr
    assert BEFORE in done.stderr and "user.phone" not in done.stderr


def _drifted_main_and_feature(repo, notes):
    """main has drifted before feature adds a column with its revision; both have notes."""
    repo.git("checkout", "-q", "-b", "feature")
    repo.replace("models.py", TITLE, TITLE + BODY)
    repo.write("migrations/versions/cccc_body.py", BODY_REVISION)
    repo.write(*notes)
    repo.commit("Feature")
    repo.git("checkout", "-q", "main")
    change(repo, revision=False)
    repo.write("notes.md", "Main\n")
    repo.commit("Not guarded", "--no-verify")
    repo.git("checkout", "-q", "feature")


def test_drift_of_either_side_of_a_merge_is_old(repo):
    """Git names the other side in a variable, before there is a MERGE_HEAD."""
    _drifted_main_and_feature(repo, ("feature.md", "Feature\n"))
    merged = repo.run("git", "merge", "--no-edit", "main")
    assert (merged.returncode, merged.stderr) == (0, BEFORE)
    assert changed_by_the_check(repo) == []
    assert len(repo.git("rev-parse", "HEAD^@").split()) == 2

    again = repo.guard("check", "--staged")  # HEAD is the merge now
    assert again.returncode == 0
    assert again.stdout.startswith(BEFORE)
    assert repo.guard("check").returncode == 1


@pytest.mark.wide
def test_drift_of_either_side_of_a_merge_with_conflicts_is_old(repo):
    """What is made while they are resolved is not."""
    _drifted_main_and_feature(repo, ("notes.md", "Feature\n"))
    assert repo.run("git", "merge", "main").returncode == 1
    repo.write("notes.md", "Both\n")
    repo.replace("models.py", PHONE, PHONE + '    Column("fax", String(20)),\n')
    repo.git("add", "-A")
    blocked = repo.run("git", "commit", "--no-edit")
    assert blocked.returncode == 1
    assert "differ in 1 point" in blocked.stderr and "user.fax" in blocked.stderr
    assert BEFORE in blocked.stderr

    repo.replace("models.py", '    Column("fax", String(20)),\n', "")
    repo.git("add", "-A")
    passed = repo.run("git", "commit", "--no-edit")
    assert (passed.returncode, passed.stderr) == (0, BEFORE)


@pytest.mark.wide
def test_drift_of_each_side_of_an_octopus_is_old(repo):
    for name, after, column in (("one", NAME, PHONE), ("two", TITLE, BODY)):
        repo.git("checkout", "-q", "-b", name, "main")
        repo.replace("models.py", after, after + column)
        repo.commit(name, "--no-verify")
    repo.git("checkout", "-q", "main")
    repo.write("main.md", "Main\n")
    repo.commit("Main")
    done = repo.run("git", "merge", "--no-edit", "one", "two")
    assert done.returncode == 0, done.stderr
    assert len(repo.git("rev-parse", "HEAD^@").split()) == 3
    judged = repo.guard("check", "--staged")
    assert (judged.returncode, "2 differences were there before this commit" in judged.stdout) == (0, True)


def test_a_side_of_a_merge_that_cannot_be_judged_excuses_nothing(repo):
    _drifted_main_and_feature(repo, ("feature.md", "Feature\n"))
    repo.git("checkout", "-q", "main")
    repo.write("migrations/env.py", "import gone\n" + (repo.path / "migrations/env.py").read_text())
    repo.commit("A dependency", "--no-verify")
    broken = repo.git("rev-parse", "main")[:8]
    repo.git("checkout", "-q", "feature")
    repo.run("git", "merge", "--no-commit", "main")
    repo.git("checkout", "feature", "--", "migrations/env.py")
    done = repo.run("git", "commit", "--no-edit")
    assert done.returncode == 1
    assert "differ in 1 point" in done.stderr and "user.phone" in done.stderr
    said = " ".join(done.stderr.split())
    assert f"note: what only {broken} has counts as new, since {broken} cannot be judged: running" in said


def test_two_heads_of_a_merge_block(repo):
    repo.git("checkout", "-q", "-b", "side")
    repo.write(
        "migrations/versions/cccc_side.py", 'revision = "cccc"\ndown_revision = "aaaa"\ndef upgrade(): pass\n'
    )
    repo.commit("Side")
    repo.git("checkout", "-q", "main")
    change(repo, revision=True)
    repo.commit("Main")
    done = repo.run("git", "merge", "--no-edit", "side")
    assert done.returncode == 1
    assert "error[multiple-heads]" in done.stderr
    assert 'alembic merge -m "merge heads" heads\n' in done.stderr
    assert changed_by_the_check(repo) == []


def test_heads_of_before_are_a_line_unless_the_commit_touches_revisions(repo):
    repo.write(
        "migrations/versions/cccc_side.py", 'revision = "cccc"\ndown_revision = None\ndef upgrade(): pass\n'
    )
    repo.commit("Two heads", "--no-verify")
    repo.write("other.py", "OTHER = 1\n")
    other = repo.run("git", "add", "-A") and repo.run("git", "commit", "-m", "Other")
    repo.write("other.py", "OTHER = 2\n")
    repo.git("add", "-A")
    heads = repo.guard("heads", "--staged")
    by_hand = repo.guard("check")
    change(repo, revision=True)
    repo.git("add", "-A")
    blocked = repo.run("git", "commit", "-m", "Phone")

    line = "2 heads were there before this commit; `migrate-guard fix --merge` joins them."
    assert (other.returncode, " ".join(other.stderr.split())) == (0, line)
    assert (heads.returncode, line in " ".join(heads.stdout.split())) == (0, True)
    assert (by_hand.returncode, "error[multiple-heads]" in by_hand.stdout) == (1, True)
    assert (blocked.returncode, "error[multiple-heads]" in blocked.stderr) == (1, True)


def test_unmerged_index_cannot_be_judged(repo, shows):
    _side_branch(repo, False, ("models.py", "conflict = 1\n"))
    assert repo.run("git", "merge", "side").returncode == 1
    for done in (
        repo.guard("check", "--staged"),
        repo.guard("fix", "--staged", "-m", "x"),
        repo.guard("fix", "--hook"),
    ):
        assert (done.returncode, done.stdout) == (2, "")
        shows(done, "source", "unmerged paths")


def test_skip(repo):
    change(repo, revision=False)
    repo.git("add", "-A")
    done = repo.run("git", "commit", "-m", "Change", env={"SKIP": "flake8,migrate-guard"})
    assert (done.returncode, done.stderr) == (0, "")


def test_simultaneous_checks_do_not_disturb_each_other(repo):
    change(repo, revision=False)
    repo.git("add", "models.py")
    other = type(repo)(repo.path.parent / "other", repo.variables)
    repo.git("worktree", "add", "-q", other.path)
    command = [sys.executable, "-m", "migrate_guard", "check"]
    running = [
        subprocess.Popen(
            [*command, *options],
            cwd=tree.path,
            env=repo.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
        for tree, options in (
            (repo, ["--staged"]),
            (repo, []),
            (other, ["--staged"]),
            (repo, ["--ref", "HEAD"]),
        )
    ]
    for at in range(20):
        repo.write("busy.md", f"{at}\n")
        repo.git("add", "busy.md")
    ended = [(process.communicate(), process.returncode) for process in running]
    assert [code for _, code in ended] == [1, 1, 0, 0] * 2, ended
    assert {errors for (_, errors), _ in ended} == {b""}
    runs = Path(repo.variables["XDG_CACHE_HOME"], "migrate-guard", "runs")
    assert list(runs.iterdir()) == []


# --- no environment in the commit


def _without_environment(repo):
    repo.git("rm", "-q", "-r", "--cached", "migrations", "alembic.ini")


def _gone(repo):
    _without_environment(repo)
    shutil.rmtree(repo.path / "migrations")
    # what every virtual environment holds
    repo.write(
        ".venv/lib/python3.12/site-packages/alembic/templates/generic/env.py", "from alembic import context\n"
    )
    repo.write(".gitignore", ".venv\n")
    repo.git("add", ".gitignore")


def _not_added(repo):
    _without_environment(repo)


def _ignored_as_a_whole(repo):
    _without_environment(repo)
    repo.write(".gitignore", "# ours\nmigrations/\n")
    repo.git("add", ".gitignore")


def _excluded(repo):
    repo.write("pyproject.toml", '[tool.migrate-guard]\nexclude = ["migrations"]\n')
    repo.git("add", "pyproject.toml")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(
            _gone, ["models.py declares models, but the index holds no Alembic", "alembic init"], id="none"
        ),
        pytest.param(
            _not_added, ["migrations was never added to git", "hint: git add migrations"], id="untracked"
        ),
        pytest.param(_ignored_as_a_whole, ["git ignores", ".gitignore:2:migrations/"], id="ignored"),
        pytest.param(_excluded, ["every Alembic environment is excluded: migrations."], id="excluded"),
    ],
)
@pytest.mark.wide("untracked", "ignored")
def test_models_without_an_environment_cannot_be_judged(repo, make, words):
    repo.replace("models.py", "metadata = MetaData()", "metadata = MetaData()  # declarative_base()")
    repo.git("add", "models.py")
    make(repo)
    for done in (repo.guard("check", "--staged"), repo.guard("fix", "--hook")):
        assert done.returncode == 2
        said = " ".join(done.stderr.split())
        assert [part for part in words if part not in said] == [], said


# --- what is relevant


def _linked(repo):
    (repo.path / "new.md").symlink_to("models.py")


def _submodule(repo):
    outside = repo.path.parent / "outside"
    repo.git("init", "-q", outside)
    type(repo)(outside, repo.variables).git("commit", "-q", "--allow-empty", "-m", "Begin", "--no-verify")
    repo.git("submodule", "--quiet", "add", outside, "part.md")
    repo.git("rm", "-q", "--cached", ".gitmodules")


def _deleted(name):
    return lambda repo: repo.git("rm", "-q", name)


def _renamed(repo):
    repo.git("mv", "models.py", "models.md")


def _written(*files):
    return lambda repo: [repo.write(name, "content\n") for name in files]


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(_written("a.md", "b/c.css", "d.png", "e.js"), id="documents, styles, images, scripts"),
        pytest.param(_written("LICENSE", "b/README", "NOTES.MD"), id="by name, in any case"),
        pytest.param(_deleted("notes.md"), id="a deleted document"),
    ],
)
def test_irrelevant_commit_passes_without_an_interpreter(repo, make):
    make(repo)
    repo.git("add", "-A")
    done = repo.run("git", "commit", "-m", "Change", env={"MIGRATE_GUARD_PYTHON": "/nonexistent"})
    assert (done.returncode, done.stderr) == (0, "")
    assert changed_by_the_check(repo) == []
    made = Path(repo.variables["XDG_CACHE_HOME"], "migrate-guard").iterdir()
    assert [path.name for path in made] == ["templates"]  # which the tests share


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(_linked, id="a link called x.md"),
        pytest.param(_submodule, id="a submodule called x.md"),
        pytest.param(_deleted("models.py"), id="a deleted model"),
        pytest.param(_renamed, id="a model renamed to x.md"),
        pytest.param(_deleted("migrations/versions/aaaa_begin.py"), id="a deleted revision"),
        pytest.param(_written("requirements.txt"), id="requirements.txt"),
        pytest.param(_written("notes.md", "pyproject.toml"), id="a setting beside a document"),
    ],
)
@pytest.mark.wide("a submodule called x.md", "a deleted model", "a deleted revision", "requirements.txt")
def test_relevant_commit_needs_an_interpreter(repo, make):
    make(repo)
    if make is not _submodule:
        repo.git("add", "-A")
    done = repo.run("git", "commit", "-m", "Change", env={"MIGRATE_GUARD_PYTHON": "/nonexistent"})
    assert done.returncode == 1
    assert "error: " in done.stderr and "/nonexistent" in done.stderr
    assert "SKIP=migrate-guard git commit" in done.stderr


def test_irrelevant_commit_imports_next_to_nothing(repo):
    repo.write("a.md", "content\n")
    repo.git("add", "-A")
    command = [sys.executable, "-I", "-X", "importtime", "-m", "migrate_guard", "check", "--staged"]
    done = repo.run(*command)
    assert done.returncode == 0
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "migrate_guard.repository.gate" in imported
    heavy = {
        "git",
        "platformdirs",
        "dotenv",
        "dataclasses",
        "tomllib",
        "tomli",
        "sqlalchemy",
        "tempfile",
        "json",
        "typing",
        "inspect",
    }
    assert imported & heavy == set()
