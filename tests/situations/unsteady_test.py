"""Models that say something else at each import."""

import re


def test_named_as_such(project, shows):
    result = project("unsteady_models").guard("check")

    assert result.returncode == 1
    values = re.findall(r"(?<=models say server default )[0-9a-fT:.-]+(?=,)", result.stdout)
    shows(result, "drift", "other values at each import", TOKEN=values[0], SINCE=values[1])


def test_what_the_parent_commit_has_in_other_words_is_old(project, shows):
    checkout = project("unsteady_models")
    checkout.write("settings.py", "DEBUG = False\n")
    checkout.git("add", ".")

    result = checkout.guard("check", "--staged")

    assert result.returncode == 0
    shows(result, "older", "in other words")


def test_the_rest_is_not_taken_for_it(project):
    """One default is the same each time, and only differs from the history."""
    checkout = project("unsteady_models")
    checkout.replace("models.py", 'datetime.now().isoformat(timespec="microseconds")', '"2024"')

    result = checkout.guard("check")

    assert result.returncode == 1
    assert result.stdout.count("the models say something else at each import") == 1
    assert "say something else at each import\n    models.py:15: alter column user.since\n" in result.stdout


def test_fix_refuses_to_write_it_down(project):
    checkout = project("unsteady_models")
    checkout.replace("migrations/env.py", "compare_server", "render_as_batch=True, compare_server")

    result = checkout.guard("fix", "-m", "defaults")

    assert result.returncode == 1
    assert "with the new revision, models and history differ in 2 points" in result.stdout
    assert "A value that Python makes while it imports the models" in result.stdout
    assert result.stdout.endswith("\nNothing was written.\n")


SET = """\
import random

import sqlalchemy as sa
from alembic import op

revision = "dddddddddddd"
down_revision = "cccccccccccc"
NAMES = {"ab", "cd", "ef", "gh", "ij", "kl", "mn", "op"}


def upgrade():
    listed = ", ".join(f"'{name}'" for name in NAMES)
    with op.batch_alter_table("user") as batch:
        batch.add_column(sa.Column("kind", sa.String(9), server_default={default}))
        batch.create_check_constraint("ck_kind", f"kind IN ({listed})")


def downgrade():
    pass
"""
KIND = """\
    email = Column(String(120))
    kind = Column(String(9), server_default="ab")
    __table_args__ = (CheckConstraint("kind IN ('ab', 'cd', 'ef', 'gh', 'ij', 'kl', 'mn', 'op')", name="ck_kind"),)
"""


def test_the_order_of_a_set_in_a_migration_is_none(project):
    checkout = project("linear")
    checkout.replace("models.py", "import Column", "import CheckConstraint, Column")
    checkout.replace("models.py", "    email = Column(String(120))\n", KIND)
    checkout.write("migrations/versions/dddddddddddd_kind.py", SET.replace("{default}", '"ab"'))
    checkout.commit("Kinds")

    result = checkout.guard("check")

    assert (result.returncode, "they agree" in result.stdout) == (0, True), result.stdout


def test_a_migration_that_makes_something_else_each_time(project, shows):
    """It is not the models' doing."""
    checkout = project("linear")
    checkout.replace("models.py", "import Column", "import CheckConstraint, Column")
    checkout.replace("models.py", "    email = Column(String(120))\n", KIND)
    checkout.write(
        "migrations/versions/dddddddddddd_kind.py", SET.replace("{default}", "str(random.random())")
    )
    checkout.commit("Kinds")

    result = checkout.guard("check")

    assert result.returncode == 1
    (value,) = re.findall(r"default\s+'(0[0-9.e-]+)'", result.stdout)
    shows(result, "drift", "a migration that makes something else each time", VALUE=value)
