"""What a database takes for the same, however it was written; and what it does not."""

import pytest

MODELS = """\
import sqlalchemy as sa
from sqlalchemy.orm import declarative_base

Base = declarative_base()
PAIRS = {pairs!r}
SIDE = 0


def columns(side):
    for number, (type_, *defaults) in enumerate(PAIRS):
        yield sa.Column(f"c{{number}}", eval(type_, vars(sa)), server_default=sa.text(defaults[side]))


class Thing(Base):
    __table__ = sa.Table("thing", Base.metadata, sa.Column("id", sa.Integer, primary_key=True), *columns(0))
"""
REVISION = """\
import models
import sqlalchemy as sa
from alembic import op

revision = "aaaaaaaaaaaa"
down_revision = None


def upgrade():
    op.create_table("thing", sa.Column("id", sa.Integer, primary_key=True), *models.columns(1))


def downgrade():
    op.drop_table("thing")
"""
SAME = {
    "sqlite": [
        ("Boolean()", "1", "'1'"), ("Integer()", "0", "'0'"), ("Integer()", "-1", "'-1'"), ("Numeric(10, 2)", "1.50", "'1.5'"),
        ("Float()", "1", "'1.0'"), ("String(5)", "1", "'1'"), ("Integer()", "'a'", "'a'"), ("DateTime()", "CURRENT_TIMESTAMP", "current_timestamp"),
        ("Integer()", "(1)", "1"), ("BigInteger()", "'10'", "10"),
    ],
    "postgresql+psycopg": [
        ("DateTime(timezone=True)", "now()", "CURRENT_TIMESTAMP"), ("DateTime()", "now()", "CURRENT_TIMESTAMP"),
        ("DateTime()", "LOCALTIMESTAMP", "now()"), ("Date()", "now()", "CURRENT_DATE"), ("Date()", "CURRENT_TIMESTAMP", "now()"),
        ("DateTime(timezone=True)", "transaction_timestamp()", "now()"), ("String(30)", "CURRENT_USER", "user"),
        ("DateTime()", "timezone('utc', now())", "(now() AT TIME ZONE 'utc')"), ("Boolean()", "'1'", "true"),
        ("Integer()", "'1'", "1"), ("Numeric(10, 2)", "0", "0.00"), ("String(30)", "'a'", "'a'::text"),
    ],
    "mysql+pymysql": [
        ("Integer()", "1", "'1'"), ("Boolean()", "1", "true"), ("DateTime()", "now()", "CURRENT_TIMESTAMP"), ("Numeric(10, 2)", "0", "'0.00'"),
        ("DateTime()", "localtime()", "now()"), ("String(9)", "'a'", '"a"'),
    ],
}  # fmt: skip
OTHER = {
    "sqlite": [
        ("Boolean()", "1", "0"), ("Integer()", "1", "'2'"), ("String(5)", "'1'", "'01'"), ("Text()", "'1.0'", "'1'"),
        ("Integer()", "'a'", "'b'"), ("BigInteger()", "9007199254740993", "9007199254740992"), ("String(9)", "'current_timestamp'", "CURRENT_TIMESTAMP"), ("LargeBinary()", "1", "'1'"),
    ],
    "postgresql+psycopg": [
        ("DateTime(timezone=True)", "now()", "clock_timestamp()"), ("DateTime(timezone=True)", "now()", "statement_timestamp()"),
        ("DateTime()", "timezone('utc', now())", "now()"), ("String(30)", "'now()'", "'CURRENT_TIMESTAMP'"),
        ("String(30)", "CURRENT_USER", "SESSION_USER"), ("Date()", "now()", "'2020-01-01'"),
        ("Text()", "'1.0'", "'1'"), ("Time()", "CURRENT_TIME", "LOCALTIME(0)"),
    ],
}  # fmt: skip


def judged(on, dialect, pairs):
    checkout = on("linear", dialect)
    checkout.git("rm", "-q", "-r", "migrations/versions")
    checkout.write("models.py", MODELS.format(pairs=pairs))
    checkout.write("migrations/versions/aaaaaaaaaaaa_begin.py", REVISION)
    return checkout.guard("check")


@pytest.mark.wide("mysql+pymysql")
@pytest.mark.parametrize("dialect", SAME)
def test_the_same(on, postgresql, mariadb, dialect):
    result = judged(on, dialect, SAME[dialect])
    assert (result.returncode, "they agree" in result.stdout) == (0, True), result.stdout


@pytest.mark.parametrize("dialect", OTHER)
def test_not_the_same(on, postgresql, dialect):
    result = judged(on, dialect, OTHER[dialect])
    found = [
        f"c{number}" for number in range(len(OTHER[dialect])) if f"column thing.c{number}" in result.stdout
    ]
    assert found == [f"c{number}" for number in range(len(OTHER[dialect]))], result.stdout
