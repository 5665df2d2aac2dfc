"""Migrations that take a type from the project's code, which changes in place."""

import pytest

KINDS = """\
import enum

import sqlalchemy as sa


class Money(sa.TypeDecorator):
    impl = sa.Integer
    cache_ok = True


class Color(enum.Enum):
    red = 1
    blue = 2
"""
MODELS = """\
import sqlalchemy as sa
from kinds import Color, Money
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Thing(Base):
    __tablename__ = "thing"
    id = sa.Column(sa.Integer, primary_key=True)
    price = sa.Column(Money)
    color = sa.Column(sa.Enum(Color, name="color", create_constraint=True))
"""
REVISION = """\
import kinds
import sqlalchemy as sa
from alembic import op

revision = "aaaaaaaaaaaa"
down_revision = None


def upgrade():
    op.create_table(
        "thing",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("price", kinds.Money()),
        sa.Column("color", sa.Enum(kinds.Color, name="color", create_constraint=True)),
    )


def downgrade():
    op.drop_table("thing")
"""


@pytest.fixture
def begun(project):
    checkout = project("linear")
    checkout.git("rm", "-q", "-r", "migrations/versions")
    for name, text in (("kinds.py", KINDS), ("models.py", MODELS)):
        checkout.write(name, text)
    checkout.write("migrations/versions/aaaaaaaaaaaa_begin.py", REVISION)
    checkout.commit("Begin")
    assert checkout.guard("install").returncode == 0
    return checkout


def test_a_type_that_changes_in_place(begun, shows):
    """With the old type in the migration fix writes the new one."""
    begun.replace("kinds.py", "impl = sa.Integer", "impl = sa.Numeric(12, 2)")
    by_hand = begun.guard("check")
    begun.git("add", "-A")

    blocked = begun.guard("check", "--staged", env={"PRE_COMMIT": "1"})
    begun.replace("migrations/versions/aaaaaaaaaaaa_begin.py", "kinds.Money()", "sa.Integer()")
    fixed = begun.guard("fix", "-m", "Numeric")
    begun.git("add", "-A")
    committed = begun.run("git", "commit", "-m", "Numeric")

    assert by_hand.returncode == 1
    assert "unchanged migrations make 1 thing otherwise than at the commit before." in by_hand.stdout
    assert blocked.returncode == 1
    shows(blocked, "drift", "a type changes in place")
    assert (fixed.returncode, committed.returncode) == (0, 0), fixed.stdout + committed.stderr


@pytest.mark.wide
def test_an_enum_that_gets_a_value(begun):
    begun.replace("kinds.py", "blue = 2", "blue = 2\n    green = 3")
    begun.git("add", "-A")

    blocked = begun.run("git", "commit", "-m", "Green")

    assert (blocked.returncode, "unchanged migrations make" in blocked.stderr) == (1, True), blocked.stderr


def test_other_changes_of_that_code(begun):
    begun.replace("kinds.py", "import enum\n", "import enum\n\nNOTES = 1\n")
    begun.git("add", "-A")

    assert begun.run("git", "commit", "-m", "Notes").returncode == 0
