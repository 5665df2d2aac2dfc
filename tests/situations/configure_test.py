"""What env.py gives to context.configure keeps its say: filters, comparers, renderers, rewriters."""

import pytest


@pytest.mark.parametrize(
    "dialect", ["postgresql+psycopg", pytest.param("mysql+pymysql", marks=pytest.mark.wide), "sqlite"]
)
@pytest.mark.wide("postgresql+psycopg")
def test_hooks_of_configure(on, postgresql, mariadb, dialect):
    checkout = on("hooks_of_configure", dialect)

    clean = checkout.guard("check")
    checkout.replace("shop/accounts.py", "    balance =", "    limit = Column(Money)\n    balance =")
    checkout.replace("shop/orders.py", '    Column("total"', '    Column("paid", Money),\n    Column("total"')
    drift = checkout.guard("check")
    fixed = checkout.guard("fix", "-m", "Gain columns")

    assert (clean.returncode, "they agree" in clean.stdout) == (0, True), clean.stdout
    assert drift.returncode == 1
    assert "differ in 2 points" in drift.stdout
    assert "shop/accounts.py:21: add column user.limit: NUMERIC(12, 2)" in drift.stdout
    assert "shop/orders.py:10: add column order.paid: NUMERIC(12, 2)" in drift.stdout
    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    (written,) = (checkout.path / "migrations/versions").glob("*gain_columns.py")
    assert "from shop.types import Money" in written.read_text()
    assert checkout.guard("check").returncode == 0
