"""What metadata has no word for, made by events of the models: each kind is missed where no revision makes it."""

import json

import pytest

MODELS = """\
import json
import os

import sqlalchemy as sa
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Thing(Base):
    __tablename__ = "thing"
    id = sa.Column(sa.Integer, primary_key=True)
    owner = sa.Column(sa.String(20))
    size = sa.Column(sa.Integer)
    __table_args__ = (sa.Index("ix_owner", "owner"),)


with open(os.path.join(os.path.dirname(__file__), "statements.json")) as file:
    STATEMENTS = json.load(file)
for statement in STATEMENTS:
    sa.event.listen(Base.metadata, "after_create", sa.DDL(statement.replace("%", "%%")))
"""
REVISION = """\
import sqlalchemy as sa
from alembic import op

revision = "{0}"
down_revision = {1!r}


def upgrade():
    {2}


def downgrade():
    pass
"""
TABLE = """\
op.create_table(
        "thing",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("owner", sa.String(20)),
        sa.Column("size", sa.Integer),
    )
    op.create_index("ix_owner", "thing", ["owner"])"""
ALL = "from models import STATEMENTS\n\n    for statement in STATEMENTS:\n        op.execute(sa.text(statement.replace(':', '\\\\:')))"
KINDS = {
    "postgresql+psycopg": {
        "CREATE POLICY own ON thing FOR SELECT USING (owner = current_user)": "policy own of thing",
        "CREATE RULE keep AS ON DELETE TO thing DO INSTEAD NOTHING": "rule keep of thing",
        "CREATE STATISTICS both_of ON owner, size FROM thing": "statistics both_of of thing",
        "CREATE TYPE pair AS (a integer, b text)": "composite type pair",
        "CREATE AGGREGATE total (integer) (sfunc = int4pl, stype = integer, initcond = '0')": "aggregate total(integer)",
        "CREATE COLLATION short (provider = libc, locale = 'C')": "collation short",
        "COMMENT ON INDEX ix_owner IS 'of the owner'": "index ix_owner of thing",
        "ALTER TABLE thing REPLICA IDENTITY FULL": "table thing",
        "ALTER TABLE thing ALTER COLUMN owner SET STORAGE EXTERNAL": "column thing.owner",
        "ALTER TABLE thing ALTER COLUMN size SET STATISTICS 500": "column thing.size",
        "CREATE MATERIALIZED VIEW sums AS SELECT owner, sum(size) AS size FROM thing GROUP BY owner": "view sums",
    },
    "mysql+pymysql": {
        "CREATE EVENT tidy ON SCHEDULE EVERY 1 DAY DO DELETE FROM thing WHERE size < 0": "event tidy",
        "ALTER TABLE thing MODIFY size INTEGER INVISIBLE": "column thing.size",
        "ALTER TABLE thing ADD SYSTEM VERSIONING": "table thing",
    },
}  # fmt: skip


def begin(checkout, statements):
    checkout.git("rm", "-q", "-r", "migrations/versions")
    checkout.write("models.py", MODELS)
    checkout.write("statements.json", json.dumps(statements))
    checkout.write("migrations/versions/aaaaaaaaaaaa_begin.py", REVISION.format("aaaaaaaaaaaa", None, TABLE))
    return checkout


@pytest.mark.wide("mysql+pymysql")
@pytest.mark.parametrize("dialect", KINDS)
def test_each_kind(on, postgresql, mariadb, dialect):
    checkout = begin(on("linear", dialect), list(KINDS[dialect]))

    missed = checkout.guard("check")
    checkout.write(
        "migrations/versions/bbbbbbbbbbbb_all.py", REVISION.format("bbbbbbbbbbbb", "aaaaaaaaaaaa", ALL)
    )
    made = checkout.guard("check")
    checkout.write("statements.json", "[]")
    checkout.write("migrations/versions/bbbbbbbbbbbb_all.py", REVISION.format("bbbbbbbbbbbb", "aaaaaaaaaaaa", ALL).replace(
        "from models import STATEMENTS", f"STATEMENTS = {list(KINDS[dialect])!r}"
    ))  # fmt: skip
    beyond = checkout.guard("check")

    screen = " ".join(missed.stdout.split())
    assert [name for name in KINDS[dialect].values() if name not in screen] == [], missed.stdout
    assert missed.returncode == 1
    assert (made.returncode, "they agree" in made.stdout) == (0, True), made.stdout
    if "mysql" not in dialect:  # there each of them is an attribute of what the models have
        assert (beyond.returncode, "they agree" in beyond.stdout) == (0, True), beyond.stdout


def test_an_index_of_a_materialized_view(on, postgresql):
    view = "CREATE MATERIALIZED VIEW sums AS SELECT owner FROM thing"
    checkout = begin(on("linear", "postgresql+psycopg"), [view, "CREATE INDEX ix_sums ON sums (owner)"])
    make = f'op.execute("{view}")'
    checkout.write(
        "migrations/versions/bbbbbbbbbbbb_view.py", REVISION.format("bbbbbbbbbbbb", "aaaaaaaaaaaa", make)
    )

    result = checkout.guard("check")

    assert (result.returncode, "add index ix_sums of sums" in result.stdout) == (1, True), result.stdout


@pytest.mark.parametrize(
    ("models", "history"),
    [
        ('sa.UniqueConstraint("a", name="uq", sqlite_on_conflict="REPLACE")', 'sa.UniqueConstraint("a", name="uq")'),
        ('sa.Column("b", sa.Integer, nullable=False, sqlite_on_conflict_not_null="IGNORE")', 'sa.Column("b", sa.Integer, nullable=False)'),
        ('sa.Column("b", sa.Integer, unique=True, sqlite_on_conflict_unique="FAIL")', 'sa.Column("b", sa.Integer, unique=True)'),
    ],
)  # fmt: skip
@pytest.mark.parametrize("same", [True, False])
def test_on_conflict_of_sqlite(project, models, history, same):
    checkout = project("linear")
    checkout.git("rm", "-q", "-r", "migrations/versions")
    table = 'sa.Table("t", Base.metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer), {})'
    head = (
        "import sqlalchemy as sa\nfrom sqlalchemy.orm import declarative_base\n\nBase = declarative_base()\n"
    )
    checkout.write("models.py", head + table.format(models) + "\n")
    made = table.replace('sa.Table("t", Base.metadata', 'op.create_table("t"').format(
        models if same else history
    )
    checkout.write("migrations/versions/aaaaaaaaaaaa_begin.py", REVISION.format("aaaaaaaaaaaa", None, made))

    result = checkout.guard("check")

    assert (result.returncode, "ON CONFLICT" in result.stdout) == ((0, False) if same else (1, True)), (
        result.stdout
    )
