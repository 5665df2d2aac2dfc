"""Paths that lead out of what is judged: into the working tree, or to folders of our own."""

import os
import shutil

import pytest

DRIFT = "    name = Column(String(50), nullable=False)\n"
PHONE = f"{DRIFT}    phone = Column(String(20))\n"
ADD = '''\
"""Add phone"""

import sqlalchemy as sa
from alembic import op

revision = "dddddddddddd"
down_revision = "cccccccccccc"


def upgrade():
    op.add_column("user", sa.Column("phone", sa.String(20)))


def downgrade():
    op.drop_column("user", "phone")
'''


def by_version_locations(checkout):
    checkout.replace(
        "alembic.ini", "script_location = %(here)s/migrations",
        f"script_location = %(here)s/migrations\nversion_locations = {checkout.path}/migrations/versions",
    )  # fmt: skip


def by_script_location(checkout):
    checkout.replace(
        "alembic.ini",
        "script_location = %(here)s/migrations",
        f"script_location = {checkout.path}/migrations",
    )


def by_linked_versions(checkout):
    os.rename(checkout.path / "migrations/versions", checkout.path / "revisions")
    os.symlink(checkout.path / "revisions", checkout.path / "migrations/versions")


def by_linked_models(checkout):
    os.rename(checkout.path / "models.py", checkout.path / "tables.py")
    os.symlink(checkout.path / "tables.py", checkout.path / "models.py")


def by_linked_script_directory(checkout):
    os.rename(checkout.path / "migrations", checkout.path / "db")
    os.symlink("db", checkout.path / "migrations")


WAYS = {
    "version_locations": by_version_locations,
    "script_location": by_script_location,
    "a link to the revisions": by_linked_versions,
    "a link to the models": by_linked_models,
    "a relative link to the script directory": by_linked_script_directory,
}


@pytest.mark.wide("script_location", "a link to the models", "a relative link to the script directory")
@pytest.mark.parametrize("lead", WAYS.values(), ids=WAYS)
def test_the_index_is_judged_and_nothing_is_written_past_it(project, lead):
    """The models are staged with a column more; its revision is on disk alone."""
    checkout = project("linear")
    lead(checkout)
    checkout.commit("Lead elsewhere")
    models = "tables.py" if (checkout.path / "tables.py").exists() else "models.py"
    versions = os.path.realpath(checkout.path / "migrations/versions")
    checkout.replace(models, DRIFT, PHONE)
    checkout.git("add", models)
    with open(f"{versions}/dddddddddddd_phone.py", "w") as file:
        file.write(ADD)
    before = sorted(os.listdir(versions))

    staged = checkout.guard("check", "--staged")
    by_hand = checkout.guard("check")
    os.unlink(f"{versions}/dddddddddddd_phone.py")
    dry = checkout.guard("fix", "--dry-run", "-m", "Add phone")
    after = sorted(os.listdir(versions))
    fixed = checkout.guard("fix", "-m", "Add phone")
    clean = checkout.guard("check", "--staged")

    assert (staged.returncode, "column user.phone" in staged.stdout) == (1, True), staged.stdout
    assert (by_hand.returncode, "they agree" in by_hand.stdout) == (0, True), by_hand.stdout
    assert (dry.returncode, after) == (0, before[:-1] if before[-1].startswith("d") else after), dry.stdout
    assert (fixed.returncode, clean.returncode) == (0, 0), fixed.stdout + clean.stdout
    assert len(os.listdir(versions)) == len(after) + 1


RUN = """\
import runpy
from types import SimpleNamespace

models = SimpleNamespace(**runpy.run_path("{}/models.py"))
"""
READ = """\
import models

with open("{}/words.json") as words:
    words.read()
"""


def test_code_that_is_read_by_its_path(project, shows):
    """What is judged has another one: nothing can be said."""
    checkout = project("linear")
    checkout.replace("migrations/env.py", "import models\n", RUN.format(checkout.path))
    checkout.commit("Run the models")
    alike = checkout.guard("check", "--staged")
    checkout.replace("models.py", DRIFT, PHONE)

    result = checkout.guard("check", "--staged")

    assert (alike.returncode, result.returncode) == (0, 2), alike.stdout
    shows(result, "source", "code that is read by its path")


@pytest.mark.wide
def test_code_that_is_read_from_a_changed_folder(project):
    checkout = project("linear")
    change = 'import os\n\nhere = os.getcwd()\nos.chdir("{0}/../{1}")\nexec(open("models.py").read())\nos.chdir(here)\n'
    checkout.replace(
        "migrations/env.py",
        "import models\n",
        change.format(checkout.path, checkout.path.name) + "import models\n",
    )
    checkout.commit("Read the models")
    checkout.replace("models.py", DRIFT, PHONE)

    assert checkout.guard("check", "--staged").returncode == 2


def test_code_that_git_ignores_is_what_it_is(project):
    """The project is shown it as it lies there."""
    checkout = project("linear")
    checkout.write(".gitignore", "local.py\n")
    checkout.write("local.py", "DEBUG = True\n")
    checkout.replace(
        "migrations/env.py",
        "import models\n",
        RUN.format(checkout.path).replace("/models.py", "/local.py").replace("models =", "local =")
        + "import models\n",
    )
    checkout.commit("Run the settings")

    result = checkout.guard("check", "--staged")

    assert (result.returncode, "was read from" in result.stdout) == (0, False), result.stdout


def test_data_that_is_read_by_its_path(project, shows):
    checkout = project("linear")
    checkout.write("words.json", "[]")
    checkout.replace("migrations/env.py", "import models\n", READ.format(checkout.path))
    checkout.commit("Read words")
    checkout.write("words.json", "[1]")

    result = checkout.guard("check", "--staged")

    assert result.returncode == 0
    shows(result, "source", "data that is read by its path")


def test_a_cache_inside_the_repository_is_no_part_of_it(project):
    checkout = project("linear")
    checkout.variables["XDG_CACHE_HOME"] = str(checkout.path / "ci-cache")

    results = [checkout.guard("check") for _ in range(3)]

    assert [result.returncode for result in results] == [0, 0, 0], results[-1].stdout
    assert checkout.git("status", "--porcelain") == ""
    (snapshots,) = (checkout.path / "ci-cache").glob("*/snapshots")
    assert not list(snapshots.rglob("ci-cache"))


def test_a_revision_that_is_a_link_out_of_the_repository(project, tmp_path):
    checkout = project("linear")
    (last,) = (checkout.path / "migrations/versions").glob("cccccccccccc*")
    last.rename(tmp_path / last.name)
    last.symlink_to(tmp_path / last.name)
    checkout.commit("A link", "--no-verify")

    result = checkout.guard("check", "--staged")

    assert result.returncode == 2
    assert f"revision cccccccccccc is a link to {tmp_path / last.name}, which is not part" in result.stdout


def test_revisions_outside_of_the_repository(project, tmp_path):
    """They would be judged as they are on disk, whatever is committed."""
    checkout = project("linear")
    versions = tmp_path / "elsewhere"
    shutil.copytree(checkout.path / "migrations/versions", versions)
    ini = (checkout.path / "alembic.ini").read_text()
    checkout.write("alembic.ini", ini.replace("[alembic]", f"[alembic]\nversion_locations = {versions}"))
    checkout.commit("Elsewhere", "--no-verify")

    result = checkout.guard("check")

    assert result.returncode == 2
    assert f"{versions} is not part of what is judged" in result.stdout
