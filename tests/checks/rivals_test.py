"""Two migrations that touch the same object."""

from dataclasses import replace

import pytest

from migrate_guard.checks import rivals
from migrate_guard.checks.facts import Facts, Rival
from migrate_guard.history.environment import Environment
from migrate_guard.history.graph import Graph
from migrate_guard.protocol.messages import UpgradeFailed
from migrate_guard.protocol.observation import Observation

ADD = 'revision = "bbbb"\nop.add_column("user", sa.Column("phone", sa.String(20)))'
BOTH = "cccc (cccc.py) and bbbb (bbbb.py) both change phone."


def told(error, own=ADD, other=ADD, branches=("", "")):
    both = (Rival("bbbb", "bbbb.py", own, branches[0]), Rival("cccc", "cccc.py", other, branches[1]))
    seen = Observation(upgrade_failed=UpgradeFailed("bbbb", "bbbb.py", 9, error))
    return rivals.told(
        Facts(Environment("migrations", "migrations"), Graph([]), observation=seen, rivals=both)
    )


@pytest.mark.parametrize(
    "error",
    [
        "sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) duplicate column name: phone",
        'psycopg2.errors.DuplicateColumn: column "phone" of relation "user" already exists',
        "pymysql.err.OperationalError: (1060, \"Duplicate column name 'phone'\")",
    ],
)
@pytest.mark.parametrize(
    ("branches", "advice"),
    [
        (("", "origin/main"), "Empty upgrade() and downgrade() of bbbb: no remote branch has it."),
        (("origin/main", ""), "Empty upgrade() and downgrade() of cccc: no remote branch has it."),
        (("", ""), "Empty upgrade() and downgrade() of the one that no other database has run."),
        (
            ("origin/a", "origin/b"),
            "Empty upgrade() and downgrade() of the one that fewer databases have run.",
        ),
    ],
)
def test_both_add_it(error, branches, advice):
    assert told(error, branches=branches) == f"{BOTH} {advice}"


ALTER = 'with op.batch_alter_table("user") as batch:\n    batch.alter_column("phone", {})'
CAST = """psycopg2.errors.CannotCoerce: cannot cast type boolean to timestamp without time zone
[SQL: ALTER TABLE "user" ALTER COLUMN phone TYPE TIMESTAMP USING phone::timestamp]"""


@pytest.mark.parametrize("error", ["KeyError: 'phone'", CAST])
@pytest.mark.parametrize(
    ("branches", "last", "first"),
    [
        (("", ""), "bbbb", "cccc"),
        (("origin/main", ""), "cccc", "bbbb"),
        (("", "origin/main"), "bbbb", "cccc"),
    ],
)
def test_both_alter_it(error, branches, last, first):
    advice = f'Let {last} follow the other: set its down_revision to "{first}", and adapt its upgrade() and downgrade().'
    assert told(error, ALTER.format("a"), ALTER.format("b"), branches) == f"{BOTH} {advice}"


@pytest.mark.parametrize(
    ("error", "other"),
    [
        ("KeyError: 'phone'", ALTER.format("a").replace("user", "company")),
        ("KeyError: 'phone'", ALTER.format("a").replace("phone", "fax")),
        ("ValueError: no", ADD),
        ("duplicate column name: id", 'op.create_table("company", sa.Column("id", sa.Integer))'),
    ],
)
def test_nothing_in_common(error, other):
    assert told(error, other=other) == ""


def test_both_create_one_table():
    create = 'op.create_table("song", sa.Column("id", sa.Integer))'
    assert told("(sqlite3.OperationalError) table song already exists", create, create).startswith(
        BOTH.replace("phone", "song")
    )


def test_nothing_fails():
    facts = Facts(Environment("migrations", "migrations"), Graph([]))
    assert rivals.told(facts) == rivals.told(replace(facts, observation=Observation())) == ""
