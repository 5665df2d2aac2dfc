"""Several databases in one environment, also of different dialects: each has a scratch database, and is named."""

import pytest

POSTGRESQL = "postgresql+psycopg2://u:secret@db.example.org:1/{}"
MARIADB = "mysql+pymysql://u:secret@db.example.org:1/{}"
SQLITE = "sqlite:///{}.db"
PAIRS = {
    "SQLite and PostgreSQL": (SQLITE, POSTGRESQL),
    "PostgreSQL and MariaDB": (POSTGRESQL, MARIADB),
}


def plant_in_both(checkout):
    text = (checkout.path / "models.py").read_text()
    text = text.replace("Column, Integer", "Boolean, Column, Integer")
    checkout.write(
        "models.py", text.replace("primary_key=True)\n", "primary_key=True)\n    new = Column(Boolean)\n")
    )


def check(checkout, names, engines):
    clean = checkout.guard("check")
    plant_in_both(checkout)
    drift = checkout.guard("check")

    assert (clean.returncode, "they agree" in clean.stdout) == (0, True), clean.stdout
    verdict = " ".join(clean.stdout.split())
    assert [engine for engine in engines if engine not in verdict] == []
    assert drift.returncode == 1
    users, orders = names
    screen = " ".join(drift.stdout.split())
    assert "differ in 2 points" in screen
    assert f"add column user.new (database {users}): " in screen
    assert f"add column order.new (database {orders}): " in screen
    return screen


@pytest.mark.parametrize(("users", "orders"), PAIRS.values(), ids=PAIRS)
@pytest.mark.wide("PostgreSQL and MariaDB")
def test_the_template_multidb(project, driver_environment, postgresql, mariadb, users, orders):
    checkout = project("multidb", driver_environment)
    checkout.replace("alembic.ini", "sqlite:///users.db", users.format("users"))
    checkout.replace("alembic.ini", "sqlite:///orders.db", orders.format("orders"))
    engines = {
        "postgresql": f"PostgreSQL {postgresql.version}",
        "mysql": f"MariaDB {mariadb.version}",
        "sqlite": "SQLite",
    }

    drift = check(
        checkout,
        ("users", "orders"),
        [engines[url.partition("+")[0].partition(":")[0]] for url in (users, orders)],
    )

    if orders == MARIADB:
        assert "order.new (database orders): BOOL " in drift
        assert "user.new (database users): BOOLEAN " in drift
        fixed = checkout.guard("fix", "-m", "Gain columns")
        assert fixed.returncode == 0, fixed.stdout + fixed.stderr
        assert checkout.guard("check").returncode == 0


@pytest.mark.wide
def test_two_phases(project, driver_environment, postgresql):
    checkout = project("multidb", driver_environment)
    checkout.replace("migrations/env.py", "USE_TWOPHASE = False", "USE_TWOPHASE = True")
    for name in ("users", "orders"):
        checkout.replace("alembic.ini", f"sqlite:///{name}.db", POSTGRESQL.format(name))

    check(checkout, ("users", "orders"), [f"PostgreSQL {postgresql.version}"])


def test_a_two_phase_transaction_that_the_engine_refuses(on, mariadb):
    """MariaDB takes no CREATE TABLE within one, in life as here."""
    checkout = on("connecting", "mysql+pymysql")
    checkout.git("mv", "-f", "migrations/situations/twophase.py", "migrations/env.py")

    refused = checkout.guard("check")

    assert refused.returncode == 2
    assert "XAER_RMFAIL: The command cannot be executed" in refused.stdout
    assert "migrations/env.py:12 in <module>" in refused.stdout


URLS = {
    "by the names of the databases": (
        POSTGRESQL.format("users"),
        SQLITE.format("/nowhere/orders"),
        "users",
        "/nowhere/orders.db",
    ),
    "by their addresses": (
        POSTGRESQL.format("shop"),
        MARIADB.format("shop"),
        "postgresql+psycopg2://u:***@db.example.org:1/shop",
        "mysql+pymysql://u:***@db.example.org:1/shop",
    ),
}


@pytest.mark.parametrize(("users", "orders", "one", "other"), URLS.values(), ids=URLS)
@pytest.mark.wide("by the names of the databases")
@pytest.mark.wide
def test_a_loop_without_tokens(project, driver_environment, postgresql, mariadb, users, orders, one, other):
    checkout = project("databases_in_a_loop", driver_environment)
    checkout.variables.update(USERS_URL=users, ORDERS_URL=orders)

    check(checkout, (one, other), [f"PostgreSQL {postgresql.version}"])
