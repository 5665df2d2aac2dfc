"""What counts is what is judged: settings, revisions and dependencies of the source, not of the disk."""

import sys

import pytest

PHONE = "    phone = Column(String(20))\n"
COMPUTED = """\
revision = "".join(["d" * 12])
down_revision = "cccccccccccc"


def upgrade():
    pass
"""
HEADS = "[tool.migrate-guard]\nheads = 2\n"


def test_a_setting_counts_when_it_is_staged(project):
    checkout = project("two_heads")
    checkout.write("pyproject.toml", HEADS)
    assert checkout.guard("heads", "--staged").returncode == 1
    checkout.git("add", "pyproject.toml")
    assert checkout.guard("heads", "--staged").returncode == 0


def test_a_revision_that_only_alembic_can_read(project, plant):
    checkout = project("linear")
    checkout.write("migrations/versions/d.py", COMPUTED)

    clean = checkout.guard("check")
    heads = checkout.guard("heads")
    checkout.write("migrations/versions/e.py", COMPUTED.replace('"d"', '"e"'))
    two = checkout.guard("check")

    assert clean.returncode == 0
    assert "note: migrations/versions/d.py: revision is computed; Alembic's own reading was" in clean.stdout
    assert (heads.returncode, "revision is computed" in heads.stdout) == (2, True)
    assert (two.returncode, "the history has 2 heads" in two.stdout) == (1, True)


def test_heads_names_the_migrations_that_it_has_not_read(project, shows):
    checkout = project("two_heads")
    for name in ("bbbbbbbbbbbb_add_email", "cccccccccccc_create_post"):
        (checkout.path / "migrations/core").mkdir(exist_ok=True)
        checkout.git("mv", f"migrations/versions/{name}.py", f"migrations/core/{name}.py")
    checkout.write("tests/versions/dddddddddddd_of_a_test.py", COMPUTED)

    elsewhere = checkout.guard("heads")
    checkout.write("pyproject.toml", '[tool.migrate-guard]\nexclude = ["migrations/core"]\n')
    excluded = checkout.guard("heads")

    assert elsewhere.returncode == 2
    shows(elsewhere, "heads", "migrations that were not read")
    assert excluded.returncode == 0


def test_heads_reads_the_ids_of_a_file_of_a_newer_python(project, shows):
    checkout = project("two_heads")
    file = checkout.path / "migrations/versions/cccccccccccc_create_post.py"
    file.write_text(f"{file.read_text()}\n\ndef seed():\n    $newer$\n")

    heads = checkout.guard("heads")

    assert heads.returncode == 1
    shows(heads, "heads", "a file of a newer Python", PYTHON="{}.{}".format(*sys.version_info))


def test_a_revision_on_disk_that_only_alembic_can_read_may_be_the_missing_one(project, plant):
    checkout = project("linear")
    plant(checkout)
    checkout.git("add", "-A")
    checkout.write("migrations/versions/d.py", COMPUTED)

    blocked = checkout.guard("check", "--staged")

    assert blocked.returncode == 1
    assert "  git add migrations/versions/d.py\n" in blocked.stdout
    assert "migrate-guard fix" not in blocked.stdout


def test_one_command_for_several_environments(project, plant):
    checkout = project("two_environments")
    for name in ("accounts", "tasks"):
        plant(checkout, next(path for path in _models(checkout) if name in path))
    checkout.git("add", "-A")

    blocked = checkout.guard("check", "--staged")
    fixed = checkout.guard("fix", "--staged")

    commands = [line for line in blocked.stdout.splitlines() if line.startswith("  migrate-guard fix")]
    assert commands == ["  migrate-guard fix"], blocked.stdout
    assert fixed.returncode == 0, fixed.stdout
    assert (
        len({line.rsplit("/", 1)[-1] for line in fixed.stdout.splitlines() if line.startswith("Wrote")}) == 2
    )


def _models(checkout):
    return checkout.git("ls-files", "*models.py").split()


def test_a_file_that_cannot_be_read_is_named_with_its_way_out(project, shows):
    checkout = project("linear")
    checkout.write("template/alembic.ini", "[alembic\n")

    refused = checkout.guard("check")
    checkout.write("pyproject.toml", '[tool.migrate-guard]\nexclude = ["template"]\n')
    left_out = checkout.guard("check")

    assert refused.returncode == 2
    shows(refused, "no-environment", "an ini that cannot be read")
    assert left_out.returncode == 0


@pytest.mark.wide
def test_a_dependency_that_a_commit_brings(project):
    """Also where that commit is judged later on, and not where a later one takes it away."""
    checkout = project("linear")
    text = (checkout.path / "models.py").read_text()
    checkout.write("models.py", "import arrow\n" + text)
    checkout.write("requirements.txt", "arrow==1.3\n")
    checkout.commit("Tell the time")
    gains = "requirements.txt gains arrow in this commit"

    assert gains in checkout.guard("check", "--ref", "HEAD").stdout
    assert gains in checkout.guard("check", "--staged").stdout
    checkout.write("requirements.txt", "")
    checkout.commit("Forget it")
    assert gains not in checkout.guard("check", "--ref", "HEAD").stdout
    assert gains in checkout.guard("check", "--ref", "HEAD~1").stdout


def test_another_environment_is_active(project, environment, tmp_path):
    checkout = project("linear")
    del checkout.variables["MIGRATE_GUARD_PYTHON"]
    (checkout.path / ".venv").symlink_to(environment)
    other = tmp_path / "other"
    checkout.run("python", "-m", "venv", "--without-pip", other)

    result = checkout.guard("check", env={"VIRTUAL_ENV": str(other)})

    assert result.returncode == 0
    assert "note: " in result.stdout and str(other) in result.stdout.replace("\n", "")
