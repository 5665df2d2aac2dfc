"""What only a real engine knows: clean stays clean, and what the models gain is found and written."""

import pytest

PROJECTS = {"postgresql": "postgresql_ddl", "mysql": "mariadb_ddl"}
CHANGES = {
    "postgresql_ddl": [
        ('    rate = sa.Column(sa.Numeric(5, 2)', '    rate = sa.Column(sa.Numeric(7, 2)'),
        ('    address = sa.Column(pg.INET)\n', '    address = sa.Column(pg.INET)\n    also = sa.Column(pg.ARRAY(pg.INET))\n'),
        ('sa.Index("ix_user_tags"', 'sa.Index("ix_user_address", "address"),\n        sa.Index("ix_user_tags"'),
        ("server_default=sa.false()", "server_default=sa.true()"),
    ],
    "mariadb_ddl": [
        ('    net = sa.Column(sa.Numeric(10, 2)', '    net = sa.Column(sa.Numeric(12, 2)'),
        ('    flags =', '    more = sa.Column(mysql.SET("a", "c"))\n    flags ='),
        ('sa.Index("ix_user_name"', 'sa.Index("ix_user_age", "age"),\n        sa.Index("ix_user_name"'),
        ("server_default=sa.text(\"1\")", "server_default=sa.text(\"0\")"),
    ],
}  # fmt: skip
SAID = {
    "postgresql_ddl": [
        "alter column invoice.rate the models say NUMERIC(7, 2), the history says NUMERIC(5, 2)",
        "add column user.also: INET[]",
        "add index ix_user_address of user: on address",
        "alter column invoice.paid the models say server default true, the history says server default false",
        "differ in 4 points",
    ],
    "mariadb_ddl": [
        "alter column user.net the models say NUMERIC(12, 2), the history says DECIMAL(10, 2)",
        "add column user.more: SET('a','c')",
        "add index ix_user_age of user: on age",
        "alter column user.active the models say server default 0, the history says server default 1",
        "differ in 4 points",
    ],
}


@pytest.mark.parametrize(
    "dialect", ["postgresql+psycopg2", "postgresql+asyncpg", "mysql+pymysql", "mysql+asyncmy"]
)
@pytest.mark.wide("postgresql+asyncpg", "mysql+pymysql", "mysql+asyncmy")
def test_ddl(on, postgresql, mariadb, dialect):
    name = PROJECTS[dialect.partition("+")[0]]
    checkout = on(name, dialect)
    if "async" in dialect:
        checkout.git("mv", "-f", "migrations/async_env.py", "migrations/env.py")

    clean = checkout.guard("check")
    for old, new in CHANGES[name]:
        checkout.replace("models.py", old, new)
    drift = checkout.guard("check")

    assert (clean.returncode, "they agree" in clean.stdout) == (0, True), clean.stdout
    assert drift.returncode == 1
    screen = " ".join(drift.stdout.split())
    assert [words for words in SAID[name] if words not in screen] == [], drift.stdout
    if "async" not in dialect:
        fixed = checkout.guard("fix", "-m", "Follow the models")
        assert fixed.returncode == 0, fixed.stdout + fixed.stderr
        assert checkout.guard("check").returncode == 0
