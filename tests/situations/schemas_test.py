"""Schemas on PostgreSQL, and databases as schemas on MariaDB."""

import pytest

SITUATIONS = {
    "include_name": "postgresql+psycopg",
    "async_include_object": "postgresql+asyncpg",
    "search_path_of_the_engine": "postgresql+psycopg2",
    "search_path_of_each_connection": "postgresql+psycopg2",
}
GAINED = [
    ("    name =", "    phone = Column(String(20))\n    name ="),
    ("    total =", "    paid = Column(Integer)\n    total ="),
]


def drift_of(checkout):
    clean = checkout.guard("check")
    for old, new in GAINED:
        checkout.replace("models.py", old, new)
    drift = checkout.guard("check")
    assert (clean.returncode, "they agree" in clean.stdout) == (0, True), clean.stdout
    assert drift.returncode == 1, drift.stdout
    return drift.stdout


@pytest.mark.parametrize(("situation", "dialect"), SITUATIONS.items())
@pytest.mark.wide(
    "include_name-postgresql+psycopg",
    "search_path_of_each_connection-postgresql+psycopg2",
    "async_include_object-postgresql+asyncpg",
)
def test_schemas_and_search_path(on, postgresql, situation, dialect):
    checkout = on("schemas_and_search_path", dialect)
    checkout.git("mv", "-f", f"migrations/situations/{situation}.py", "migrations/env.py")

    drift = drift_of(checkout)

    assert "differ in 2 points" in drift
    assert "models.py:20: add column user.phone: VARCHAR(20)" in drift
    assert "models.py:30: add column billing.invoice.paid: INTEGER" in drift


@pytest.mark.wide
def test_fix_in_schemas(on, postgresql):
    checkout = on("schemas_and_search_path", "postgresql+psycopg")
    checkout.git("mv", "-f", "migrations/situations/include_name.py", "migrations/env.py")
    for old, new in GAINED:
        checkout.replace("models.py", old, new)

    fixed = checkout.guard("fix", "-m", "Gain columns")

    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    assert checkout.guard("check").returncode == 0


@pytest.mark.parametrize("dialect", ["mysql+pymysql"])
def test_databases_as_schemas(on, mariadb, dialect):
    checkout = on("databases_as_schemas", dialect)

    drift = drift_of(checkout)
    fixed = checkout.guard("fix", "-m", "Gain columns")

    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    assert "differ in 2 points" in drift
    assert "add column user.phone: VARCHAR(20)" in drift
    assert "add column billing.invoice.paid: INTEGER" in drift


NAMED = [
    pytest.param(
        "postgresql+psycopg",
        "op.execute('ALTER DATABASE x SET lock_timeout = 5000')\n    op.execute('GRANT CONNECT ON DATABASE x TO PUBLIC')",
    ),
    pytest.param(
        "mysql+pymysql",
        "op.execute('ALTER DATABASE x CHARACTER SET utf8mb4')\n    op.execute('CREATE TABLE x.log (id int)')\n    op.execute('DROP TABLE x.log')",
        marks=pytest.mark.wide,
    ),
]


@pytest.mark.parametrize(("dialect", "statements"), NAMED, ids=["postgresql+psycopg", "mysql+pymysql"])
@pytest.mark.wide("postgresql+psycopg")
def test_revisions_that_name_the_configured_database(on, postgresql, mariadb, plant, dialect, statements):
    """Also where one run makes it several times: for the index, for the parent commit, to prove what is written."""
    checkout = on("linear", dialect)
    file = "migrations/versions/aaaaaaaaaaaa_create_user.py"
    checkout.replace(file, "def upgrade():\n", f"def upgrade():\n    {statements}\n")
    plant(checkout)
    checkout.git("commit", "-qam", "Miss a revision")

    as_before = checkout.guard("check", "--staged")
    checkout.replace("models.py", "    email =", "    fax = Column(String(20))\n    email =")
    checkout.git("add", "-A")
    drift = checkout.guard("check", "--staged")
    fixed = checkout.guard("fix", "-m", "Gain columns")

    assert as_before.returncode in (0, 1), as_before.stdout
    assert "upgrade-fails" not in as_before.stdout
    assert "add column user.fax" in drift.stdout and "1 difference was there before" in drift.stdout
    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    assert checkout.guard("check").returncode == 0
