"""What a commit takes out of the models while its migrations keep it, also where autogenerate is blind."""

import pytest

MODELS = """\
from sqlalchemy import CheckConstraint, Column, Integer, PrimaryKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class User(Base):
    __tablename__ = "user"
    id = Column(Integer)
    age = Column(Integer, server_default="1")
    name = Column(String(20))
    __table_args__ = (
        PrimaryKeyConstraint("id", name="pk_user"),
        CheckConstraint("age > 0", name="ck_age"),
        UniqueConstraint("name", "age", name="uq_user"),
    )
"""
REVISION = """\
import sqlalchemy as sa
from alembic import op

revision = "aaaaaaaaaaaa"
down_revision = None


def upgrade():
    op.create_table(
        "user",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("age", sa.Integer, server_default="1"),
        sa.Column("name", sa.String(20)),
        sa.PrimaryKeyConstraint("id", name="pk_user"),
        sa.CheckConstraint("age > 0", name="ck_age"),
        sa.UniqueConstraint("name", "age", name="uq_user"),
    )


def downgrade():
    op.drop_table("user")
"""
CHANGES = {
    "a check": (
        '        CheckConstraint("age > 0", name="ck_age"),\n',
        "",
        "drop check constraint ck_age of user",
    ),
    "a default": (', server_default="1"', "", "alter column user.age"),
    "a name of a key": ('name="pk_user"', 'name="user_pk"', "alter primary key user_pk of user"),
    "an order": ('"name", "age"', '"age", "name"', "alter unique constraint uq_user of user"),
}


@pytest.fixture
def begun(project):
    checkout = project("linear")
    checkout.git("rm", "-q", "-r", "migrations/versions")
    checkout.write("models.py", MODELS)
    checkout.write("migrations/versions/aaaaaaaaaaaa_begin.py", REVISION)
    checkout.commit("Begin")
    assert checkout.guard("install").returncode == 0
    return checkout


@pytest.mark.wide("a default", "a name of a key", "an order")
@pytest.mark.parametrize(("old", "new", "line"), CHANGES.values(), ids=CHANGES)
def test_a_commit_that_takes_it_out_is_blocked(begun, old, new, line):
    """What fix writes lets it in. Without a commit that answers for it, it is a note."""
    begun.replace("models.py", old, new)
    begun.git("add", "-A")

    blocked = begun.run("git", "commit", "-m", "Take it out")
    by_hand = begun.guard("check")
    fixed = begun.guard("fix", "-m", "Take it out")
    begun.git("add", "-A")
    committed = begun.run("git", "commit", "-m", "Take it out")

    assert (blocked.returncode, line in blocked.stderr) == (1, True), blocked.stderr
    assert (by_hand.returncode, line in by_hand.stdout) == (0, True), by_hand.stdout
    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    assert committed.returncode == 0, committed.stderr
    assert "that the models do not have" not in begun.guard("check").stdout


def test_what_was_out_before_is_no_matter_of_this_commit(begun):
    begun.replace("models.py", *CHANGES["a check"][:2])
    begun.commit("Take it out", "--no-verify")
    begun.replace("models.py", *CHANGES["an order"][:2])
    begun.commit("Another order", "--no-verify")
    begun.replace("models.py", "    name = Column", "    fax = Column(String(20))\n    name = Column")
    begun.git("add", "-A")

    fixed = begun.guard("fix", "-m", "Add fax")
    begun.git("add", "-A")
    committed = begun.run("git", "commit", "-m", "Add fax")
    after = begun.guard("check").stdout

    assert (fixed.returncode, committed.returncode) == (0, 0), fixed.stdout + committed.stderr
    assert ("drop check constraint ck_age" in after, "alter unique constraint uq_user" in after) == (
        True,
        True,
    )


def test_only_the_order_of_a_list(begun):
    """It is no difference at all."""
    begun.replace("models.py", '"age > 0"', '"age IN (1, 2, 3)"')
    begun.replace("migrations/versions/aaaaaaaaaaaa_begin.py", '"age > 0"', '"age IN (3, 1, 2)"')

    result = begun.guard("check")

    assert (result.returncode, "they agree" in result.stdout) == (0, True)
    assert "that the models do not have" not in result.stdout


def test_another_order_is_a_note(begun, shows):
    begun.replace("models.py", *CHANGES["an order"][:2])

    shows(begun.guard("check"), "drift", "in another order")
