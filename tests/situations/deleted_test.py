"""What a commit deletes: migrations that databases stand at, and modules that are still imported."""

import pytest

LAST = "migrations/versions/cccccccccccc_create_post.py"
MIDDLE = "migrations/versions/bbbbbbbbbbbb_add_email.py"


def deleted(checkout):
    checkout.git("rm", "-q", LAST)


def moved(checkout):
    checkout.write("old/README", "")
    checkout.git("mv", LAST, "old/cccccccccccc_create_post.py")


def not_looked_at(checkout):
    checkout.write("migrations/new/README", "")
    checkout.replace("alembic.ini", "[alembic]\n", "[alembic]\nversion_locations = %(here)s/migrations/new\n")


@pytest.mark.wide("not looked at")
@pytest.mark.parametrize(
    "change, name",
    [
        pytest.param(deleted, "deleted", id="deleted"),
        pytest.param(moved, "moved", id="moved"),
        pytest.param(not_looked_at, "not looked at", id="not looked at"),
    ],
)
def test_a_migration_that_is_gone_is_brought_back(project, shows, change, name):
    checkout = project("linear")
    change(checkout)
    checkout.git("add", "-A")

    blocked = checkout.guard("check", "--staged")
    assert checkout.run("sh", "-c", command_of(blocked)).returncode == 0
    restored = checkout.guard("check", "--staged")

    assert (blocked.returncode, restored.returncode) == (1, 0), restored.stdout
    shows(blocked, "drift", f"a migration that is gone, {name}")


def test_ones_own_migration_is_written_anew(project):
    checkout = project("linear")
    deleted(checkout)

    fixed = checkout.guard("fix", "--staged", "-m", "anew")

    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    assert checkout.guard("check", "--staged").returncode == 0


def test_one_that_a_remote_has_is_not_written_anew(project, shows):
    checkout = project("linear")
    checkout.git("update-ref", "refs/remotes/origin/main", "HEAD")
    deleted(checkout)

    fixed = checkout.guard("fix", "--staged", "-m", "anew")

    assert fixed.returncode == 1
    assert checkout.git("status", "--porcelain").split() == ["D", LAST]
    shows(fixed, "drift", "a migration that is gone, and a remote has it")


def test_other_drift_beside_a_deleted_migration_of_another_table(project, plant):
    checkout = project("linear")
    deleted(checkout)
    checkout.write("models.py", (checkout.path / "models.py").read_text().split("class Post")[0])
    plant(checkout)
    checkout.git("add", "-A")

    blocked = checkout.guard("check", "--staged")

    assert blocked.returncode == 1
    assert "  migrate-guard fix -m" in blocked.stdout


@pytest.mark.wide("the last commit", "another branch")
@pytest.mark.parametrize(
    "where, further",
    [
        pytest.param("this commit", False, id="this commit"),
        pytest.param("an earlier commit", False, id="the last commit"),
        pytest.param("an earlier commit", True, id="an earlier commit"),
        pytest.param("another branch", False, id="another branch"),
    ],
)
def test_a_migration_that_another_one_needs_is_brought_back(project, shows, where, further):
    checkout, ids = project("linear"), {}
    if where == "another branch":
        checkout.git("branch", "feature")
        checkout.git("rm", "-q", MIDDLE)
        checkout.git("commit", "-q", "--amend", "-m", "Begin without it")
    else:
        checkout.git("rm", "-q", MIDDLE)
    if where == "an earlier commit":
        checkout.git("commit", "-q", "-m", 'Revert "Add email"')
        ids = {"COMMIT": checkout.git("rev-parse", "HEAD")[:8]}
        if further:
            checkout.write("README", "")
            checkout.commit("Further")

    blocked = checkout.guard("heads", "--staged")
    assert checkout.run("sh", "-c", command_of(blocked)).returncode == 0
    restored = checkout.guard("heads", "--staged")

    assert (blocked.returncode, restored.returncode) == (1, 0)
    if where == "another branch":
        ids = {"COMMIT": checkout.git("rev-parse", "feature")[:8]}
    shows(blocked, "missing-down-revision", f"deleted by {where}", **ids)


def test_nothing_is_known_of_a_migration_that_was_never_committed(project):
    checkout = project("linear")
    checkout.replace(LAST, "bbbbbbbbbbbb", "dddddddddddd")
    checkout.git("add", "-A")

    blocked = checkout.guard("heads", "--staged")

    assert "Restore its file" in blocked.stdout


def test_a_module_that_this_commit_renames(project, shows):
    checkout = project("linear")
    checkout.git("mv", "models.py", "tables.py")

    result = checkout.guard("check", "--staged")

    assert result.returncode == 2
    shows(result, "missing-module", "renamed by this commit")


def test_a_module_of_a_package_that_this_commit_deletes(project, shows):
    checkout = project("linear")
    checkout.write("kinds/__init__.py", "")
    checkout.write("kinds/lengths.py", "LENGTH = 120\n")
    checkout.replace("models.py", "from sqlalchemy.orm", "from kinds import lengths\nfrom sqlalchemy.orm")
    checkout.commit("Lengths")
    checkout.git("rm", "-q", "kinds/lengths.py")

    result = checkout.guard("check", "--staged")

    assert result.returncode == 2
    shows(result, "missing-module", "deleted by this commit")


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("from sqlalchemy._compat import text_type", id="a module"),
        pytest.param("from sqlalchemy import _app_ctx_stack", id="a name"),
    ],
)
def test_a_package_of_another_version(project, line):
    checkout = project("linear")
    checkout.replace("models.py", "from sqlalchemy.orm", f"{line}\nfrom sqlalchemy.orm")

    result = checkout.guard("check")

    said = " ".join(result.stdout.split())
    assert result.returncode == 2
    assert (
        f"is installed and has no sqlalchemy.{line.split()[1 if '_compat' in line else -1].rpartition('.')[2]}. The versions do not fit"
        in said
    )
    assert "Install it into" not in said


def command_of(result):
    """The one command that the screen offers."""
    commands = [line.strip() for line in result.stdout.splitlines() if line.startswith("  git ")]
    assert len(commands) == 1, result.stdout
    return commands[0]
